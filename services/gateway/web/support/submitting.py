"""送審: everything is looked at once more, with what is known of it, and confirmed; afterwards what happens next."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec
from flask import redirect, request, url_for

from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened
from services.gateway.web.rendering import refused, show
from services.gateway.web.support.applications import application, told_why_not
from services.gateway.web.support.area import APPLICANTS, SUPPORT
from services.gateway.web.support.shapes import LineFinding
from services.gateway.web.work.giving import given as given_command
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from services.gateway.web.support.shapes import ApplicationTold

_LINE = "lines."


@SUPPORT.page("/support/applications/<uuid:application_id>/submit", APPLICANTS, ("GET", "POST"))
def submit(application_id: UUID) -> ResponseReturnValue:
    """報備支援申請資料確認, then 送審: how many lines were seen goes with it."""
    told, faults = application(application_id), Faults()
    if (elsewhere := told_why_not(told, "submit_for_review")) is not None:
        return elsewhere
    if not is_opened():
        asked = {"application_id": str(application_id), "lines": request.form.get("lines", 0, int)}
        if given_command("support.submit_for_review", asked, request.form, faults):
            return redirect(url_for("support.submitted", application_id=application_id), HTTPStatus.SEE_OTHER)
        told, faults = application(application_id), _by_line(faults)
    findings = _findings(told, faults)
    answer = refused if faults else show
    return answer("support/submit.html", told=told, findings=findings, faults=faults)


@SUPPORT.page("/support/applications/<uuid:application_id>/submitted", APPLICANTS)
def submitted(application_id: UUID) -> ResponseReturnValue:
    """What was just done, under which number, and who has to do what by when."""
    told = application(application_id)
    if told.listed.submitted_at is None:
        return redirect(url_for("support.record", application_id=application_id))
    return show("support/submitted.html", told=told)


def _findings(told: ApplicationTold, faults: Faults) -> dict[str, LineFinding]:
    """What is known of each line at this moment; nothing where a line cannot be submitted, of which `faults` hears.

    A cancellation is about nothing that could be found.
    """
    if told.listed.kind == "cancellation":
        return {}
    try:
        found = caller().ask("support.found_so_far", {"application_id": told.listed.id})
    except RemoteRefusal as refusal:
        for name, sentence in _by_line(Faults.of(refusal)).sentences.items():
            faults.add(name, sentence)
        return {}
    return {one.line: one for one in msgspec.convert(found, list[LineFinding])}


def _by_line(faults: Faults) -> Faults:
    """The objections with the names under which the lines stand on the page."""
    by_line = Faults()
    for name, sentence in faults.sentences.items():
        number = name.removeprefix(_LINE)
        by_line.add(f"line-{number}" if name.startswith(_LINE) and number.isdecimal() else "", sentence)
    return by_line
