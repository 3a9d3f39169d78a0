"""案件: everything that was entered, what was found of it and decided, and what can be done with it now."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import flash, redirect, request, url_for

from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened
from services.gateway.web.rendering import refused, show, t
from services.gateway.web.support.applications import application, support, told_why_not
from services.gateway.web.support.area import APPLICANTS, SUPPORT
from services.gateway.web.work.giving import given as given_command

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue


@SUPPORT.page("/support/applications/<uuid:application_id>", APPLICANTS)
def record(application_id: UUID) -> ResponseReturnValue:
    """瀏覽."""
    return show("support/record.html", told=application(application_id))


@SUPPORT.page("/support/supports/<uuid:support_id>", APPLICANTS)
def held(support_id: UUID) -> ResponseReturnValue:
    """瀏覽 of a support that was approved once, and of what is asked for about it."""
    return show("support/held.html", told=support(support_id))


@SUPPORT.page("/support/applications/<uuid:application_id>/discard", APPLICANTS, ("GET", "POST"))
def discard(application_id: UUID) -> ResponseReturnValue:
    """刪除 of a draft, once it has been confirmed."""
    told, faults = application(application_id), Faults()
    if (elsewhere := told_why_not(told, "discard_draft")) is not None:
        return elsewhere
    if not is_opened() and given_command(
        "support.discard_draft", {"application_id": str(application_id)}, request.form, faults
    ):
        flash(t("support.discard.done", case_no=told.listed.case_no), "done")
        return redirect(url_for("support.apply"), HTTPStatus.SEE_OTHER)
    answer = refused if faults else show
    return answer("support/discard.html", told=told, faults=faults)
