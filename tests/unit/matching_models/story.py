"""What happened, told event by event, and the fold that a projector would make of it."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from services.matching import events
from shared.sealing import Sealed, SubjectId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.read_models.model import Key, ReadModel

NOON = datetime(2025, 2, 18, 4, tzinfo=UTC)
"""12:00 in Taipei on 2025-02-18."""

CASE = UUID("00000000-0000-4000-8000-00000000ca5e")
ENROLMENT = UUID("00000000-0000-4000-8000-0000000e14a0")
CASE_NO = "250218P1200001"

BIRTH = SubjectId(UUID("00000000-0000-4000-8000-00000000b147"))
CHILD = SubjectId(UUID("00000000-0000-4000-8000-0000000c411d"))
MOTHER = SubjectId(UUID("00000000-0000-4000-8000-000000307e40"))
CONTACT = SubjectId(UUID("00000000-0000-4000-8000-0000000c0a7c"))
OTHER_CONTACT = SubjectId(UUID("00000000-0000-4000-8000-0000000c0a7d"))

MATSU = "0291010010"
MATSU_DOCTOR = "D0000001"
KEELUNG = "0211070012"
KEELUNG_DOCTOR = "D0000004"
HUALIEN = "0145010019"
HUALIEN_DOCTOR = "D0000007"

FIRST = events.Preference(1, MATSU, MATSU_DOCTOR, "連江縣", "南竿鄉")
SECOND = events.Preference(2, KEELUNG, KEELUNG_DOCTOR, "基隆市", "信義區")
THIRD = events.Preference(3, HUALIEN, HUALIEN_DOCTOR, "花蓮縣", "花蓮市")

BABY = events.Child(
    residence=events.Address("連江縣", "南竿鄉", "209", "測試路1號"),
    birth_date=date(2025, 2, 1),
    name="寶寶",
    sex=events.Sex.MALE,
)
EXPECTED_BABY = events.Child(residence=events.Address("連江縣", "北竿鄉", "210"), due_date=date(2025, 6, 30))


def sealed(subject: SubjectId, value: Any) -> Sealed[Any]:
    """A box that anybody can look into: only the fold is under test here."""
    return Sealed(subject, b64encode(msgspec.json.encode(value)).decode())


SEALED_BABY = sealed(CHILD, BABY)
SEALED_MOTHER = sealed(MOTHER, events.Mother(events.IdentifierKind.NATIONAL_ID, "A223456781"))
SEALED_CONTACT = sealed(CONTACT, events.Contact(events.Relation.MOTHER, "媽媽", "0912345678"))
OTHER_SEALED_CONTACT = sealed(OTHER_CONTACT, events.Contact(events.Relation.FATHER, "爸爸", "0987654321"))
WORDS = sealed(CONTACT, events.FreeText("收案員額已滿"))


class GlassOpener:
    """Opens what `sealed` made, except of people who have been forgotten."""

    def __init__(self, *forgotten: SubjectId) -> None:
        self._forgotten = frozenset(forgotten)

    def prepare(self, subjects: Iterable[SubjectId]) -> None:
        """Nothing to fetch."""

    def open(self, box: Sealed[Any], kind: type[Any]) -> Any:
        """The value, or None."""
        return None if box.subject in self._forgotten else msgspec.json.decode(b64decode(box.box), type=kind)


class Story:
    """Events in order, an hour between one and the next, each with what only a test about it would name."""

    def __init__(self, case_id: UUID = CASE, case_no: str = CASE_NO, began: datetime = NOON) -> None:
        self.events: list[Event] = []
        self._case = {"originator_id": case_id, "case_no": case_no}
        self._began = began
        self._versions: dict[UUID, int] = {}

    def at(self, place: int) -> datetime:
        """When the event of this place happened; the first is 0, the last -1."""
        return self.events[place].timestamp

    def _tell(self, fact: type[Any], /, **fields: Any) -> Story:
        originator = fields["originator_id"]
        version = self._versions[originator] = self._versions.get(originator, 0) + 1
        begins = {"originator_topic": ""} if version == 1 else {}
        when = self._began + timedelta(hours=len(self.events))
        self.events.append(fact(originator_version=version, timestamp=when, **begins, **fields))
        return self

    def happened(self, fact: type[Any], /, **fields: Any) -> Story:
        """Something happened to the case."""
        return self._tell(fact, **self._case, **fields)

    def enrolment_happened(self, fact: type[Any], /, **fields: Any) -> Story:
        """Something happened to the enrolment."""
        return self._tell(fact, originator_id=ENROLMENT, **fields)

    def submitted(self, *preferences: events.Preference, **changed: Any) -> Story:
        fields: dict[str, Any] = {
            "kind": events.CaseKind.NEW,
            "born": True,
            "birth_order": 0,
            "birth_subject": BIRTH,
            "child_subject": CHILD,
            "child": SEALED_BABY,
            "mother_subject": MOTHER,
            "mother": SEALED_MOTHER,
            "contact_subject": CONTACT,
            "contact": SEALED_CONTACT,
            "county": "連江縣",
            "preferences": preferences or (FIRST,),
        }
        return self.happened(events.CaseSubmitted, **{**fields, **changed})

    def offered(self, to: events.Preference = FIRST) -> Story:
        return self.happened(
            events.PreferenceOffered, **place(to), answer_by=self.days_on(7), remind_at=(self.days_on(2),)
        )

    def reminded(self, to: events.Preference = FIRST) -> Story:
        return self.happened(events.OfferReminded, **place(to), number=1, answer_by=self.days_on(5))

    def accepted(self, by: events.Preference = FIRST) -> Story:
        self.happened(events.InstitutionAccepted, **place(by))
        return self.happened(events.NoticeRequested, **place(by), sign_by=self.days_on(28))

    def declined(self, by: events.Preference = FIRST) -> Story:
        reason = events.DeclineReason.CAPACITY_FULL
        return self.happened(events.InstitutionDeclined, **place(by), reason=reason, explanation=WORDS)

    def signed(self, at: events.Preference = FIRST) -> Story:
        where = {"institution": at.institution, "doctor": at.doctor}
        return self.happened(events.NoticeSigned, **where, signed_on=date(2025, 2, 20))

    def enrolled(self, at: events.Preference = FIRST) -> Story:
        where = {"institution": at.institution, "doctor": at.doctor}
        return self.happened(events.CaseEnrolled, **where, enrolment_id=ENROLMENT, enrolled_on=date(2025, 2, 21))

    def enrolled_elsewhere(self, instead_of: events.Preference = FIRST, at: events.Preference = THIRD) -> Story:
        return self.happened(
            events.EnrolmentMismatchDetected,
            county="連江縣",
            expected_institution=instead_of.institution,
            expected_doctor=instead_of.doctor,
            actual_institution=at.institution,
            actual_doctor=at.doctor,
            enrolment_id=ENROLMENT,
            enrolled_on=date(2025, 2, 21),
        )

    def unmatched(self) -> Story:
        return self.happened(events.CaseUnmatched, county="連江縣")

    def withdrawn(self) -> Story:
        return self.happened(events.CaseWithdrawn, county="連江縣", reason=events.WithdrawReason.MOVED)

    def released(self, by: events.Preference = FIRST, released_by: events.Source = events.Source.CLINIC) -> Story:
        return self.happened(
            events.NoticeReleased,
            **place(by),
            released_by=released_by,
            explanation=WORDS,
            resume_at=self.days_on(3),
        )

    def born(self) -> Story:
        born = {"birth_order": 0, "birth_subject": BIRTH, "child_subject": CHILD, "child": SEALED_BABY}
        return self.happened(events.ChildBorn, **born, county="連江縣")

    def contact_changed(self, proved_by: events.Source = events.Source.PLATFORM) -> Story:
        contact = {"contact_subject": OTHER_CONTACT, "contact": OTHER_SEALED_CONTACT}
        return self.happened(events.ContactChanged, **contact, proved_by=proved_by)

    def change_submitted(self, *preferences: events.Preference) -> Story:
        self.submitted(*preferences or (SECOND,), kind=events.CaseKind.CHANGE, enrolment_id=ENROLMENT)
        former = {"former_institution": MATSU, "former_doctor": MATSU_DOCTOR}
        self.happened(
            events.ChangeRequested,
            enrolment_id=ENROLMENT,
            **former,
            former_county="連江縣",
            reason=events.ChangeReason.MOVED,
        )
        self.happened(events.FormerInstitutionNotified, **former)
        return self.happened(events.BureauTaskOpened, county="連江縣", former_institution=MATSU, due_by=self.days_on(7))

    def former_closed(self) -> Story:
        return self.happened(
            events.PreviousEnrolmentClosed,
            enrolment_id=ENROLMENT,
            former_institution=MATSU,
            closed_on=date(2025, 2, 19),
            source=events.Source.BUREAU,
        )

    def recorded(self, case_no: str = "", source: events.Source = events.Source.IMPORT) -> Story:
        return self.enrolment_happened(
            events.EnrolmentRecorded,
            birth_subject=BIRTH,
            child_subject=CHILD,
            child=SEALED_BABY,
            mother_subject=MOTHER,
            mother=SEALED_MOTHER,
            contact_subject=CONTACT,
            contact=SEALED_CONTACT,
            birth_order=0,
            county="連江縣",
            institution=MATSU,
            doctor=MATSU_DOCTOR,
            institution_county="連江縣",
            enrolled_on=date(2025, 2, 21),
            source=source,
            case_no=case_no,
        )

    def closed(self) -> Story:
        return self.enrolment_happened(
            events.EnrolmentClosed,
            institution=MATSU,
            doctor=MATSU_DOCTOR,
            closed_on=date(2025, 3, 1),
            reason=events.ClosureReason.CHANGE_OF_DOCTOR,
            source=events.Source.BUREAU,
        )

    def days_on(self, days: int) -> datetime:
        """So many days after the story began."""
        return self._began + timedelta(days=days)


_NOTHING_YET: dict[str, Any] = {
    "choices": (),
    "institution": "",
    "doctor": "",
    "waits_for": None,
    "waiting_since": None,
    "due_by": None,
    "former_institution": "",
    "former_doctor": "",
    "enrolment_id": None,
    "enrolled_on": None,
}


def expected(row: type[Any], /, **columns: Any) -> Any:
    """A row of which nothing is known but these columns."""
    return row(**_NOTHING_YET | columns)


def place(preference: events.Preference) -> dict[str, Any]:
    """The fields by which an event names a preference."""
    return {"rank": preference.rank, "institution": preference.institution, "doctor": preference.doctor}


def fold(model: ReadModel[Any], told: Iterable[Event]) -> dict[Key, Any]:
    """The rows that a projector would hold after these events."""
    rows: dict[Key, Any] = {}
    for event in told:
        if not isinstance(event, model.folds):
            continue
        for key in model.keys(event):
            row = model.evolve(key, rows.get(key), event)
            if row is None:
                rows.pop(key, None)
            else:
                rows[key] = row
    return rows
