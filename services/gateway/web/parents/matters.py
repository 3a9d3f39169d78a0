"""What a family has: its cases and enrolments, as matching tells it of them."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - msgspec reads the annotations at run time
from http import HTTPStatus
from uuid import UUID

import msgspec
from flask import abort

from services.gateway.web.asking import caller
from services.gateway.web.parents.places import Place
from services.gateway.web.rendering import t
from services.gateway.web.work.people import Child, Contact, Mother  # noqa: TC001 - as above

CASE_NO_LIMIT = 20


class Choice(Place, frozen=True, kw_only=True):
    """志願, and what has become of it."""

    rank: int
    status: str

    @property
    def is_waiting(self) -> bool:
        """Whether it has not been asked yet."""
        return self.status == "waiting"


class Step(Place, frozen=True, kw_only=True):
    """What happened (an event's name), when, about which preference, and its coded reason."""

    what: str
    at: datetime
    rank: int | None
    reason: str


class StepAhead(Place, frozen=True, kw_only=True):
    """What has not happened yet."""

    what: str
    rank: int | None


class Matter(Place, frozen=True, kw_only=True):
    """A case, or an enrolment made on paper, which has neither number nor kind; who has been forgotten is None."""

    id: UUID
    case_no: str
    kind: str | None
    started_at: datetime
    match: str | None
    is_live: bool
    enrolment: str
    child: Child | None
    mother: Mother | None
    contact: Contact | None
    born: bool
    birth_order: int
    former_institution: str
    former_institution_name: str
    former_doctor: str
    former_doctor_name: str
    waits_for: str | None
    waiting_since: datetime | None
    working_days_waiting: int | None
    due_by: datetime | None
    choices: tuple[Choice, ...]
    timeline: tuple[Step, ...]
    ahead: tuple[StepAhead, ...]
    enrolled_on: date | None
    closed_on: date | None

    @property
    def ref(self) -> str:
        """How addresses name it."""
        return self.case_no or str(self.id)

    @property
    def heading(self) -> str:
        """Of whom a page tells; a child that is not born has no name yet."""
        name = self.child.name if self.child else ""
        return t("parents.case.heading", name=name) if name else t("parents.case.heading-unborn")

    @property
    def is_of_twins(self) -> bool:
        """Whether another child of the same birth may be applied for."""
        return self.kind == "new" and self.birth_order > 0

    @property
    def former(self) -> Place:
        """Where the child is, or was, that another doctor is sought for."""
        return Place(
            institution=self.former_institution,
            institution_name=self.former_institution_name,
            doctor=self.former_doctor,
            doctor_name=self.former_doctor_name,
        )


def case_numbered(case_no: str) -> Matter:
    """A case of the caller's; refuses with `case-unknown`."""
    return msgspec.convert(caller().ask("matching.family_case", {"case_no": case_no}), Matter)


def matters() -> list[Matter]:
    """Every case and enrolment of the caller's phone, the newest first."""
    return msgspec.convert(caller().ask("matching.family_cases"), list[Matter])


def matter(ref: str) -> Matter:
    """A case by its number, or an enrolment made on paper, which has none, by its id; 404 where it is not theirs."""
    if not _is_id(ref):
        return case_numbered(ref[:CASE_NO_LIMIT])
    found = next((one for one in matters() if str(one.id) == ref), None)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


def _is_id(ref: str) -> bool:
    try:
        return str(UUID(ref)) == ref
    except ValueError:
        return False
