"""變更聯絡人: another phone, mail address or person to be reached; what is new counts once a code has proved it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for

from services.gateway.web.areas import FAMILIES
from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.parents.about import page_about
from services.gateway.web.parents.answers import Answers
from services.gateway.web.parents.area import PARENTS
from services.gateway.web.parents.drafts import Draft
from services.gateway.web.parents.matters import matter
from services.gateway.web.parents.objections import faults_of, found, missing
from services.gateway.web.parents.possible import not_now
from services.gateway.web.parents.questions import check_contact
from services.gateway.web.parents.rules import rules_today
from services.gateway.web.rendering import refused, show, t
from shared.rpc.wire import RemoteRefusal
from shared.taiwan.contacts import parse_email_address, parse_mobile_number

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from services.gateway.web.parents.matters import Matter

_FIELDS = ("relation", "name", "mobile", "email")
_NOT_PROVED = "contact-not-proved"


@PARENTS.page("/cases/<ref>/contact", FAMILIES, methods=("GET", "POST"))
def change_contact(ref: str) -> ResponseReturnValue:
    """The contact as it is, to be changed; with another phone the case opens by that phone from then on."""
    one = matter(ref)
    if closed := not_now(one, "change_contact"):
        return closed
    if is_opened():
        return _form(one, typed() or entered(one).fields or _known(one), Faults())
    answers = Answers({f"contact.{name}": request.form.get(f"contact.{name}", "").strip() for name in _FIELDS})
    if faults := _checked(answers):
        return _form(one, answers.fields, faults)
    read = Answers({**answers.fields, **_read(answers)})
    entered(one).saved(fields=read.fields)
    return changed(one, read)


def entered(one: Matter) -> Draft:
    """The contact that the family has filled in, kept until it is proved."""
    return Draft.opened(f"contact/{one.ref}")


def changed(one: Matter, answers: Answers) -> ResponseReturnValue:
    """Give the command; where matching wants something proved first, lead there, and nothing has changed."""
    mobile = answers.text("contact.mobile")
    try:
        caller().command(
            "matching.change_contact",
            {"case_or_enrolment_id": str(one.id), "contact": answers.contact(mobile)},
            request.form.get("idempotency_key", ""),
        )
    except RemoteRefusal as refusal:
        unproved = [objection.field for objection in refusal.objections if objection.code == _NOT_PROVED]
        if len(unproved) < len(refusal.objections):
            return _form(one, answers.fields, Faults.of(refusal))
        way = unproved[0].removeprefix("contact.")
        return redirect(url_for("parents.prove_contact", ref=one.ref, way=way), HTTPStatus.SEE_OTHER)
    entered(one).dropped()
    if one.contact and mobile == one.contact.mobile:
        flash(t("parents.contact.done"), "done")
        return redirect(url_for("parents.case", ref=one.ref), HTTPStatus.SEE_OTHER)
    flash(t("parents.contact.moved", end=mobile[-3:]), "alert")
    return redirect(url_for("parents.cases"), HTTPStatus.SEE_OTHER)


def _form(one: Matter, fields: Any, faults: Faults) -> ResponseReturnValue:
    page = page_about(one, faults, answers=Answers(fields))
    return refused("parents/contact.html", **page) if faults else show("parents/contact.html", **page)


def _checked(answers: Answers) -> Faults:
    mobile = answers.text("contact.mobile")
    objections = check_contact(answers, rules_today())
    if not mobile:
        return faults_of([*objections, missing("contact.mobile")])
    return faults_of([*objections, *found(lambda: parse_mobile_number(mobile, field="contact.mobile"))])


def _read(answers: Answers) -> dict[str, str]:
    """Phone and mail address as they are written everywhere, whatever was typed."""
    email = answers.text("contact.email")
    return {
        "contact.mobile": parse_mobile_number(answers.text("contact.mobile")).number,
        "contact.email": parse_email_address(email).address if email else "",
    }


def _known(one: Matter) -> dict[str, str]:
    return {f"contact.{name}": getattr(one.contact, name, "") for name in _FIELDS}
