"""The last look at an application, sending it, and what is told once it is sent."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for

from services.gateway.web.areas import FAMILIES
from services.gateway.web.asking import caller
from services.gateway.web.holding import is_opened
from services.gateway.web.parents.answers import application as application_form
from services.gateway.web.parents.apply import TO_CHECK, opened, question_url, to_question
from services.gateway.web.parents.area import PARENTS
from services.gateway.web.parents.figures import proved_mobile
from services.gateway.web.parents.letters import letters_of
from services.gateway.web.parents.matters import case_numbered
from services.gateway.web.parents.objections import sentence
from services.gateway.web.parents.possible import possible
from services.gateway.web.parents.questions import Questionnaire, question_of_field
from services.gateway.web.parents.trail import Trail
from services.gateway.web.rendering import refused, show, t, words_of
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@PARENTS.page("/apply/check", FAMILIES, methods=("GET", "POST"))
def check_answers() -> ResponseReturnValue:
    """Every answer with its way back; what cannot be undone stands above the button."""
    application = opened()
    if case_no := application.draft.sent_as:
        return redirect(url_for("parents.sent", case_no=case_no), HTTPStatus.SEE_OTHER)
    if application.first_open is not None:
        return to_question(application.first_open)
    if is_opened():
        return show("parents/apply/check.html", **_page(application))
    if request.form.get("draft") != application.draft.version:
        return refused("parents/apply/check.html", **_page(application, [{"text": t("parents.check.changed")}]))
    return _submitted(application)


def _submitted(application: Questionnaire) -> ResponseReturnValue:
    key = request.form.get("idempotency_key", "")
    form = application_form(application.answers, application.draft.chosen, proved_mobile())
    try:
        outcome = caller().command("matching.submit_application", form, key)
    except RemoteRefusal as refusal:
        return refused("parents/apply/check.html", key=key, **_page(application, _told(refusal)))
    with suppress(RemoteRefusal):  # the same form, sent twice at once, has put it away already
        application.draft.finished(outcome.number)
    for notice in outcome.notices:  # taken, but to be looked at once more
        flash(words_of(notice), "alert")
    return redirect(url_for("parents.sent", case_no=outcome.number), HTTPStatus.SEE_OTHER)


def _told(refusal: RemoteRefusal) -> list[dict[str, str]]:
    """Each objection with the page on which it is mended, or the case that is meant."""
    return [{"text": sentence(one), **_way_on(one)} for one in refusal.objections]


def _way_on(refusal: RemoteRefusal) -> dict[str, str]:
    if refusal.code == "live-case-exists" and refusal.params.get("case_no"):
        case_no = str(refusal.params["case_no"])
        return {"href": url_for("parents.case", ref=case_no), "way": t("parents.check.follow", case_no=case_no)}
    if refusal.code == "already-enrolled":
        return {"href": url_for("parents.cases"), "way": t("parents.check.to-cases")}
    question = question_of_field(refusal.field) if refusal.field else None
    if question is None:
        return {}
    return {"href": question_url(question, then=TO_CHECK), "way": t("parents.check.mend")}


def _page(application: Questionnaire, told: list[dict[str, str]] | None = None) -> dict[str, Any]:
    return {
        "service": t("parents.apply.service"),
        "action": url_for("parents.check_answers"),
        "back": question_url(application.questions[-1]),
        "draft": application.draft,
        "answers": application.answers,
        "told": told or [],
        "errors": {},
    }


@PARENTS.page("/apply/sent/<case_no>", FAMILIES)
def sent(case_no: str) -> ResponseReturnValue:
    """案件編號, where the case stands, what happens next, and who has been told."""
    case = case_numbered(case_no)
    ways = [{"text": t("parents.sent.track"), "href": url_for("parents.case", ref=case_no)}, *possible(case).can]
    return show("parents/apply/sent.html", case=case, trail=Trail.of(case), letters=letters_of(case_no), ways=ways)
