"""What a family sees of its children: each case, each enrolment made on paper, who has to act next and by when."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec.structs import replace

from services.matching import events
from services.matching.domain.statuses import MatchStatus
from services.matching.read_models.progress import BeginningMissing, Progress, enrolled, moved, opening
from services.matching.read_models.timeline import TOLD, Step, step_of
from shared.principal import Principal, Role
from shared.read_models.model import Key, ReadModel, Table
from shared.sealing import Sealed, SubjectId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shared.events import Event
    from shared.read_models.reader import Reader


class Consequence(StrEnum):
    """What happens by itself when nobody acts in time."""

    NEXT_PREFERENCE_ASKED = "next_preference_asked"
    BUREAU_TAKES_OVER = "bureau_takes_over"


class FamilyCase(Progress, frozen=True, gc=False):
    """A case (新案申請, 變更) or an enrolment, whose `kind` is None (案件種類 "-", 現行系統收案資料).

    An enrolment made through a case has a row too; the family sees it only as that case's `closed_on`.
    """

    id: UUID
    case_no: str
    kind: events.CaseKind | None
    contact_subject: SubjectId
    contact: Sealed[events.Contact]
    child_subject: SubjectId
    child: Sealed[events.Child]
    mother_subject: SubjectId
    mother: Sealed[events.Mother]
    born: bool
    birth_order: int
    county: str
    started_at: datetime
    closed_on: date | None = None
    timeline: tuple[Step, ...] = ()

    @property
    def by_itself(self) -> Consequence | None:
        """What happens when `due_by` passes and nobody has acted; None where nothing moves by itself."""
        if self.due_by is None or self.match not in {MatchStatus.MATCHING, MatchStatus.AWAITING_NOTICE}:
            return None
        return Consequence.NEXT_PREFERENCE_ASKED if self.next_choice else Consequence.BUREAU_TAKES_OVER


def _people(event: events.CaseSubmitted | events.EnrolmentRecorded) -> dict[str, Any]:
    return {
        "contact_subject": event.contact_subject,
        "contact": event.contact,
        "child_subject": event.child_subject,
        "child": event.child,
        "mother_subject": event.mother_subject,
        "mother": event.mother,
        "birth_order": event.birth_order,
        "county": event.county,
        "timeline": (step_of(event),),
    }


def _submitted(event: events.CaseSubmitted) -> FamilyCase:
    return FamilyCase(
        id=event.originator_id,
        case_no=event.case_no,
        kind=event.kind,
        born=event.born,
        started_at=event.timestamp,
        **_people(event),
        **opening(event),
    )


def _recorded(event: events.EnrolmentRecorded) -> FamilyCase:
    return FamilyCase(
        id=event.originator_id,
        case_no=event.case_no,
        kind=None,
        born=True,
        started_at=event.timestamp,
        **enrolled(event),
        **_people(event),
    )


def _born(event: events.ChildBorn) -> dict[str, Any]:
    return {
        "born": True,
        "birth_order": event.birth_order,
        "child_subject": event.child_subject,
        "child": event.child,
        "county": event.county,
    }


def _contact(event: events.ContactChanged | events.EnrolmentContactChanged) -> dict[str, Any]:
    return {"contact_subject": event.contact_subject, "contact": event.contact}


def _closed(event: events.EnrolmentClosed) -> dict[str, Any]:
    return {"closed_on": event.closed_on}


_OWN_CHANGES: dict[type[Event], Callable[[Any], dict[str, Any]]] = {
    events.ChildBorn: _born,
    events.ContactChanged: _contact,
    events.EnrolmentContactChanged: _contact,
    events.EnrolmentClosed: _closed,
}


class FamilyCases(ReadModel[FamilyCase]):
    """One row a case and one an enrolment, found by the proved phone of the contact."""

    context = "matching"
    table = Table(
        "family_cases",
        row=FamilyCase,
        key=("id",),
        indexes=(("contact_subject",), ("case_no",)),
    )
    folds = TOLD

    def keys(self, event: Event) -> Iterable[Key]:
        """The case or the enrolment the event is about."""
        return ((event.originator_id,),)

    def evolve(self, key: Key, row: FamilyCase | None, event: Event) -> FamilyCase | None:  # noqa: ARG002 - the event names its row
        """The case after the event, one step further down its timeline."""
        if isinstance(event, events.CaseSubmitted):
            return _submitted(event)
        if isinstance(event, events.EnrolmentRecorded):
            return _recorded(event)
        if row is None:
            raise BeginningMissing(event)
        own = _OWN_CHANGES.get(type(event))
        return moved(row, event, timeline=(*row.timeline, step_of(event)), **(own(event) if own else {}))


_OF_CONTACT = """
select * from family_cases
where contact_subject = %(contact)s and (kind is not null or case_no = '')
order by started_at desc, id
"""
_OF_CASE_NO = """
select * from family_cases
where contact_subject = %(contact)s and case_no = %(case_no)s and kind is not null
"""
_OF_IDS = "select * from family_cases where id = any(%(ids)s)"


def cases_of_contact(reader: Reader, principal: Principal) -> list[FamilyCase]:
    """相關幼兒資訊: what belongs to the phone that the parent has proved, newest first; nothing for anybody else."""
    if principal.role != Role.PARENT or principal.subject is None:
        return []
    return _with_closures(reader, reader.rows(FamilyCase, _OF_CONTACT, {"contact": principal.subject}))


def case_of_contact(reader: Reader, case_no: str, principal: Principal) -> FamilyCase | None:
    """One case by its number (案件編號); None where it does not belong to the phone that the parent has proved."""
    if principal.role != Role.PARENT or principal.subject is None:
        return None
    parameters = {"contact": principal.subject, "case_no": case_no}
    return next(iter(_with_closures(reader, reader.rows(FamilyCase, _OF_CASE_NO, parameters))), None)


def case_by_id(reader: Reader, case_id: UUID) -> FamilyCase | None:
    """The row of this id, for whoever has been found to have a right to it."""
    rows = reader.rows(FamilyCase, _OF_IDS, {"ids": [case_id]})
    return next(iter(_with_closures(reader, rows)), None)


def _with_closures(reader: Reader, cases: list[FamilyCase]) -> list[FamilyCase]:
    """Tell of each enrolled case whether that enrolment has been closed since."""
    enrolments = {case.enrolment_id for case in cases if case.kind and case.enrolment_id}
    if not enrolments:
        return cases
    rows = reader.rows(FamilyCase, _OF_IDS, {"ids": list(enrolments)})
    closures = {row.enrolment_id: row.closed_on for row in rows}
    return [replace(case, closed_on=closures.get(case.enrolment_id)) if case.kind else case for case in cases]
