"""出生通報: the child that a case was opened for is born, and has a name from now on."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for

from services.gateway.web.areas import FAMILIES
from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.parents.about import page_about
from services.gateway.web.parents.answers import Answers, fields_of_case
from services.gateway.web.parents.area import PARENTS
from services.gateway.web.parents.echoes import date_echoes
from services.gateway.web.parents.matters import matter
from services.gateway.web.parents.objections import faults_of
from services.gateway.web.parents.possible import not_now
from services.gateway.web.parents.questions import (
    check_birth_date,
    check_child,
    check_household,
    check_residence,
    check_twins,
)
from services.gateway.web.parents.rules import rules_today
from services.gateway.web.rendering import refused, show, t
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from services.gateway.web.parents.matters import Matter
    from services.gateway.web.parents.rules import Rules

_CHECKS = (check_birth_date, check_twins, check_child, check_residence, check_household)


@PARENTS.page("/cases/<ref>/birth", FAMILIES, methods=("GET", "POST"))
def report_birth(ref: str) -> ResponseReturnValue:
    """What is known of the child from its birth on; the preferences stay as they are."""
    case, rules = matter(ref), rules_today()
    if closed := not_now(case, "report_birth"):
        return closed
    if is_opened():
        answers = Answers(typed() or fields_of_case(case))
        return show("parents/birth.html", **_page(case, answers, rules, Faults()))
    answers = Answers(request.form)
    faults = faults_of(objection for check in _CHECKS for objection in check(answers, rules))
    if "stay" in request.form:
        return show("parents/birth.html", **_page(case, answers, rules, Faults()))
    if faults:
        return refused("parents/birth.html", **_page(case, answers, rules, faults))
    child = {
        "residence": answers.address("child.residence"),
        "birth_order": answers.birth_order,
        **answers.born_child(),
    }
    try:
        caller().command(
            "matching.report_birth",
            {"case_id": str(case.id), "child": child},
            request.form.get("idempotency_key", ""),
        )
    except RemoteRefusal as refusal:
        return refused("parents/birth.html", **_page(case, answers, rules, Faults.of(refusal)))
    flash(t("parents.birth.done"), "done")
    return redirect(url_for("parents.case", ref=case.ref), HTTPStatus.SEE_OTHER)


def _page(case: Matter, answers: Answers, rules: Rules, faults: Faults) -> dict[str, Any]:
    echoes = {} if faults else date_echoes(answers.fields, rules)
    return page_about(case, faults, answers=answers, rules=rules, echoes=echoes)
