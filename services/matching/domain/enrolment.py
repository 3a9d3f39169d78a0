"""收案: a child in the care of a dedicated doctor, through the platform or on paper (現行系統收案資料)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Self

from services.matching import events
from services.matching.domain import refusals
from services.matching.domain.family import Family
from services.matching.domain.refusals import heed
from shared.events import Aggregate, event

if TYPE_CHECKING:
    from datetime import date, datetime

    from services.matching.events import Source
    from shared.refusals import Refusal
    from shared.sealing import Sealed, SubjectId


class Enrolment(Aggregate):
    """One stretch of a child's care by one doctor; it ends with its closure (結案)."""

    TOPIC = "matching.Enrolment"

    EnrolmentRecorded = events.EnrolmentRecorded
    EnrolmentClosed = events.EnrolmentClosed
    EnrolmentContactChanged = events.EnrolmentContactChanged

    @classmethod
    def record(  # noqa: PLR0913 - one row of the register
        cls,
        family: Family,
        *,
        institution: str,
        institution_county: str,
        doctor: str,
        enrolled_on: date,
        source: Source,
        case_no: str,
        now: datetime,
    ) -> Self:
        """收案, of a family whose case is `case_no`, or that came on paper where it is empty."""
        return cls._create(
            cls.EnrolmentRecorded,
            timestamp=now,
            institution=institution,
            institution_county=institution_county,
            doctor=doctor,
            enrolled_on=enrolled_on,
            source=source,
            case_no=case_no,
            **vars(family),
        )

    @event(events.EnrolmentRecorded)
    def __init__(  # noqa: PLR0913 - the fields of the event
        self,
        *,
        birth_order: int,
        birth_subject: SubjectId,
        child_subject: SubjectId,
        child: Sealed[events.Child],
        mother_subject: SubjectId,
        mother: Sealed[events.Mother],
        contact_subject: SubjectId,
        contact: Sealed[events.Contact],
        county: str,
        institution: str,
        institution_county: str,
        doctor: str,
        enrolled_on: date,
        case_no: str,
    ) -> None:
        self.family = Family(
            birth_order, birth_subject, child_subject, child, mother_subject, mother, contact_subject, contact, county
        )
        self.institution = institution
        self.institution_county = institution_county
        self.doctor = doctor
        self.enrolled_on = enrolled_on
        self.case_no = case_no
        self.closed_on: date | None = None

    @property
    def stream_subject(self) -> str:
        """The number of the case that led here; for a family that came on paper, the enrolment's own id."""
        return self.case_no or str(self.id)

    @property
    def is_open(self) -> bool:
        """Whether the child is still in that doctor's care."""
        return self.closed_on is None

    def as_former(self) -> dict[str, object]:
        """How a change names the place that the family wants to leave."""
        return {
            "enrolment_id": self.id,
            "former_institution": self.institution,
            "former_doctor": self.doctor,
            "former_county": self.institution_county,
        }

    def objection_to_change(self) -> Refusal | None:
        """Why no other doctor can be asked for from here."""
        return None if self.closed_on is None else refusals.EnrolmentAlreadyClosed(closed_on=self.closed_on)

    def objection_to_changing_contact(self) -> Refusal | None:
        """Why the contact cannot be changed; a closed enrolment keeps the one it had."""
        return self.objection_to_change()

    def objection_to_closing(self, closed_on: date) -> Refusal | None:
        """Why the enrolment cannot be closed on that day."""
        if closed_on < self.enrolled_on:
            return refusals.ClosedBeforeEnrolled("closed_on", enrolled_on=self.enrolled_on)
        return self.objection_to_change()

    def close(self, closed_on: date, reason: events.ClosureReason, source: Source, now: datetime) -> None:
        """結案."""
        heed(self.objection_to_closing(closed_on))
        self.trigger_event(
            self.EnrolmentClosed,
            timestamp=now,
            institution=self.institution,
            doctor=self.doctor,
            closed_on=closed_on,
            reason=reason,
            source=source,
        )

    def change_contact(self, contact: Sealed[events.Contact], proved_by: Source, now: datetime) -> None:
        """變更聯絡人."""
        heed(self.objection_to_changing_contact())
        self.trigger_event(
            self.EnrolmentContactChanged,
            timestamp=now,
            contact_subject=contact.subject,
            contact=contact,
            proved_by=proved_by,
        )

    @event(events.EnrolmentClosed)
    def _enrolment_closed(self, closed_on: date) -> None:
        self.closed_on = closed_on

    @event(events.EnrolmentContactChanged)
    def _enrolment_contact_changed(self, contact_subject: SubjectId, contact: Sealed[events.Contact]) -> None:
        self.family = replace(self.family, contact_subject=contact_subject, contact=contact)
