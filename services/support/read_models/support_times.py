"""支援行事曆: every single time of every support that goes on: who is where, from when to when."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from services.support import events
from services.support.domain.schedules import occurrences_of
from services.support.events import PlaceKind
from services.support.read_models.supports import concerning
from shared.read_models.model import Key, ReadModel, Table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from services.support.domain.schedules import Occurrence
    from services.support.events import Schedule, SupportedPlace
    from shared.events import Event
    from shared.principal import Principal
    from shared.read_models.reader import Reader

MOST_SHOWN = 5_000
"""Times that are told of one month; a hospital with more looks at them by person."""


class SupportTime(msgspec.Struct, frozen=True, gc=False):
    """The `number`th time of a support, from 0."""

    support: UUID
    number: int
    practitioner: str
    institution: str
    county: str
    place_kind: PlaceKind
    place_code: str
    place_name: str
    place_county: str
    starts_at: datetime
    ends_at: datetime


class SupportTimes(ReadModel[SupportTime]):
    """A row for each time; those of a support that is cancelled, or amended to others, are gone."""

    context = "support"
    table = Table(
        "support_times",
        row=SupportTime,
        key=("support", "number"),
        indexes=(
            ("practitioner", "starts_at"),
            ("place_code", "starts_at"),
            ("institution", "starts_at"),
        ),
    )
    folds = (events.SupportApproved, events.SupportBroughtOver, events.SupportAmended, events.SupportCancelled)

    def keys(self, event: Event) -> Iterable[Key]:
        """Every time that the support has had, and will have."""
        most = max(len(_times(terms.schedule)) for terms in _terms_of(event))
        return [(event.originator_id, number) for number in range(most)]

    def evolve(self, key: Key, row: SupportTime | None, event: Event) -> SupportTime | None:  # noqa: ARG002 - the event says all
        """The time after the event; None where there is none of this number any more."""
        if isinstance(event, events.SupportCancelled):
            return None
        assert isinstance(event, events.SupportApproved | events.SupportAmended)  # noqa: S101 - `folds` says so
        terms = event.terms if isinstance(event, events.SupportApproved) else event.after
        times, number = _times(terms.schedule), key[1]
        if number >= len(times):
            return None
        return SupportTime(
            support=key[0],
            number=number,
            practitioner=event.practitioner,
            institution=event.institution,
            county=event.county,
            place_kind=event.place.kind,
            place_code=event.place.code,
            place_name=event.place.name,
            place_county=event.place.county,
            starts_at=times[number].start,
            ends_at=times[number].end,
        )


def _terms_of(event: Event) -> Sequence[events.Terms]:
    if isinstance(event, events.SupportAmended):
        return event.before, event.after
    assert isinstance(event, events.SupportApproved | events.SupportCancelled)  # noqa: S101 - `folds` says so
    return (event.terms,)


@lru_cache(maxsize=512)
def _times(schedule: Schedule) -> tuple[Occurrence, ...]:
    """The occurrences of a schedule, which every row of its support asks for."""
    return occurrences_of(schedule)


_WITHIN = "starts_at < %(until)s and ends_at > %(since)s"


def times_of_practitioners(
    reader: Reader, numbers: Collection[str], since: datetime, until: datetime
) -> list[SupportTime]:
    """The times of these practitioners that touch a span, in order."""
    query = f"select * from support_times where practitioner = any(%(own)s) and {_WITHIN} order by starts_at, support"
    return reader.rows(SupportTime, query, {"own": sorted(numbers), "since": since, "until": until})


def times_at(reader: Reader, place: SupportedPlace, since: datetime, until: datetime) -> list[SupportTime]:
    """The times at a place that touch a span, in order."""
    query = f"""
    select * from support_times
    where place_code = %(code)s and place_kind = %(kind)s and {_WITHIN}
    and (place_kind = 'institution' or place_name = %(name)s)
    order by starts_at, support
    """
    named = {"code": place.code, "kind": place.kind, "name": place.name}
    return reader.rows(SupportTime, query, named | {"since": since, "until": until})


def times_from(reader: Reader, institution: str, since: datetime, until: datetime) -> list[SupportTime]:
    """The times of supports from a home institution that touch a span, in order."""
    query = f"select * from support_times where institution = %(own)s and {_WITHIN} order by starts_at, support"
    return reader.rows(SupportTime, query, {"own": institution, "since": since, "until": until})


class _Overlapping(msgspec.Struct, frozen=True):
    support: UUID
    others: int


def overlapping(reader: Reader, supports: Collection[UUID]) -> dict[UUID, int]:
    """With how many other supports of the same person each of these shares a time; those that share none left out."""
    query = """
    select one.support, count(distinct other.support) as others
    from support_times one join support_times other
    on other.practitioner = one.practitioner and other.support <> one.support
    and other.starts_at < one.ends_at and other.ends_at > one.starts_at
    where one.support = any(%(supports)s)
    group by one.support
    """
    found = reader.rows(_Overlapping, query, {"supports": list(supports)})
    return {row.support: row.others for row in found}


def calendar_of(reader: Reader, principal: Principal, since: datetime, until: datetime) -> list[SupportTime]:
    """The times that the caller sees between two moments (aware), in order, `MOST_SHOWN` at most.

    A practitioner sees their own, an institution those of its staff and those at it, a bureau its county's.
    """
    whose, parameters = concerning(principal)
    query = f"""
    select * from support_times where {whose} and {_WITHIN} order by starts_at, support limit {MOST_SHOWN}
    """
    return reader.rows(SupportTime, query, parameters | {"since": since, "until": until})
