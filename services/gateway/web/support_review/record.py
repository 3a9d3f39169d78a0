"""審查: an application beside what was found of it, and the decision of whoever reviews it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, url_for

from services.gateway.web.areas import BUREAUS
from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.rendering import refused, show, t, words_of
from services.gateway.web.support.shapes import why_not
from services.gateway.web.support_review.area import SUPPORT_REVIEW
from services.gateway.web.support_review.deciding import REASONS, Verdict, decide, submission_of
from services.gateway.web.support_review.evidence import evidence_of, flags_of, rule_today
from services.gateway.web.support_review.printed import whole
from services.gateway.web.support_review.reviewers import reviewer_choices
from services.gateway.web.work.giving import given as given_command

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from services.gateway.web.support.shapes import ApplicationTold

OPENED_AT_ONCE = 3
"""So many lines show everything that was found of them; the others open one by one."""


@SUPPORT_REVIEW.page("/bureau/support/<uuid:application_id>", BUREAUS, methods=("GET", "POST"))
def review(application_id: UUID) -> ResponseReturnValue:
    """The application left, the evidence right, the decision below."""
    told, given, faults = whole(application_id), typed(), Faults()
    if not is_opened():
        if decision := decide(told, given, faults):
            flash(t(f"support_review.decide.done.{decision}", case_no=told.listed.case_no), "done")
            return redirect(url_for("support_review.queue"), HTTPStatus.SEE_OTHER)
        told = whole(application_id)  # somebody else may have been first
    return _page(told, given, faults)


@SUPPORT_REVIEW.page("/bureau/support/<uuid:application_id>/assign", BUREAUS, methods=("GET", "POST"))
def assign(application_id: UUID) -> ResponseReturnValue:
    """分案 to oneself, or by a manager to somebody else."""
    here = url_for("support_review.review", application_id=application_id)
    if is_opened():
        return redirect(here, HTTPStatus.SEE_OTHER)
    given, faults = typed(), Faults()
    command = {"application_id": str(application_id), "reviewer": given.get("reviewer", "")}
    if given_command("support.assign_review", command, given, faults):
        flash(t("support_review.assign.done"), "done")
        return redirect(here, HTTPStatus.SEE_OTHER)
    return _page(whole(application_id), given, faults)


def _page(told: ApplicationTold, given: Mapping[str, str], faults: Faults) -> ResponseReturnValue:
    rule = rule_today()
    lines = evidence_of(told)
    objection = why_not(told.listed.actions, Verdict.APPROVE)
    known = caller().known
    page: dict[str, Any] = {
        "told": told,
        "listed": told.listed,
        "lines": lines,
        "flags": flags_of(lines),
        "rule": rule,
        "is_copy": known is None or known.jurisdiction != told.listed.county,
        "why_not": words_of(objection) if objection else "",
        "reviewers": reviewer_choices() if told.listed.may("assign_review") else [],
        "seen": submission_of(told),
        "opened_at_once": OPENED_AT_ONCE,
        "verdicts": tuple(Verdict),
        "reasons": REASONS,
        "typed": given,
        "faults": faults,
    }
    return refused("support_review/record.html", **page) if faults else show("support_review/record.html", **page)
