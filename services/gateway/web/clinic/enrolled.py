"""收案名單: who is enrolled here, those who came on paper too; and the end of an enrolment."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - msgspec reads the annotations at run time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID  # noqa: TC003 - as above

import msgspec
from flask import flash, redirect, request, url_for

from services.gateway.web import shown
from services.gateway.web.areas import CLINICS
from services.gateway.web.asking import caller
from services.gateway.web.clinic.area import CLINIC
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.paging import cursor_asked
from services.gateway.web.rendering import language, refused, show, t, today, words_of
from services.gateway.web.work.days import day_in
from services.gateway.web.work.filters import Filter, Filters, Kind
from services.gateway.web.work.giving import given as given_command
from services.gateway.web.work.people import Child, Contact, Mother  # noqa: TC001 - as above

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

PAGE = 50
FILTERS = (Filter("doctor", Kind.TEXT),)
CLOSURE_REASONS = ("change_of_doctor", "age_limit", "moved_away", "deceased", "other")
"""結案原因, in the order in which they are offered."""


class Enrolment(msgspec.Struct, frozen=True):
    """One child in the clinic's care; `case_no` is empty where the family came on paper."""

    id: UUID
    institution: str
    doctor: str
    enrolled_on: date
    case_no: str
    birth_order: int
    child: Child | None
    mother: Mother | None
    contact: Contact | None
    doctor_name: str = ""
    closed_on: date | None = None


@CLINIC.page("/clinic/enrolled", CLINICS)
def enrolled() -> ResponseReturnValue:
    """The children in the care of the caller's doctors."""
    filters = Filters.read(FILTERS, request.args.to_dict(flat=False))
    cursor = cursor_asked()
    found = caller().ask("matching.institution_enrolments", {**filters.asked(), "limit": PAGE, "cursor": cursor})
    return show(
        "clinic/enrolled.html",
        enrolments=msgspec.convert(found["entries"], list[Enrolment]),
        following=found["following"],
        filters=filters,
        is_first=cursor is None,
    )


@CLINIC.page("/clinic/enrolled/<uuid:enrolment_id>/close", CLINICS, methods=("GET", "POST"))
def close(enrolment_id: UUID) -> ResponseReturnValue:
    """結案: the child is in the clinic's care no longer."""
    ended, given = _enrolment(enrolment_id), typed()
    if ended.closed_on is not None:
        flash(t("clinic.close.closed", day=shown.day(ended.closed_on, language(), today())), "alert")
        return redirect(url_for("clinic.enrolled"), HTTPStatus.SEE_OTHER)
    page: dict[str, Any] = {"enrolment": ended, "typed": given, "reasons": CLOSURE_REASONS}
    if is_opened():
        return show("clinic/close.html", **page, faults=Faults())
    faults = Faults()
    entry = _closure(ended, given, faults)
    outcome = None if faults else given_command("matching.close_enrolment", entry, given, faults)
    if outcome is None:
        return refused("clinic/close.html", **page, faults=faults)
    flash(t("clinic.close.done"), "done")
    for notice in outcome.notices:
        flash(words_of(notice), "alert")
    return redirect(url_for("clinic.enrolled"), HTTPStatus.SEE_OTHER)


def _enrolment(enrolment_id: UUID) -> Enrolment:
    """The one of this id. Raises `RemoteRefusal` where the caller's doctors made none."""
    asked = {"enrolment_id": str(enrolment_id)}
    return msgspec.convert(caller().ask("matching.institution_enrolment", asked), Enrolment)


def _closure(ended: Enrolment, given: Mapping[str, str], faults: Faults) -> dict[str, Any]:
    """The row of the register that this closure is: the child by its own number, or by its mother's."""
    child = ended.child
    return {
        "institution": ended.institution,
        "closed_on": day_in(given, "closed_on", faults),
        "reason": given.get("reason") or None,
        "child_identifier": (child.identifier or "") if child else "",
        "mother": msgspec.to_builtins(ended.mother),
        "birth_date": child.birth_date.isoformat() if child and child.birth_date else None,
        "birth_order": ended.birth_order,
    }
