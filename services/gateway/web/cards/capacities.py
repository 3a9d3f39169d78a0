"""選擇身分: somebody who may act in several capacities says in which; each has a session of its own."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec
from flask import redirect, request

from services.gateway.web.areas import BY_CARD, STAFF
from services.gateway.web.asking import caller
from services.gateway.web.cards.area import CARDS
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.rendering import refused, show, t
from services.gateway.web.sign_in.devices import client
from services.gateway.web.sign_in.front_desk import go_on
from services.gateway.web.sign_in.returning import landing, path_back
from shared.principal import Role, Service  # noqa: TC001 - msgspec reads the annotations at run time
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

_SEVERAL = 2


class Capacity(msgspec.Struct, frozen=True):
    """身分: one of what the caller may be, by its `key`; `name` is that of the place, or else of the person."""

    key: str
    role: Role
    name: str
    services: tuple[Service, ...]
    is_taken: bool


@CARDS.page("/account/capacities", STAFF | BY_CARD, ("GET", "POST"))
def capacities() -> ResponseReturnValue:
    """In which capacity to go on."""
    back = path_back(typed())
    own = msgspec.convert(caller().ask("identity.own_capacities", {"session": caller().token}), list[Capacity])
    if len(own) < _SEVERAL:
        return redirect(back or landing(caller().role), HTTPStatus.SEE_OTHER)
    present = next((one.key for one in own if one.is_taken), None)
    if is_opened():
        return show(
            "cards/capacities.html", capacities=own, present=present, chosen=present, back=back, faults=Faults()
        )
    chosen = request.form.get("capacity", "")
    if chosen and chosen == present:
        return redirect(back or landing(caller().role), HTTPStatus.SEE_OTHER)
    faults = Faults()
    if not chosen:
        faults.add("capacity", t("cards.capacities.missing"))
    else:
        try:
            asked = {"session": caller().token, "capacity": chosen, "client": client()}
            return go_on(caller().deed("identity.take_capacity", asked), back)
        except RemoteRefusal as refusal:
            faults = Faults.of(refusal)
    return refused("cards/capacities.html", capacities=own, present=present, chosen=chosen, back=back, faults=faults)
