"""Tell the institution of its offers: asked, reminded, not needed any more, and what became of families it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.matching import events
from services.notifier.commands import News, TellInstitution, Template, following
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


class OfferToTell(msgspec.Struct, frozen=True):
    """A case, the bureau of its county, and whom it was last put before.

    `is_open` while that institution has something to do about it; `just_ended` where the last event ended that.
    """

    case_id: UUID
    case_no: str
    county: str
    institution: str = ""
    doctor: str = ""
    is_open: bool = False
    just_ended: bool = False


_OVER: Mapping[type[Event], str] = {
    events.CaseWithdrawn: "withdrawn",
    events.OfferExpired: "not_answered_in_time",
    events.NoticeLapsed: "signed_not_in_time",
}
"""What ends an institution's part without its doing, by the word that says why."""

_ENDED: tuple[type[Event], ...] = (*_OVER, events.OfferWithdrawn)
"""The same, and what the registry has ended, for a cause of its own."""

_NOBODY_IS_THERE = frozenset(
    {events.ParticipationCause.INSTITUTION_CLOSED, events.ParticipationCause.INSTITUTION_SUSPENDED}
)
"""Why an offer is taken back from an institution whose accounts identity closes for the same cause: none can be told,
and a message that failed for that would have its bureau look for a fault that is none."""

_ENDS: tuple[type[Event], ...] = (
    events.InstitutionDeclined,
    events.NoticeReleased,
    events.CaseEnrolled,
    events.EnrolmentMismatchDetected,
)
"""What ends it by the institution's own doing, or is told in a message of its own."""


class TellInstitutionOfItsOffers(Process[OfferToTell]):
    """Writes to 醫師 and 醫師個管 (S000, 醫療院所 Q3; DOMAIN §1.1 rows 13, 15 and 16)."""

    context: ClassVar[str] = "matching"
    table: ClassVar[Table[OfferToTell]] = Table("tell_institution_of_its_offers", OfferToTell, key=("case_id",))
    folds: ClassVar[tuple[type[Event], ...]] = (
        events.CaseSubmitted,
        events.ChildBorn,
        events.PreferenceOffered,
        events.OfferReminded,
        events.FormerInstitutionNotified,
        *_ENDS,
        *_ENDED,
    )

    def keys(self, event: Event) -> Iterable[Key]:
        """The case."""
        return [(event.originator_id,)]

    def evolve(self, key: Key, row: OfferToTell | None, event: Event) -> OfferToTell | None:
        """Whom the case is before; the institution stays named when its part is over, so that it can be told."""
        if isinstance(event, events.CaseSubmitted):
            return OfferToTell(key[0], event.case_no, event.county)
        return None if row is None else replace(row, **_changes(row, event))

    def react(self, row: OfferToTell | None, event: Event) -> Iterable[Command]:
        """One message to the institution whose case it is."""
        if row is None:
            return []
        if isinstance(event, _ENDED):
            is_told = row.just_ended and _why(event) not in _NOBODY_IS_THERE
            return [_tell(Template.OFFER_OVER, row, event, reason=_why(event))] if is_told else []
        match event:
            case events.PreferenceOffered():
                return [_tell(Template.OFFER_MADE, row, event, answer_by=event.answer_by.isoformat())]
            case events.OfferReminded():
                return [_tell(Template.OFFER_REMINDER, row, event, answer_by=event.answer_by.isoformat())]
            case events.FormerInstitutionNotified():
                former = replace(row, institution=event.former_institution, doctor=event.former_doctor)
                return [_tell(Template.CHANGE_INFORMED, former, event)]
        is_mismatch = isinstance(event, events.EnrolmentMismatchDetected) and event.expected_institution
        return [_mismatch(row, event)] if is_mismatch else []


def _why(event: Event) -> str:
    return event.cause.value if isinstance(event, events.OfferWithdrawn) else _OVER[type(event)]


def _changes(row: OfferToTell, event: Event) -> dict[str, Any]:
    match event:
        case events.ChildBorn():
            return {"county": event.county}
        case events.PreferenceOffered():
            return {
                "institution": event.institution,
                "doctor": event.doctor,
                "is_open": True,
                "just_ended": False,
            }
        case _ if isinstance(event, (*_ENDS, *_ENDED)):
            return {"is_open": False, "just_ended": row.is_open}
    return {}


def _tell(template: Template, row: OfferToTell, event: Event, **figures: str) -> TellInstitution:
    news = News(
        follows=following(event, "matching"),
        happened_at=event.timestamp,
        case_no=row.case_no,
        county=row.county,
        institution=row.institution,
        doctor=row.doctor,
        figures=figures,
    )
    return TellInstitution(template, news, row.institution)


def _mismatch(row: OfferToTell, event: Any) -> TellInstitution:
    """比對不一致, to the institution with which the family was matched."""
    news = News(
        follows=following(event, "matching"),
        happened_at=event.timestamp,
        case_no=row.case_no,
        county=row.county,
        institution=event.expected_institution,
        doctor=event.expected_doctor,
        elsewhere=event.actual_institution,
        figures={"enrolled_on": event.enrolled_on.isoformat()},
    )
    return TellInstitution(Template.ENROLLED_ELSEWHERE, news, event.expected_institution)
