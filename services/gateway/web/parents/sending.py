"""重寄: a family has a message of its case sent again, to where it can be reached by now."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import flash, redirect, request, url_for

from services.gateway.web.areas import FAMILIES
from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened
from services.gateway.web.letters import letter_in_words
from services.gateway.web.parents.about import page_about
from services.gateway.web.parents.area import PARENTS
from services.gateway.web.parents.letters import FamilyLetter
from services.gateway.web.parents.matters import matter
from services.gateway.web.parents.objections import faults_of
from services.gateway.web.rendering import refused, show, t
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

_ACCEPTED, _AVOIDED = "accepted", "avoided"


@PARENTS.page("/cases/<ref>/messages/<uuid:message_id>/send-again", FAMILIES, methods=("GET", "POST"))
def send_again(ref: str, message_id: UUID) -> ResponseReturnValue:
    """What it says and how it stands, and the button; where it cannot be sent now, why, and from when on."""
    one, found, faults = matter(ref), letter_in_words(message_id), Faults()
    if not is_opened():
        twice = _ACCEPTED if request.form.get("twice") else _AVOIDED
        try:
            caller().command(
                "notifier.send_again",
                {"message_id": str(message_id), "twice": twice},
                request.form.get("idempotency_key", ""),
            )
        except RemoteRefusal as refusal:
            faults = faults_of(refusal.objections)
        else:
            flash(t("parents.again.done"), "done")
            return redirect(url_for("parents.case", ref=one.ref), HTTPStatus.SEE_OTHER)
    page = page_about(one, faults, letter=FamilyLetter.of(found.message), text=found.text)
    return refused("parents/send_again.html", **page) if faults else show("parents/send_again.html", **page)
