"""超過40%, 報備支援額度限制: how much of a clinic's work is done by doctors of elsewhere, and how much may be.

The rule is the Ministry's letter 衛署醫字第0960222467號 of 2007-02-09, on doctors of hospitals who support clinics, as
the Medical Association quotes it (DOMAIN §0.3): their sessions (診次) in a week are at most 40 % of those that the
clinic's own doctors hold, and the doctors themselves in a month at most twice the clinic's own. It is told with
numerator, denominator, week and source; where nobody has stated the denominator nothing is concluded. It is a flag,
never a bar.

A session is a doctor in the morning, the afternoon or the evening of one day, however often they come and go.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from services.support.events.entries import WeekShare
from shared.calendar import TAIPEI, taipei_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from services.support.domain.schedules import Occurrence

SOURCE = "衛署醫字第0960222467號"
"""What the rule is cited by."""


@dataclass(frozen=True)
class QuotaRule:
    """How much support a clinic may have, and what counts as a session.

    `session_boundaries` part a day into its sessions; a time counts in those in which it lasts `session_least`.
    """

    share_percent: int
    supporters_per_doctor: int
    session_boundaries: tuple[time, ...]
    session_least: timedelta

    def sessions_allowed(self, own_sessions: int) -> int:
        """How many sessions of support a week may have beside so many of the clinic's own."""
        return own_sessions * self.share_percent // 100

    def supporters_allowed(self, own_doctors: int) -> int:
        """How many doctors may support the clinic in a month beside so many of its own."""
        return own_doctors * self.supporters_per_doctor


@dataclass(frozen=True, slots=True)
class Attendance:
    """A time at which a practitioner of elsewhere is at the clinic."""

    practitioner: str
    occurrence: Occurrence


@dataclass(frozen=True)
class OwnStrength:
    """What a clinic has stated of itself: sessions that its own doctors hold in a week, and how many doctors it has."""

    weekly_sessions: int
    doctors: int


@dataclass(frozen=True)
class MonthlySupporters:
    """How many doctors support a clinic in a month; what may be is None where nobody has stated how many it has."""

    year: int
    month: int
    supporters: int
    own_doctors: int | None
    allowed: int | None
    exceeds: bool | None

    @property
    def code(self) -> str:
        """The month as it is written, `2024-08`."""
        return f"{self.year:04}-{self.month:02}"


@dataclass(frozen=True)
class WeeklyQuota:
    """額度: the sessions of support in a week, how many there may be, and how many are left, never less than none."""

    share: WeekShare
    allowed: int | None
    left: int | None


@dataclass(frozen=True)
class Quota:
    """報備支援額度限制 of a clinic in a period: each week and month with support in it, in order, and by which rule."""

    weeks: tuple[WeeklyQuota, ...]
    months: tuple[MonthlySupporters, ...]
    source: str = SOURCE

    def of_month(self, day: date) -> Quota:
        """That of the month of a day: the month itself, and every week that has a day in it, whole."""
        first, last = weeks_around(day)
        weeks = {week_of(first + timedelta(weeks=number)) for number in range(((last - first).days + 1) // 7)}
        return replace(
            self,
            weeks=tuple(one for one in self.weeks if one.share.week in weeks),
            months=tuple(one for one in self.months if one.code == f"{day:%Y-%m}"),
        )


def weeks_around(day: date) -> tuple[date, date]:
    """The Monday of the first and the Sunday of the last week that has a day in the month of this day."""
    first = day.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())


def week_of(day: date) -> str:
    """The ISO 8601 week, `2024-W31`: Monday to Sunday."""
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def weekly_shares(
    asked: Iterable[Attendance], standing: Iterable[Attendance], own: OwnStrength | None, rule: QuotaRule
) -> tuple[WeekShare, ...]:
    """The share of support in every week that `asked` touches, in order, with what `standing` has in it already."""
    asked_sessions = _sessions(asked, rule)
    together = _by_week(asked_sessions | _sessions(standing, rule))
    return tuple(_share(week, together[week], own, rule) for week in sorted(_by_week(asked_sessions)))


def quota(attendances: Iterable[Attendance], own: OwnStrength | None, rule: QuotaRule) -> Quota:
    """What is used of a clinic's quota in every week and month that has support in it."""
    present = tuple(attendances)
    weeks = sorted(_by_week(_sessions(present, rule)).items())
    shares = (_share(week, sessions, own, rule) for week, sessions in weeks)
    return Quota(tuple(_weekly_quota(share, rule) for share in shares), monthly_supporters(present, own, rule))


def monthly_supporters(
    attendances: Iterable[Attendance], own: OwnStrength | None, rule: QuotaRule
) -> tuple[MonthlySupporters, ...]:
    """How many doctors support a clinic in every month that has support in it, in order."""
    supporters: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    for attendance in attendances:
        for day in {day for day, _ in sessions_of(attendance.occurrence, rule)}:
            supporters[day.year, day.month].add(attendance.practitioner)
    return tuple(_month(*month, len(who), own, rule) for month, who in sorted(supporters.items()))


def sessions_of(occurrence: Occurrence, rule: QuotaRule) -> frozenset[tuple[date, int]]:
    """The sessions in which a time lasts long enough: the Taipei day, and the session of that day from 0.

    A time too short for any counts in that in which it lasts longest, the earlier of two.
    """
    lasting = dict(_spans(occurrence, rule))
    enough = frozenset(session for session, span in lasting.items() if span >= rule.session_least)
    return enough or frozenset([max(lasting, key=lambda session: lasting[session])])


def _spans(occurrence: Occurrence, rule: QuotaRule) -> Iterator[tuple[tuple[date, int], timedelta]]:
    """Every session that a time touches, and how long it lasts in it."""
    day = taipei_day(occurrence.start)
    while _moment(day, time.min) < occurrence.end:
        bounds = [
            *(_moment(day, at) for at in (time.min, *rule.session_boundaries)),
            _moment(day + timedelta(days=1), time.min),
        ]
        for number, (begins, ends) in enumerate(pairwise(bounds)):
            span = min(ends, occurrence.end) - max(begins, occurrence.start)
            if span > timedelta():
                yield (day, number), span
        day += timedelta(days=1)


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, TAIPEI)


def _sessions(attendances: Iterable[Attendance], rule: QuotaRule) -> set[tuple[str, date, int]]:
    """Who holds which session, each once."""
    return {
        (attendance.practitioner, day, number)
        for attendance in attendances
        for day, number in sessions_of(attendance.occurrence, rule)
    }


def _by_week(sessions: Iterable[tuple[str, date, int]]) -> Counter[str]:
    return Counter(week_of(day) for _, day, _ in sessions)


def _share(week: str, sessions: int, own: OwnStrength | None, rule: QuotaRule) -> WeekShare:
    if own is None:
        return WeekShare(week, sessions, None, None)
    return WeekShare(week, sessions, own.weekly_sessions, sessions > rule.sessions_allowed(own.weekly_sessions))


def _weekly_quota(share: WeekShare, rule: QuotaRule) -> WeeklyQuota:
    if share.own_sessions is None:
        return WeeklyQuota(share, None, None)
    allowed = rule.sessions_allowed(share.own_sessions)
    return WeeklyQuota(share, allowed, max(allowed - share.sessions, 0))


def _month(year: int, month: int, supporters: int, own: OwnStrength | None, rule: QuotaRule) -> MonthlySupporters:
    if own is None:
        return MonthlySupporters(year, month, supporters, None, None, None)
    allowed = rule.supporters_allowed(own.doctors)
    return MonthlySupporters(year, month, supporters, own.doctors, allowed, supporters > allowed)
