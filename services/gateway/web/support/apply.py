"""單筆申請: an application begins with its number, drawn at once."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened
from services.gateway.web.rendering import refused, show
from services.gateway.web.support.area import APPLICANTS, SUPPORT
from services.gateway.web.support.locks import own_locks
from services.gateway.web.support.shapes import applications_in
from services.gateway.web.work.giving import given as given_command

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

_DRAFTS_SHOWN = 10


@SUPPORT.page("/support/apply", APPLICANTS, ("GET", "POST"))
def apply() -> ResponseReturnValue:
    """What to know before, drafts to go on with, and the button that begins another."""
    faults = Faults()
    if not is_opened() and (
        outcome := given_command("support.draft_application", {"kind": "registration"}, request.form, faults)
    ):
        return redirect(url_for("support.choose", application_id=outcome.id), HTTPStatus.SEE_OTHER)
    asked = {"states": ["draft", "returned"], "kinds": ["registration"], "limit": _DRAFTS_SHOWN}
    drafts = applications_in(caller().ask("support.applications", asked))
    answer = refused if faults else show
    return answer("support/apply.html", locks=own_locks(), drafts=drafts, faults=faults)
