"""變更幼兒專責醫師: why, to whom, and one last look, of an enrolment or the case that led to it."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import redirect, request, url_for

from services.gateway.web.areas import FAMILIES
from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.parents.about import page_about
from services.gateway.web.parents.answers import Answers, preferences
from services.gateway.web.parents.area import PARENTS
from services.gateway.web.parents.choosing import Bench, saved_or_why_not
from services.gateway.web.parents.doctors import Search
from services.gateway.web.parents.drafts import Draft
from services.gateway.web.parents.matters import matter
from services.gateway.web.parents.objections import faults_of, missing, too_long
from services.gateway.web.parents.possible import not_now
from services.gateway.web.parents.questions import ADDRESS_PARTS, check_address
from services.gateway.web.parents.rules import rules_today
from services.gateway.web.rendering import refused, show, t, words_of
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask.typing import ResponseReturnValue

    from services.gateway.web.parents.matters import Matter
    from services.gateway.web.parents.rules import Rules

REASONS = ("moved", "doctor_left", "care_needs", "convenience", "other")
_FIELDS = ("reason", "explanation", *(f"residence.{part}" for part in ADDRESS_PARTS))


def _draft_of(one: Matter) -> Draft:
    return Draft.opened(f"change/{one.ref}")


@PARENTS.page("/cases/<ref>/change", FAMILIES, methods=("GET", "POST"))
def request_change(ref: str) -> ResponseReturnValue:
    """Why, what happens then, and the new address of a family that has moved."""
    one, rules = matter(ref), rules_today()
    if closed := not_now(one, "request_change"):
        return closed
    draft = _draft_of(one)
    if is_opened():
        return show("parents/change.html", **_why_page(one, draft, typed() or draft.fields, rules, Faults()))
    fields = {name: request.form.get(name, "").strip() for name in _FIELDS}
    is_staying = "stay" in request.form
    faults = Faults() if is_staying else _checked(Answers(fields), rules)
    if not faults and (objection := saved_or_why_not(draft, draft.chosen, fields)):
        faults = Faults({"reason": objection})
    if faults:
        return refused("parents/change.html", **_why_page(one, draft, fields, rules, faults))
    page = "parents.request_change" if is_staying else "parents.change_doctors"
    return redirect(url_for(page, ref=one.ref), HTTPStatus.SEE_OTHER)


@PARENTS.page("/cases/<ref>/change/doctors", FAMILIES, methods=("GET", "POST"))
def change_doctors(ref: str) -> ResponseReturnValue:
    """To whom: any doctor but the present one."""
    one = matter(ref)
    if closed := not_now(one, "request_change"):
        return closed
    draft = _draft_of(one)
    bench = Bench(rules_today().preferences, former=one)
    if is_opened():
        return show("parents/change_doctors.html", **_doctors_page(one, draft, bench))
    chosen, objection = bench.pressed(draft.chosen)
    if not objection and "press" in request.form:
        objection = saved_or_why_not(draft, chosen)
    elif not chosen:
        objection = t("parents.missing.preferences")
    if objection:
        return refused("parents/change_doctors.html", **_doctors_page(one, draft, bench, objection))
    if "press" in request.form:
        return redirect(request.full_path, HTTPStatus.SEE_OTHER)
    return redirect(url_for("parents.change_check", ref=one.ref), HTTPStatus.SEE_OTHER)


@PARENTS.page("/cases/<ref>/change/check", FAMILIES, methods=("GET", "POST"))
def change_check(ref: str) -> ResponseReturnValue:
    """One last look; the new case begins with the former institution's closure."""
    one, rules = matter(ref), rules_today()
    draft = _draft_of(one)
    if draft.sent_as:
        return redirect(url_for("parents.sent", case_no=draft.sent_as), HTTPStatus.SEE_OTHER)
    if closed := not_now(one, "request_change"):
        return closed
    answers = Answers(draft.fields)
    if _checked(answers, rules) or not draft.chosen:
        return redirect(url_for("parents.request_change", ref=one.ref), HTTPStatus.SEE_OTHER)
    if is_opened():
        return show("parents/change_check.html", **_check_page(one, draft, answers, rules))
    if request.form.get("draft", "") != draft.version:
        told = [t("parents.check.changed")]
        return refused("parents/change_check.html", **_check_page(one, draft, answers, rules, told))
    return _requested(one, draft, answers, rules)


def _requested(one: Matter, draft: Draft, answers: Answers, rules: Rules) -> ResponseReturnValue:
    form = {
        "case_or_enrolment_id": str(one.id),
        "reason": answers.text("reason"),
        "explanation": answers.text("explanation"),
        "preferences": preferences(draft.chosen),
        "residence": answers.address("residence") if answers.text("reason") == "moved" else None,
    }
    try:
        outcome = caller().command("matching.request_change", form, request.form.get("idempotency_key", ""))
    except RemoteRefusal as refusal:
        told = [words_of(one) for one in refusal.objections]
        return refused("parents/change_check.html", **_check_page(one, draft, answers, rules, told))
    with suppress(RemoteRefusal):  # the same form, sent twice at once, has put it away already
        draft.finished(outcome.number)
    return redirect(url_for("parents.sent", case_no=outcome.number), HTTPStatus.SEE_OTHER)


def _checked(answers: Answers, rules: Rules) -> Faults:
    explanation = answers.text("explanation")
    objections = []
    if answers.text("reason") not in REASONS:
        objections.append(missing("reason"))
    if answers.text("reason") == "moved":
        objections += check_address(answers, "residence")
    if len(explanation) > rules.explanation_limit:
        objections.append(too_long("explanation", explanation, rules.explanation_limit))
    return faults_of(objections)


def _why_page(one: Matter, draft: Draft, fields: Mapping[str, str], rules: Rules, faults: Faults) -> dict[str, Any]:
    return page_about(one, faults, draft=draft, answers=Answers(fields), rules=rules, reasons=REASONS)


def _doctors_page(one: Matter, draft: Draft, bench: Bench, objection: str = "") -> dict[str, Any]:
    answers, faults = Answers(draft.fields), Faults({"doctors": objection} if objection else {})
    home = Search.around(one.child.residence if one.child else None)
    if answers.text("reason") == "moved":
        home = Search(answers.text("residence.county"), answers.text("residence.district"))
    return page_about(one, faults, draft=draft, **bench.page(draft.chosen, home))


def _check_page(one: Matter, draft: Draft, answers: Answers, rules: Rules, told: Sequence[str] = ()) -> dict[str, Any]:
    return page_about(one, draft=draft, answers=answers, rules=rules) | {"whole": told}
