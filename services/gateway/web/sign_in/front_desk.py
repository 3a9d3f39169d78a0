"""Asks identity's front desk, and gives browsers the sessions that it opens."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import current_app, redirect, session, url_for

from services.gateway.web.asking import caller
from services.gateway.web.rendering import MAY_CHOOSE
from services.gateway.web.security import let_in
from services.gateway.web.sign_in.devices import remember
from services.gateway.web.sign_in.returning import landing
from shared.principal import Role
from shared.rpc.client import Asking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response

    from services.gateway.web.front import Front

CARD_ENDS_ON = "card_ends_on"
"""Where the signed cookie keeps the last day of the card by which somebody has come in."""


def at_the_front_desk(method: str, payload: Mapping[str, object]) -> Any:
    """What identity answers a visitor, also one whose browser is signed in as somebody. Raises `RemoteRefusal`."""
    return caller().front.rpc.deed(f"identity.{method}", payload, Asking(trace=caller().trace))


def come_in(signed_in: Mapping[str, Any], back: str) -> Response:
    """Give the browser its session and lead it on; whoever may be here in several capacities chooses one first."""
    if signed_in.get("may_choose"):
        return go_on(signed_in, url_for("cards.capacities", back=back or None))
    return go_on(signed_in, back)


def go_on(signed_in: Mapping[str, Any], back: str) -> Response:
    """Give the browser its session and lead it on: back to where it was, or to the first page of its role."""
    front: Front = current_app.extensions["front"]
    kept = session.get(CARD_ENDS_ON) if caller().known else None  # another capacity, by the same card
    session.clear()  # nothing of whoever used this browser before
    session[MAY_CHOOSE] = bool(signed_in.get("may_choose"))
    session[CARD_ENDS_ON] = signed_in.get("card_ends_on") or kept
    onward = redirect(back or landing(Role(signed_in["role"])), HTTPStatus.SEE_OTHER)
    remember(onward, signed_in["device"])  # type: ignore[arg-type]  # Flask's own
    return let_in(onward, front, signed_in["session"], datetime.fromisoformat(signed_in["ends_at"]))  # type: ignore[arg-type]  # as above
