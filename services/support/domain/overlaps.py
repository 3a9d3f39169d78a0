"""重疊: where a person would be in two places at one time; evidence for whoever decides (DOMAIN §1.2, rows 23 and 29).

An occurrence that begins when another ends does not overlap it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter
from typing import TYPE_CHECKING

from services.support.events.entries import Overlap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from services.support.domain.schedules import Occurrence
    from services.support.events.entries import SupportedPlace

_LONG = timedelta(days=1)
"""Windows are shorter than this; only 持續 can last longer."""

_start = attrgetter("start")
_end = attrgetter("end")


@dataclass(frozen=True, slots=True)
class Booked:
    """A time at which a person is to be at a place, by the line or support `other`; both moments aware."""

    start: datetime
    end: datetime
    other: UUID
    place: SupportedPlace


class Diary:
    """The times that one person has been booked for, at whatever places, to hold new ones against."""

    def __init__(self, booked: Iterable[Booked]) -> None:
        """The times in any order; best by their start, as an index gives them."""
        in_order = sorted(booked, key=_start)
        self._long = [one for one in in_order if one.end - one.start > _LONG]
        self._short = [one for one in in_order if one.end - one.start <= _LONG] if self._long else in_order
        self._longest = max((one.end - one.start for one in self._short), default=timedelta())

    def overlaps_with(self, occurrences: Sequence[Occurrence]) -> tuple[Overlap, ...]:
        """Every time that is booked twice, in order: of each pair the time that both share.

        `occurrences` are those of one schedule, in order, none of them overlapping another.
        """
        found = [*self._with_short(occurrences), *self._with_long(occurrences)]
        return tuple(sorted(found, key=lambda overlap: (overlap.starts, overlap.ends, overlap.other)))

    def _with_short(self, occurrences: Sequence[Occurrence]) -> Iterator[Overlap]:
        """Those of a day at most: none that reaches into an occurrence begins earlier than the longest before it."""
        for occurrence in occurrences:
            first = bisect_left(self._short, occurrence.start - self._longest, key=_start)
            last = bisect_left(self._short, occurrence.end, lo=first, key=_start)
            for one in self._short[first:last]:
                if one.end > occurrence.start:
                    yield _shared(one, occurrence)

    def _with_long(self, occurrences: Sequence[Occurrence]) -> Iterator[Overlap]:
        for one in self._long:
            first = bisect_right(occurrences, one.start, key=_end)
            last = bisect_left(occurrences, one.end, lo=first, key=_start)
            for occurrence in occurrences[first:last]:
                yield _shared(one, occurrence)


def _shared(one: Booked, occurrence: Occurrence) -> Overlap:
    return Overlap(one.other, one.place, max(one.start, occurrence.start), min(one.end, occurrence.end))
