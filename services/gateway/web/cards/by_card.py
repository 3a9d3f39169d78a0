"""憑證登入: a PIN goes from the page to the card agent beside it; what comes here is what the card has signed."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import jsonify, request, session

from services.gateway.web.areas import BY_CARD, EVERYBODY, STAFF
from services.gateway.web.asking import caller
from services.gateway.web.cards.agent import show_with_agent
from services.gateway.web.cards.area import CARDS
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.rendering import words_of
from services.gateway.web.sign_in.already_in import already_in
from services.gateway.web.sign_in.devices import client
from services.gateway.web.sign_in.front_desk import at_the_front_desk, come_in, go_on
from services.gateway.web.sign_in.returning import path_back
from shared.cards.profiles import CardKind
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

ATTEMPT = "card"
"""Where the signed cookie keeps to what the nonce that was given out last belongs."""


@CARDS.page("/sign-in/card", EVERYBODY, ("GET", "POST"))
def by_card() -> ResponseReturnValue:
    """A card of any kind: whose it is, is found by what it has signed."""
    if caller().known:
        return already_in()
    back, wanted = path_back(typed()), _kind_wanted()
    if is_opened():
        return show_with_agent("cards/card.html", HTTPStatus.OK, back=back, wanted=wanted, faults=Faults())
    try:
        signed_in = at_the_front_desk("log_in_by_card", {**signed(), "identifier": request.form.get("identifier", "")})
    except RemoteRefusal as refusal:
        faults = Faults.of(refusal)
        return show_with_agent(
            "cards/card.html", HTTPStatus.UNPROCESSABLE_ENTITY, back=back, wanted=wanted, faults=faults
        )
    return come_in(signed_in, back)


@CARDS.page("/sign-in/card/nonce", EVERYBODY, ("POST",))
def nonce() -> ResponseReturnValue:
    """The text that the card is to sign, good once and for a few minutes; for the page's script alone."""
    opened = caller().token if caller().known else ""
    try:
        given = at_the_front_desk("ask_card_nonce", {"client": client(), "session": opened})
    except RemoteRefusal as refusal:
        return jsonify(told=words_of(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    session[ATTEMPT] = given["attempt"]
    return jsonify(nonce=given["nonce"])


@CARDS.page("/sign-in/prove/card", STAFF | BY_CARD, ("GET", "POST"))
def prove() -> ResponseReturnValue:
    """再驗證: by a card of one's own, or of one's own institution."""
    back, by_password = path_back(typed()), request.values.get("other") == "password"
    if is_opened():
        return show_with_agent("cards/prove.html", HTTPStatus.OK, back=back, by_password=by_password, faults=Faults())
    try:
        signed_in = caller().deed("identity.prove_card", {"session": caller().token, **signed()})
    except RemoteRefusal as refusal:
        return show_with_agent(
            "cards/prove.html",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            back=back,
            by_password=by_password,
            faults=Faults.of(refusal),
        )
    return go_on(signed_in, back)


def signed() -> dict[str, object]:
    """What the card has signed, and for which attempt; that is not tried a second time."""
    return {"attempt": session.pop(ATTEMPT, ""), "token": request.form.get("token", ""), "client": client()}


def _kind_wanted() -> CardKind | None:
    """The kind of card that was chosen before, for the page's words alone."""
    return next((kind for kind in CardKind if kind == request.values.get("card")), None)
