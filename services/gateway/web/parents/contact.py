"""變更聯絡人: another phone, mail address or person to be reached, for a case or an enrolment."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for

from services.gateway.web.areas import FAMILIES
from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.parents.answers import Answers
from services.gateway.web.parents.area import PARENTS
from services.gateway.web.parents.cases import heading_of, matter, ref_of
from services.gateway.web.parents.objections import faults_of, found, missing
from services.gateway.web.parents.possible import not_now
from services.gateway.web.parents.questions import check_contact
from services.gateway.web.parents.rules import rules_today
from services.gateway.web.rendering import refused, show, t
from shared.rpc.wire import RemoteRefusal
from shared.taiwan.contacts import parse_mobile_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

_FIELDS = ("relation", "name", "mobile", "email")


@PARENTS.page("/cases/<ref>/contact", FAMILIES, methods=("GET", "POST"))
def change_contact(ref: str) -> ResponseReturnValue:
    """The contact as it is, to be changed; with another phone the case opens by that phone from then on."""
    one = matter(ref)
    if closed := not_now(one, "change_contact"):
        return closed
    if is_opened():
        held = typed()
        return show("parents/contact.html", **_page(one, Answers(held or _known(one)), Faults()))
    answers = Answers(request.form)
    if faults := _checked(answers):
        return refused("parents/contact.html", **_page(one, answers, faults))
    return _changed(one, answers)


def _changed(one: Mapping[str, Any], answers: Answers) -> ResponseReturnValue:
    mobile = parse_mobile_number(answers.text("contact.mobile")).number
    is_another = mobile != one["contact"]["mobile"]
    if is_another and request.form.get("confirmed") != mobile:
        return show("parents/contact_phone.html", **_page(one, answers, Faults()), mobile=mobile)
    try:
        caller().command(
            "matching.change_contact",
            {"case_or_enrolment_id": one["id"], "contact": answers.contact(mobile)},
            request.form.get("idempotency_key", ""),
        )
    except RemoteRefusal as refusal:
        return refused("parents/contact.html", **_page(one, answers, Faults.of(refusal)))
    if is_another:
        flash(t("parents.contact.moved", end=mobile[-3:]), "alert")
        return redirect(url_for("parents.cases"), HTTPStatus.SEE_OTHER)
    flash(t("parents.contact.done"), "done")
    return redirect(url_for("parents.case", ref=ref_of(one)), HTTPStatus.SEE_OTHER)


def _checked(answers: Answers) -> Faults:
    mobile = answers.text("contact.mobile")
    objections = check_contact(answers, rules_today())
    if not mobile:
        return faults_of([*objections, missing("contact.mobile")])
    return faults_of([*objections, *found(lambda: parse_mobile_number(mobile, field="contact.mobile"))])


def _known(one: Mapping[str, Any]) -> dict[str, str]:
    contact = one["contact"] or {}
    return {f"contact.{name}": contact.get(name, "") for name in _FIELDS}


def _page(one: Mapping[str, Any], answers: Answers, faults: Faults) -> dict[str, Any]:
    return {
        "case": one,
        "ref": ref_of(one),
        "heading": heading_of(one),
        "answers": answers,
        "errors": faults.errors,
        "whole": faults.whole,
        "key": request.form.get("idempotency_key"),
    }
