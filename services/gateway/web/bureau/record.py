"""One case as its bureau sees it: the application, the evidence of what has happened, and what the bureau decides."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - msgspec reads the annotations at run time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID  # noqa: TC003 - as above

import msgspec
from flask import flash, redirect, url_for

from services.gateway.web.areas import BUREAUS
from services.gateway.web.asking import caller
from services.gateway.web.bureau.area import BUREAU
from services.gateway.web.bureau.listed import CaseListed  # noqa: TC001 - as above
from services.gateway.web.family_forms import EXPLANATION_LIMIT, RELATIONS
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.letters import letters_of
from services.gateway.web.rendering import refused, show, t
from services.gateway.web.work.actions import allowed, objections
from services.gateway.web.work.days import day_in
from services.gateway.web.work.giving import given as given_command
from services.gateway.web.work.people import Child, Contact, Mother  # noqa: TC001 - as above

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

SHOWN = ("confirm_closure", "release_notice", "change_contact")
"""The commands that the page speaks of, in this order; nothing is closed before a new application."""


class Choice(msgspec.Struct, frozen=True):
    """志願, and what has become of it."""

    rank: int
    institution_name: str
    doctor_name: str
    county: str
    district: str
    status: str
    offered_at: datetime | None
    answered_at: datetime | None
    reason: str | None


class Step(msgspec.Struct, frozen=True):
    """What happened, when, by whom."""

    what: str
    at: datetime
    by: str
    rank: int | None
    institution_name: str
    reason: str
    until: datetime | None


class Details(msgspec.Struct, frozen=True):
    """The whole of a case, opened; who has been forgotten is None."""

    child: Child | None
    mother: Mother | None
    contact: Contact | None
    former_institution_name: str
    former_doctor_name: str
    choices: tuple[Choice, ...]
    timeline: tuple[Step, ...]
    enrolled_on: date | None


class Record(msgspec.Struct, frozen=True):
    """A case as its bureau is told of it."""

    standing: CaseListed
    case: Details
    actions: list[dict[str, Any]]

    @property
    def id(self) -> UUID:
        """The case, as commands name it."""
        return self.standing.id

    @property
    def rank(self) -> int:
        """The preference that has agreed, which a release is about; 0 where none has."""
        return next((one.rank for one in self.case.choices if one.status == "accepted"), 0)


def _record(case_no: str) -> Record:
    return msgspec.convert(caller().ask("matching.bureau_case", {"case_no": case_no}), Record)


@BUREAU.page("/bureau/cases/<case_no>", BUREAUS)
def case(case_no: str) -> ResponseReturnValue:
    """媒合案件."""
    found = _record(case_no)
    shown = SHOWN if found.standing.kind == "change" else SHOWN[1:]
    return show(
        "bureau/case.html",
        record=found,
        case=found.case,
        standing=found.standing,
        can=allowed(found.actions),
        cannot=objections(found.actions, shown),
        letters=letters_of(case_no),
    )


@BUREAU.page("/bureau/cases/<case_no>/closure", BUREAUS, methods=("GET", "POST"))
def confirm(case_no: str) -> ResponseReturnValue:
    """確認結案: the former institution has closed its enrolment, so the new one is asked."""
    found, given, faults = _record(case_no), typed(), Faults()
    if not is_opened():
        closed_on = day_in(given, "closed_on", faults)
        command = {"case_id": str(found.id), "closed_on": closed_on}
        if not faults and given_command("matching.confirm_closure", command, given, faults):
            flash(t("bureau.closure.done", case_no=case_no), "done")
            return redirect(url_for("bureau.board"), HTTPStatus.SEE_OTHER)
    return _form("bureau/closure.html", found, given, faults)


@BUREAU.page("/bureau/cases/<case_no>/release", BUREAUS, methods=("GET", "POST"))
def release(case_no: str) -> ResponseReturnValue:
    """解除待簽: the bureau lets the family go before the notice is signed."""
    found, given, faults = _record(case_no), typed(), Faults()
    if not is_opened():
        explanation = given.get("explanation", "").replace("\r\n", "\n")
        command = {"case_id": str(found.id), "rank": found.rank, "explanation": explanation}
        if given_command("matching.release_notice", command, given, faults):
            flash(t("bureau.release.done", case_no=case_no), "done")
            return redirect(url_for("bureau.case", case_no=case_no), HTTPStatus.SEE_OTHER)
    return _form("bureau/release.html", found, given, faults)


@BUREAU.page("/bureau/cases/<case_no>/contact", BUREAUS, methods=("GET", "POST"))
def contact(case_no: str) -> ResponseReturnValue:
    """變更聯絡人: the phone is lost, and the bureau has proved who asks."""
    found, faults = _record(case_no), Faults()
    given: Mapping[str, str] = typed()
    if not is_opened():
        told = {name: given.get(f"contact.{name}", "").strip() for name in ("relation", "name", "mobile", "email")}
        command = {"case_or_enrolment_id": str(found.id), "contact": {**told, "relation": told["relation"] or None}}
        if given_command("matching.change_contact", command, given, faults):
            flash(t("bureau.contact.done", case_no=case_no), "done")
            return redirect(url_for("bureau.case", case_no=case_no), HTTPStatus.SEE_OTHER)
    elif not given and found.case.contact:
        given = {f"contact.{name}": told for name, told in msgspec.structs.asdict(found.case.contact).items()}
    return _form("bureau/contact.html", found, given, faults)


def _form(template: str, found: Record, given: Mapping[str, str], faults: Faults) -> ResponseReturnValue:
    page: dict[str, Any] = {"record": found, "case": found.case, "standing": found.standing, "typed": given}
    page |= {"faults": faults, "limit": EXPLANATION_LIMIT, "relations": RELATIONS}
    return refused(template, **page) if faults else show(template, **page)
