"""What is found of the lines of an application when it is submitted: evidence for whoever decides, never a verdict."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec.structs import replace

from services.support.domain.forty_percent import SOURCE, Attendance, monthly_supporters, week_of, weekly_shares
from services.support.domain.overlaps import Booked, Diary
from services.support.domain.register import licence_finding, standing_doubts
from services.support.domain.support import Span
from services.support.events import LineFinding, MonthDoctors, PlaceKind
from shared.calendar import taipei_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from services.support.domain.forty_percent import QuotaRule
    from services.support.domain.register import Diaries, InstitutionFacts, PractitionerFacts, Register, Stay
    from services.support.domain.schedules import Occurrence
    from services.support.events import Overlap, SupportedPlace, WeekShare

MOST_OVERLAPS = 20
"""Of one line that are told one by one; beyond, they are counted."""

_start = attrgetter("start")


@dataclass(frozen=True)
class AskedLine:
    """A line as it is asked for: who, where, and every time of it, in order."""

    id: UUID
    practitioner: PractitionerFacts
    place: SupportedPlace
    occurrences: tuple[Occurrence, ...]

    @property
    def span(self) -> Span:
        """Its first and its last moment."""
        return span_of(self.occurrences)

    @property
    def days(self) -> tuple[date, date]:
        """The Taipei days of these."""
        starts_at, ends_at = self.span
        return taipei_day(starts_at), taipei_day(ends_at)


def span_of(occurrences: Sequence[Occurrence]) -> Span:
    """The first and the last moment of these times, in UTC."""
    return Span(
        min(occurrence.start for occurrence in occurrences).astimezone(UTC),
        max(occurrence.end for occurrence in occurrences).astimezone(UTC),
    )


def findings_of(
    lines: Sequence[AskedLine], home: InstitutionFacts, register: Register, diaries: Diaries, rule: QuotaRule
) -> tuple[LineFinding, ...]:
    """What is found of each line, held against the other lines and against all supports but those these replace."""
    if not lines:
        return ()
    inquiry = _Inquiry(lines, home, register, diaries, rule)
    return tuple(inquiry.finding(line) for line in lines)


class _Inquiry:
    """Looks everything up once for all lines."""

    def __init__(
        self,
        lines: Sequence[AskedLine],
        home: InstitutionFacts,
        register: Register,
        diaries: Diaries,
        rule: QuotaRule,
    ) -> None:
        self._lines = lines
        self._home = home
        self._register = register
        self._diaries = diaries
        self._rule = rule
        self._replaced = {line.id for line in lines}
        self._span = Span(min(line.span.starts_at for line in lines), max(line.span.ends_at for line in lines))
        self._own_diaries = self._diaries_by_practitioner()
        self._shares = {place: self._shares_at(place) for place in dict.fromkeys(line.place for line in lines)}
        self._peers = {
            profession: register.peers(home.code, profession)
            for profession in {line.practitioner.profession for line in lines}
        }
        self._who_is_away, self._away = self._away_from_home()

    def finding(self, line: AskedLine) -> LineFinding:
        """What is found of one of them."""
        overlaps = [
            overlap
            for overlap in self._own_diaries[line.practitioner.number].overlaps_with(line.occurrences)
            if overlap.other != line.id
        ]
        weeks, months = self._shares[line.place]
        place = self._register.institution(line.place.code) if _is_institution(line.place) else None
        return LineFinding(
            line=line.id,
            occurrences=len(line.occurrences),
            starts_at=line.span.starts_at,
            ends_at=line.span.ends_at,
            overlap_count=len(overlaps),
            overlaps=tuple(map(_in_utc, overlaps[:MOST_OVERLAPS])),
            licence=licence_finding(line.practitioner, line.days),
            licence_until=line.practitioner.licence_until,
            standing=standing_doubts(line.practitioner, self._home, place, line.days),
            weeks=tuple(weeks[week] for week in _weeks_of(line) if week in weeks),
            months=tuple(months[month] for month in _months_of(line) if month in months),
            share_source=SOURCE if _is_institution(line.place) else "",
            others_at_home=self._others_at_home(line),
        )

    def _diaries_by_practitioner(self) -> Mapping[str, Diary]:
        """What each of them is booked for, these lines included."""
        numbers = frozenset(line.practitioner.number for line in self._lines)
        booked: defaultdict[str, list[Booked]] = defaultdict(list)
        for stay in self._standing(self._diaries.of_practitioners(numbers, self._span)):
            booked[stay.practitioner].append(_booked(stay))
        for line in self._lines:
            booked[line.practitioner.number] += _bookings(line)
        return {number: Diary(booked[number]) for number in numbers}

    def _shares_at(self, place: SupportedPlace) -> tuple[Mapping[str, WeekShare], Mapping[str, MonthDoctors]]:
        """By week and by month, how much of the work at a place is support; of institutions only."""
        if not _is_institution(place):
            return {}, {}
        asked = [
            Attendance(line.practitioner.number, occurrence)
            for line in self._lines
            if line.place == place
            for occurrence in line.occurrences
        ]
        standing = [
            Attendance(stay.practitioner, stay.occurrence)
            for stay in self._standing(self._diaries.at_place(place, self._span))
        ]
        own = self._register.strength(place.code)
        shares = weekly_shares(asked, standing, own, self._rule)
        months = monthly_supporters([*asked, *standing], own, self._rule)
        return {share.week: share for share in shares}, {
            month.code: MonthDoctors(month.code, month.supporters, month.own_doctors, month.exceeds) for month in months
        }

    def _away_from_home(self) -> tuple[Mapping[UUID, str], Diary]:
        """Who is away from home by which support or line, and when."""
        stays = self._standing(self._diaries.away_from(self._home.code, self._span))
        who = {stay.support: stay.practitioner for stay in stays}
        who |= {line.id: line.practitioner.number for line in self._lines}
        booked = [*map(_booked, stays), *(one for line in self._lines for one in _bookings(line))]
        return who, Diary(booked)

    def _others_at_home(self, line: AskedLine) -> int:
        """How many others of the profession stay at home throughout the barest of these times."""
        peers = self._peers[line.practitioner.profession] - {line.practitioner.number}
        if not peers:
            return 0
        away: defaultdict[int, set[str]] = defaultdict(set)
        for overlap in self._away.overlaps_with(line.occurrences):
            who = self._who_is_away[overlap.other]
            if who in peers:
                away[bisect_right(line.occurrences, overlap.starts, key=_start)].add(who)
        return len(peers) - max(map(len, away.values()), default=0)

    def _standing(self, stays: Iterable[Stay]) -> list[Stay]:
        """Those that these lines do not replace."""
        return [stay for stay in stays if stay.support not in self._replaced]


def _is_institution(place: SupportedPlace) -> bool:
    return place.kind is PlaceKind.INSTITUTION


def _in_utc(overlap: Overlap) -> Overlap:
    return replace(overlap, starts=overlap.starts.astimezone(UTC), ends=overlap.ends.astimezone(UTC))


def _booked(stay: Stay) -> Booked:
    return Booked(*stay.span, stay.support, stay.place)


def _bookings(line: AskedLine) -> list[Booked]:
    return [Booked(occurrence.start, occurrence.end, line.id, line.place) for occurrence in line.occurrences]


def _weeks_of(line: AskedLine) -> list[str]:
    return sorted({week_of(taipei_day(occurrence.start)) for occurrence in line.occurrences})


def _months_of(line: AskedLine) -> list[str]:
    return sorted({f"{taipei_day(occurrence.start):%Y-%m}" for occurrence in line.occurrences})
