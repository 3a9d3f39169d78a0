"""申請: one question a page, each saved as it is answered, so that a family can leave and come back."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import abort, flash, redirect, request, url_for

from services.gateway.web.areas import FAMILIES
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.parents.answers import Answers
from services.gateway.web.parents.area import PARENTS
from services.gateway.web.parents.drafts import APPLICATION, Draft
from services.gateway.web.parents.echoes import date_echoes
from services.gateway.web.parents.matters import matters
from services.gateway.web.parents.objections import faults_of, sentence
from services.gateway.web.parents.questions import Question, Questionnaire, question_named
from services.gateway.web.parents.rules import rules_today
from services.gateway.web.rendering import refused, show, t
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

TO_CHECK = "check"
"""Where a page leads that was opened from the last look at the answers: back there."""


def opened() -> Questionnaire:
    """The application that the caller is filling in."""
    return Questionnaire(Draft.opened(APPLICATION), rules_today())


def to_question(question: Question | None, **options: Any) -> ResponseReturnValue:
    """The page of a question; the last look at the answers where none is left."""
    if question is None:
        return redirect(url_for("parents.check_answers"), HTTPStatus.SEE_OTHER)
    return redirect(question_url(question, **options), HTTPStatus.SEE_OTHER)


def question_url(question: Question, **options: Any) -> str:
    """The address of a question's page."""
    if question.name == "doctors":
        return url_for("parents.choose_doctors", **options)
    return url_for("parents.question", name=question.name, **options)


@PARENTS.page("/apply", FAMILIES)
def begin() -> ResponseReturnValue:
    """Where the family left off, or the first question."""
    application = opened()
    if application.draft.sent_as:
        application.draft.dropped()
        return redirect(url_for("parents.question", name="born"), HTTPStatus.SEE_OTHER)
    if application.draft.version:
        flash(t("parents.apply.resumed"), "done")
    return to_question(application.first_open)


@PARENTS.page("/apply/start-over", FAMILIES, methods=("GET", "POST"))
def start_over() -> ResponseReturnValue:
    """Throws away what was filled in, once it is confirmed."""
    if is_opened():
        return show("parents/apply/start_over.html")
    Draft.opened(APPLICATION).dropped()
    return redirect(url_for("parents.begin"), HTTPStatus.SEE_OTHER)


@PARENTS.page("/apply/saved", FAMILIES)
def saved() -> ResponseReturnValue:
    """How to come back to what was saved."""
    application = opened()
    if not application.draft.version:
        return redirect(url_for("parents.begin"), HTTPStatus.SEE_OTHER)
    return show("parents/apply/saved.html", kept_until=application.draft.kept_until)


@PARENTS.page("/apply/<name>", FAMILIES, methods=("GET", "POST"))
def question(name: str) -> ResponseReturnValue:
    """One question."""
    asked = question_named(name)
    if asked is None or asked.name == "doctors":
        abort(HTTPStatus.NOT_FOUND)
    application = opened()
    if application.draft.sent_as and is_opened():
        return redirect(url_for("parents.begin"), HTTPStatus.SEE_OTHER)
    if asked not in application.questions:
        return to_question(application.first_open)
    if is_opened():
        held = typed()
        return show(_template(asked), **_page(asked, application, held or application.draft.fields, Faults()))
    return _answered(asked, application)


def _answered(asked: Question, application: Questionnaire) -> ResponseReturnValue:
    entered = asked.answers_in(request.form)
    fields = {**application.draft.fields, **entered}
    is_leaving, is_staying = "leave" in request.args, "stay" in request.form
    if not (is_leaving or is_staying):
        faults = faults_of(asked.check(Answers(fields), application.rules))
        if faults:
            return refused(_template(asked), **_page(asked, application, entered, faults))
    try:
        application.draft.saved(fields=fields, version=request.form.get("draft"))
    except RemoteRefusal as refusal:
        return _not_saved(asked, application, entered, refusal)
    if is_leaving:
        return redirect(url_for("parents.saved"), HTTPStatus.SEE_OTHER)
    then = request.form.get("then") or None
    if is_staying:
        return to_question(asked, then=then)
    return _onwards(asked, Questionnaire(Draft(APPLICATION, fields, application.draft.chosen), application.rules), then)


def _onwards(asked: Question, application: Questionnaire, then: str | None) -> ResponseReturnValue:
    """The next question; back to the last look where the page was opened from there and nothing new is asked."""
    if then == TO_CHECK:
        return to_question(application.first_open, then=TO_CHECK)
    return to_question(application.after(asked))


def _not_saved(
    asked: Question, application: Questionnaire, entered: Mapping[str, str], refusal: RemoteRefusal
) -> ResponseReturnValue:
    """Somebody saved the application in another window: nothing typed is lost, and pressing again keeps it."""
    if refusal.code != "draft-changed-meanwhile":
        raise refusal
    faults = Faults({"": sentence(refusal)})
    return refused(_template(asked), **_page(asked, application, entered, faults))


def _under_way() -> list[str]:
    """The cases of this phone that are not over: nobody applies twice for one child."""
    return [one.case_no for one in matters() if one.is_live]


def _template(asked: Question) -> str:
    return f"parents/apply/{asked.name}.html"


def _page(asked: Question, application: Questionnaire, fields: Mapping[str, str], faults: Faults) -> dict[str, Any]:
    before = application.before(asked)
    then = request.values.get("then") or None
    back = url_for("parents.check_answers") if then == TO_CHECK else before and question_url(before)
    return {
        "service": t("parents.apply.service"),
        "action": url_for("parents.question", name=asked.name),
        "save_url": url_for("parents.question", name=asked.name, leave="yes"),
        "back": back or url_for("parents.home"),
        "step": application.place(asked),
        "steps": len(application.questions),
        "then": then,
        "draft": application.draft,
        "answers": Answers(fields),
        "errors": faults.errors,
        "whole": faults.whole,
        "rules": application.rules,
        "echoes": date_echoes(fields, application.rules) if not faults else {},
        "live": _under_way() if asked.name == "born" else [],
    }
