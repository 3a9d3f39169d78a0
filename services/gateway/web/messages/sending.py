"""重寄: a message is sent again after a look at what it says and to whom; what an uncertain one came to is noted."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import flash, redirect, request, url_for

from services.gateway.web.areas import OPERATORS
from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened
from services.gateway.web.letters import letter_in_words
from services.gateway.web.messages.area import CALLERS, MESSAGES
from services.gateway.web.rendering import refused, show, t
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

_ACCEPTED, _AVOIDED = "accepted", "avoided"


@MESSAGES.page("/messages/<uuid:message_id>/send-again", CALLERS, ("GET", "POST"))
def send_again(message_id: UUID) -> ResponseReturnValue:
    """To whom it goes and what it says, and the button."""
    if is_opened():
        return show("messages/send_again.html", letter=letter_in_words(message_id), faults=Faults())
    twice = _ACCEPTED if request.form.get("twice") else _AVOIDED
    try:
        caller().command(
            "notifier.send_again",
            {"message_id": str(message_id), "twice": twice},
            request.form["idempotency_key"],
        )
    except RemoteRefusal as refusal:
        return refused("messages/send_again.html", letter=letter_in_words(message_id), faults=Faults.of(refusal))
    flash(t("messages.again.done"), "done")
    return redirect(url_for("messages.letter", message_id=message_id), HTTPStatus.SEE_OTHER)


@MESSAGES.page("/messages/<uuid:message_id>/found", OPERATORS, ("POST",))
def check_uncertain(message_id: UUID) -> ResponseReturnValue:
    """查核: whether an uncertain message has arrived, as the operator found out elsewhere."""
    payload = {"message_id": str(message_id), "finding": request.form.get("finding", "")}
    caller().command("notifier.check_uncertain", payload, request.form["idempotency_key"])
    flash(t("messages.letter.found"), "done")
    return redirect(url_for("messages.letter", message_id=message_id), HTTPStatus.SEE_OTHER)
