"""環境檢測: line by line, whether this computer can be used with a card, and what to do where it cannot."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec
from flask import jsonify

from services.gateway.web.areas import EVERYBODY
from services.gateway.web.cards.agent import show_with_agent
from services.gateway.web.cards.area import CARDS
from services.gateway.web.cards.by_card import signed
from services.gateway.web.rendering import t, words_of
from services.gateway.web.sign_in.front_desk import at_the_front_desk
from shared.cards.agent import CheckLine
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

BY_THE_PAGE = ("system", "browser", "scripts", "cookies", "agent", "version", "reader", "card")
"""What the page tries itself, in its order."""
BY_THE_SITE = ("site",)
"""What this site says of a token that the card has just signed, with nobody let in by it."""

_TOLD = {
    "card-nonce": "again",
    "card-expired": "period",
    "card-not-yet-valid": "period",
    "card-revoked": "revoked",
    "card-issuer": "issuer",
    "card-ocsp-unknown": "issuer",
    "card-ocsp": "unknown",
    "card-crl": "unknown",
}
"""By what a reason begins with, the words that tell of it, the first that fits; any other is told by its code alone."""


class Judged(msgspec.Struct, frozen=True):
    """What identity says of a token: the `reason` against it, empty where it would be accepted."""

    reason: str


@CARDS.page("/card-check", EVERYBODY)
def check() -> ResponseReturnValue:
    """The lines, which the page's script goes through; for visitors as well."""
    parts = {"browser": BY_THE_PAGE, "card": (*CheckLine, *BY_THE_SITE)}
    return show_with_agent("cards/check.html", HTTPStatus.OK, parts=parts)


@CARDS.page("/card-check/token", EVERYBODY, ("POST",))
def check_token() -> ResponseReturnValue:
    """Whether what the card has signed would be accepted; for the page's script alone."""
    try:
        found = msgspec.convert(at_the_front_desk("check_card_token", signed()), Judged)
    except RemoteRefusal as refusal:
        return jsonify(told=words_of(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    if found.reason:
        return jsonify(told=_told(found.reason)), HTTPStatus.UNPROCESSABLE_ENTITY
    return jsonify(accepted=True)


def _told(reason: str) -> str:
    """What is wrong with a card, in words for its holder, and the reason's code for whoever looks into the log."""
    told = next((words for beginning, words in _TOLD.items() if reason.startswith(beginning)), "other")
    return t(f"cards.check.against.{told}", code=reason)
