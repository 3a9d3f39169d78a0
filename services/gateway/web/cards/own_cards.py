"""帳號綁定憑證卡: the cards that open one's own account; one is bound by whoever has given the password and its PIN."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID  # noqa: TC003 - as above

import msgspec
from flask import flash, redirect, request, url_for
from werkzeug.exceptions import NotFound

from services.gateway.web.areas import STAFF
from services.gateway.web.asking import caller
from services.gateway.web.cards.agent import show_with_agent
from services.gateway.web.cards.area import CARDS
from services.gateway.web.cards.by_card import signed
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.rendering import refused, show, t
from services.gateway.web.work.giving import given as given_command
from shared.cards.profiles import CardKind  # noqa: TC001 - as above
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

REASONS = ("lost", "replaced", "mistake")
"""解除綁定原因, as a holder gives them."""


class OwnCard(msgspec.Struct, frozen=True):
    """綁定的憑證卡 as identity tells it: `id` names the entry; who has been forgotten has no name."""

    id: UUID
    kind: CardKind
    name: str
    since: datetime


@CARDS.page("/account/cards", STAFF, ("GET", "POST"))
def own_cards() -> ResponseReturnValue:
    """Which cards they are; and another one, bound by what it signs."""
    if is_opened():
        return _page(HTTPStatus.OK, Faults())
    try:
        caller().deed("identity.bind_card", {"session": caller().token, **signed()})
    except RemoteRefusal as refusal:
        return _page(HTTPStatus.UNPROCESSABLE_ENTITY, Faults.of(refusal))
    flash(t("cards.own.bound"), "done")
    return redirect(url_for("cards.own_cards"), HTTPStatus.SEE_OTHER)


@CARDS.page("/account/cards/<uuid:binding>/unbind", STAFF, ("GET", "POST"))
def unbind(binding: UUID) -> ResponseReturnValue:
    """解除綁定: confirmed on a page of its own, with the reason."""
    card, form, faults = _card(binding), typed(), Faults()
    page: dict[str, Any] = {"card": card, "reasons": REASONS, "reason": form.get("reason"), "faults": faults}
    if is_opened():
        return show("cards/unbind.html", **page)
    if form.get("reason") not in REASONS:
        faults.add("reason", t("cards.own.reason-missing"))
    elif given_command(
        "identity.unbind_card", {"binding": str(binding), "reason": form["reason"]}, request.form, faults
    ):
        flash(t("cards.own.unbound"), "done")
        return redirect(url_for("cards.own_cards"), HTTPStatus.SEE_OTHER)
    return refused("cards/unbind.html", **page)


def _card(binding: UUID) -> OwnCard:
    """One of one's own. Raises NotFound."""
    found = next((one for one in _cards() if one.id == binding), None)
    if found is None:
        raise NotFound
    return found


def _cards() -> list[OwnCard]:
    return msgspec.convert(caller().ask("identity.own_cards"), list[OwnCard])


def _page(status: HTTPStatus, faults: Faults) -> ResponseReturnValue:
    return show_with_agent("cards/own_cards.html", status, cards=_cards(), faults=faults)
