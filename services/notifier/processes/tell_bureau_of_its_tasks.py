"""Tell the bureau of its tasks: a family for whom nobody was found, and an enrolment that has to be closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import msgspec

from services.matching import events
from services.notifier.commands import News, TellBureau, Template, following
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


class NothingToRemember(msgspec.Struct, frozen=True):
    """Each of these events says all there is to tell: no row is ever kept."""

    case_id: UUID


class TellBureauOfItsTasks(Process[NothingToRemember]):
    """Writes to 衛生局「主管」 and 「個管」 (S000, 醫療院所 Q1 and Q5; DOMAIN §1.1 row 17)."""

    context: ClassVar[str] = "matching"
    table: ClassVar[Table[NothingToRemember]] = Table("tell_bureau_of_its_tasks", NothingToRemember, key=("case_id",))
    folds: ClassVar[tuple[type[Event], ...]] = (events.CaseUnmatched, events.BureauTaskOpened)

    def keys(self, event: Event) -> Iterable[Key]:  # noqa: ARG002 - nothing is remembered
        """None: nothing is remembered."""
        return ()

    def evolve(self, key: Key, row: NothingToRemember | None, event: Event) -> NothingToRemember | None:  # noqa: ARG002 - as above
        """Nothing is remembered."""
        return None

    def react(self, row: NothingToRemember | None, event: Event) -> Iterable[Command]:  # noqa: ARG002 - as above
        """One message to the bureau that answers for it."""
        match event:
            case events.CaseUnmatched():
                news = _news(event, event.case_no, event.county)
                return [TellBureau(Template.BUREAU_UNMATCHED, news, event.county)]
            case events.BureauTaskOpened():
                news = _news(
                    event, event.case_no, event.county, event.former_institution, due_by=event.due_by.isoformat()
                )
                return [TellBureau(Template.BUREAU_CLOSURE, news, event.county)]
        return []


def _news(event: Event, case_no: str, county: str, institution: str = "", **figures: str) -> News:
    return News(
        follows=following(event, "matching"),
        happened_at=event.timestamp,
        case_no=case_no,
        county=county,
        institution=institution,
        figures=figures,
    )
