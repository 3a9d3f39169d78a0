"""Tell the family of its case: each step that it did not take itself, and what it can do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.matching import events
from services.notifier.commands import News, TellFamily, Template, following
from shared.processes.process import Process
from shared.read_models.model import Table
from shared.sealing import Sealed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


class FamilyToTell(msgspec.Struct, frozen=True):
    """A case, and who is told about it: the contact, and until the last change of it somebody else (`former`)."""

    case_id: UUID
    case_no: str
    county: str
    contact: Sealed[events.Contact]
    former: Sealed[events.Contact] | None = None


_TEMPLATES: Mapping[type[Event], Template] = {
    events.NoticeRequested: Template.MATCH_FOUND,
    events.InstitutionDeclined: Template.OFFER_DECLINED,
    events.OfferExpired: Template.OFFER_UNANSWERED,
    events.PreferencePassedOver: Template.CHOICE_UNAVAILABLE,
    events.OfferWithdrawn: Template.CHOICE_UNAVAILABLE,
    events.CaseUnmatched: Template.CASE_UNMATCHED,
    events.NoticeLapsed: Template.NOTICE_LAPSED,
    events.NoticeReleased: Template.NOTICE_RELEASED,
    events.CaseEnrolled: Template.CHILD_ENROLLED,
    events.EnrolmentMismatchDetected: Template.CHILD_ENROLLED,
    events.CaseWithdrawn: Template.CASE_WITHDRAWN,
}
"""What a family hears of when it happens; the beginning of a case and a new contact come besides."""


class TellFamilyOfItsCase(Process[FamilyToTell]):
    """Writes to the contact of a case (S000, 申請 3/4 and 4/4; DOMAIN §1.1 rows 12 and 14).

    Its rows also tell, by case number, whom a message that is sent again has to reach.
    """

    context: ClassVar[str] = "matching"
    table: ClassVar[Table[FamilyToTell]] = Table(
        "tell_family_of_its_case", FamilyToTell, key=("case_id",), indexes=(("case_no",),)
    )
    folds: ClassVar[tuple[type[Event], ...]] = (
        events.CaseSubmitted,
        events.ContactChanged,
        events.ChildBorn,
        *_TEMPLATES,
    )

    def keys(self, event: Event) -> Iterable[Key]:
        """The case."""
        return [(event.originator_id,)]

    def evolve(self, key: Key, row: FamilyToTell | None, event: Event) -> FamilyToTell | None:
        """Who is told, as it was changed last."""
        match event:
            case events.CaseSubmitted():
                return FamilyToTell(key[0], event.case_no, event.county, event.contact)
            case events.ContactChanged() if row is not None:
                return replace(row, contact=event.contact, former=row.contact)
            case events.ChildBorn() if row is not None:
                return replace(row, county=event.county)
        return row

    def react(self, row: FamilyToTell | None, event: Event) -> Iterable[Command]:
        """One message for each step."""
        if row is None:
            return []
        match event:
            case events.CaseSubmitted():
                change = event.kind == events.CaseKind.CHANGE
                template = Template.CHANGE_RECEIVED if change else Template.APPLICATION_RECEIVED
                return [TellFamily(template, _news(row, event), row.contact)]
            case events.ContactChanged():
                return _to_former(row, event)
            case _ if type(event) in _TEMPLATES:
                return [TellFamily(_TEMPLATES[type(event)], _news(row, event), row.contact)]
        return []


def _to_former(row: FamilyToTell, event: events.ContactChanged) -> list[Command]:
    """Whoever the case answered to before hears of it: nobody may take a case over in silence."""
    if row.former is None:
        return []
    return [TellFamily(Template.CONTACT_CHANGED, _news(row, event), row.former)]


def _news(row: FamilyToTell, event: Any) -> News:
    figures: dict[str, str] = {}
    for name in ("sign_by", "resume_at", "enrolled_on"):
        if (moment := getattr(event, name, None)) is not None:
            figures[name] = moment.isoformat()
    if isinstance(event, events.InstitutionDeclined):
        figures["reason"] = event.reason.value
    if isinstance(event, events.PreferencePassedOver | events.OfferWithdrawn):
        figures["reason"] = event.cause.value
    mismatch = isinstance(event, events.EnrolmentMismatchDetected)
    return News(
        follows=following(event, "matching"),
        happened_at=event.timestamp,
        case_no=row.case_no,
        county=row.county,
        institution=event.actual_institution if mismatch else getattr(event, "institution", ""),
        doctor=event.actual_doctor if mismatch else getattr(event, "doctor", ""),
        figures=figures,
    )
