"""How much each doctor is asked for: who waits for an answer, how long answers take. Nothing personal is in it."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.matching import events
from services.matching.domain.waiting import WINDOW_DAYS, Span
from services.matching.read_models.clinic_worklist import RANKS
from shared.calendar import taipei_day
from shared.read_models.model import Key, ReadModel, Table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from shared.events import Event
    from shared.read_models.reader import Reader


class Asked(StrEnum):
    """What has become of a family's being put before a doctor."""

    OPEN = "open"
    """待收案: the family waits for the answer"""
    ANSWERED = "answered"
    """同意 or 未能同意"""
    UNANSWERED = "unanswered"
    """逾時"""
    CALLED_OFF = "called_off"
    """the family withdrew or was enrolled elsewhere, or the platform took the offer back"""


class Demand(msgspec.Struct, frozen=True, gc=False):
    """One offer, from the Taipei day on which it was made to the day on which it was over."""

    case_id: UUID
    rank: int
    institution: str
    doctor: str
    offered_on: date
    asked: Asked = Asked.OPEN
    over_on: date | None = None


_OVER: dict[type[Event], Asked] = {
    events.InstitutionAccepted: Asked.ANSWERED,
    events.InstitutionDeclined: Asked.ANSWERED,
    events.OfferExpired: Asked.UNANSWERED,
    events.OfferWithdrawn: Asked.CALLED_OFF,
    events.CaseWithdrawn: Asked.CALLED_OFF,
    events.EnrolmentMismatchDetected: Asked.CALLED_OFF,
}


class DoctorDemand(ReadModel[Demand]):
    """A row for every time that a family was put before a doctor."""

    context = "matching"
    table = Table(
        "doctor_demand",
        row=Demand,
        key=("case_id", "rank"),
        indexes=(("institution", "doctor", "over_on"),),
    )
    folds = (events.PreferenceOffered, *_OVER)

    def keys(self, event: Event) -> Iterable[Key]:
        """The preference the event names; every preference that a case can have where it names none."""
        rank = getattr(event, "rank", None)
        return [(event.originator_id, rank) for rank in (RANKS if rank is None else (rank,))]

    def evolve(self, key: Key, row: Demand | None, event: Event) -> Demand | None:  # noqa: ARG002 - the event names its row
        """The offer after the event; there is none before it was made, and what is over stays as it ended."""
        if isinstance(event, events.PreferenceOffered):
            return Demand(event.originator_id, event.rank, event.institution, event.doctor, taipei_day(event.timestamp))
        if row is None or row.asked != Asked.OPEN:
            return row
        return replace(row, asked=_OVER[type(event)], over_on=taipei_day(event.timestamp))


class Place(NamedTuple):
    """A doctor at an institution."""

    institution: str
    doctor: str


class Wait(msgspec.Struct, frozen=True):
    """What a doctor was asked since a day: answers by the days they took, how many found none, how many wait now."""

    answers: tuple[Span, ...] = ()
    unanswered: int = 0
    waiting: int = 0


class _Group(msgspec.Struct, frozen=True):
    institution: str
    doctor: str
    offered_on: date
    over_on: date | None
    asked: Asked
    families: int


_GROUPS = """
select institution, doctor, offered_on, over_on, asked, count(*) as families
from doctor_demand
join unnest(%(institutions)s::text[], %(doctors)s::text[]) as place (institution, doctor) using (institution, doctor)
where over_on is null or (over_on >= %(since)s and asked <> 'called_off')
group by institution, doctor, offered_on, over_on, asked
order by offered_on, over_on
"""


def demand_of(reader: Reader, places: Collection[Place], today: date) -> dict[Place, Wait]:
    """Who waits for these doctors today, and what became of the offers of the last `WINDOW_DAYS`."""
    parameters: dict[str, Any] = {
        "institutions": [place.institution for place in places],
        "doctors": [place.doctor for place in places],
        "since": today - timedelta(days=WINDOW_DAYS),
    }
    found = dict.fromkeys(places, Wait())
    for group in reader.rows(_Group, _GROUPS, parameters):
        place = Place(group.institution, group.doctor)
        found[place] = _with(found[place], group)
    return found


def _with(wait: Wait, group: _Group) -> Wait:
    if group.over_on is None:
        return replace(wait, waiting=wait.waiting + group.families)
    if group.asked == Asked.UNANSWERED:
        return replace(wait, unanswered=wait.unanswered + group.families)
    return replace(wait, answers=(*wait.answers, Span(group.offered_on, group.over_on, group.families)))
