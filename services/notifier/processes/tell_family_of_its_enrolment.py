"""Tell the family of an enrolment: whoever it answered to hears when it answers to somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.matching import events
from services.notifier.commands import News, TellFamily, Template, following
from shared.processes.process import Process
from shared.read_models.model import Table
from shared.sealing import Sealed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


class EnrolledFamily(msgspec.Struct, frozen=True):
    """An enrolment, whom it answers to, and whom it answered to before the last change; on paper it has no case."""

    enrolment_id: UUID
    case_no: str
    county: str
    contact: Sealed[events.Contact]
    former: Sealed[events.Contact] | None = None


class TellFamilyOfItsEnrolment(Process[EnrolledFamily]):
    """Writes to the former contact of an enrolment: nobody may take one over in silence (IDENTITY §7)."""

    context: ClassVar[str] = "matching"
    table: ClassVar[Table[EnrolledFamily]] = Table(
        "tell_family_of_its_enrolment", EnrolledFamily, key=("enrolment_id",)
    )
    folds: ClassVar[tuple[type[Event], ...]] = (events.EnrolmentRecorded, events.EnrolmentContactChanged)

    def keys(self, event: Event) -> Iterable[Key]:
        """The enrolment."""
        return [(event.originator_id,)]

    def evolve(self, key: Key, row: EnrolledFamily | None, event: Event) -> EnrolledFamily | None:
        """Who is told, as it was changed last."""
        match event:
            case events.EnrolmentRecorded():
                return EnrolledFamily(key[0], event.case_no, event.county, event.contact)
            case events.EnrolmentContactChanged() if row is not None:
                return replace(row, contact=event.contact, former=row.contact)
        return row

    def react(self, row: EnrolledFamily | None, event: Event) -> Iterable[Command]:
        """One message, to the former contact."""
        if row is None or row.former is None or not isinstance(event, events.EnrolmentContactChanged):
            return []
        news = News(following(event, "matching"), event.timestamp, case_no=row.case_no, county=row.county)
        return [TellFamily(Template.ENROLMENT_CONTACT_CHANGED, news, row.former)]
