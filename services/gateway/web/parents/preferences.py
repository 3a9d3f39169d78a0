"""The last question of an application: up to three doctors, in the order in which they are to be asked."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import redirect, request, url_for

from services.gateway.web.areas import FAMILIES
from services.gateway.web.holding import is_opened
from services.gateway.web.parents.apply import TO_CHECK, opened, question_url, to_question
from services.gateway.web.parents.area import PARENTS
from services.gateway.web.parents.choosing import Bench, saved_or_why_not
from services.gateway.web.parents.doctors import Search
from services.gateway.web.parents.questions import QUESTIONS, Questionnaire
from services.gateway.web.rendering import refused, show, t

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

DOCTORS = QUESTIONS[-1]


@PARENTS.page("/apply/doctors", FAMILIES, methods=("GET", "POST"))
def choose_doctors() -> ResponseReturnValue:
    """Doctors near the child's home to begin with; each button saves."""
    application = opened()
    if application.draft.sent_as and is_opened():
        return redirect(url_for("parents.begin"), HTTPStatus.SEE_OTHER)
    if is_opened():
        return show("parents/apply/doctors.html", **_page(application))
    bench = Bench(application.rules.preferences)
    chosen, objection = bench.pressed(application.draft.chosen)
    if not objection and ("press" in request.form or "leave" in request.args):
        objection = saved_or_why_not(application.draft, chosen)
    if objection:
        return refused("parents/apply/doctors.html", **_page(application, objection))
    return _led_on(application)


def _led_on(application: Questionnaire) -> ResponseReturnValue:
    if "leave" in request.args:
        return redirect(url_for("parents.saved"), HTTPStatus.SEE_OTHER)
    if "press" in request.form:  # the same search stays open
        return redirect(request.full_path, HTTPStatus.SEE_OTHER)
    if not application.draft.chosen:
        return refused("parents/apply/doctors.html", **_page(application, t("parents.missing.preferences")))
    return to_question(application.first_open, then=TO_CHECK)


def _page(application: Questionnaire, objection: str = "") -> dict[str, Any]:
    answers, before = application.answers, application.before(DOCTORS)
    home = Search(answers.text("child.residence.county"), answers.text("child.residence.district"))
    bench = Bench(application.rules.preferences)
    is_from_check = request.args.get("then") == TO_CHECK
    back = url_for("parents.check_answers") if is_from_check or before is None else question_url(before)
    return {
        "service": t("parents.apply.service"),
        "step": application.place(DOCTORS),
        "steps": len(application.questions),
        "back": back,
        "save_url": url_for("parents.choose_doctors", leave="yes"),
        "draft": application.draft,
        "errors": {"doctors": objection} if objection else {},
        "rules": application.rules,
        **bench.page(application.draft.chosen, home),
    }
