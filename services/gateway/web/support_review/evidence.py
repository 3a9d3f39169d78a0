"""What was found of the lines of an application, as a reviewer weighs it: what speaks against a line comes first."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from services.gateway.web.asking import caller

if TYPE_CHECKING:
    from services.gateway.web.support.shapes import (
        ApplicationTold,
        EntryTold,
        LineFinding,
        TermsTold,
        WeekShare,
    )


class Flag(StrEnum):
    """What a reviewer has to look at; none of it decides anything."""

    SHARE = "share"
    """超過40%"""
    DOCTORS = "doctors"
    """支援醫師人數超過"""
    OVERLAP = "overlap"
    """時間重疊"""
    LICENCE = "licence"
    """執照效期"""
    STANDING = "standing"
    """停業、歇業"""
    HOME = "home"
    """原執業機構人力"""


class Rule(msgspec.Struct, frozen=True):
    """What of `support.policy_today` a reviewer has to know."""

    remarks_limit: int


class Share(NamedTuple):
    """超過40% in one week, from its Monday: `percent` is None where the denominator is not known."""

    week: WeekShare
    monday: date
    percent: float | None

    @property
    def sunday(self) -> date:
        """The last day of the week."""
        return self.monday + timedelta(days=6)


class Change(NamedTuple):
    """變更前, 變更後 of one thing; whatever does not differ is shown once."""

    name: str
    before: object
    after: object

    @property
    def differs(self) -> bool:
        """Whether it is to be another."""
        return self.before != self.after


class LineEvidence(NamedTuple):
    """One line beside what was found of it; `finding` is None of what was never submitted."""

    number: int
    entry: EntryTold
    finding: LineFinding | None
    flags: tuple[Flag, ...]
    shares: tuple[Share, ...]

    @property
    def worst(self) -> Share | None:
        """The week with the largest share; None where none can be reckoned."""
        known = [one for one in self.shares if one.percent is not None]
        return max(known, key=lambda one: one.percent or 0.0) if known else None

    @property
    def exceeding(self) -> int:
        """In how many weeks the share is exceeded."""
        return sum(one.week.exceeds is True for one in self.shares)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What an amendment changes and what stays; empty for all else."""
        before, after = self.entry.before, self.entry.after
        return _changes(before, after) if before and after else ()


def rule_today() -> Rule:
    """The figures that hold today."""
    return msgspec.convert(caller().ask("support.policy_today"), Rule)


def evidence_of(told: ApplicationTold) -> tuple[LineEvidence, ...]:
    """Every line, those first that something speaks against, else in their order."""
    lines = [_line(number, entry, told.finding(entry.id)) for number, entry in enumerate(told.entries, 1)]
    return tuple(sorted(lines, key=lambda line: (not line.flags, line.number)))


def flags_of(lines: tuple[LineEvidence, ...]) -> tuple[Flag, ...]:
    """What there is to look at in any of the lines."""
    found = {flag for line in lines for flag in line.flags}
    return tuple(flag for flag in Flag if flag in found)


def _line(number: int, entry: EntryTold, finding: LineFinding | None) -> LineEvidence:
    if finding is None:
        return LineEvidence(number, entry, None, (), ())
    speaks_against = {
        Flag.SHARE: any(week.exceeds for week in finding.weeks),
        Flag.DOCTORS: any(month.exceeds for month in finding.months),
        Flag.OVERLAP: finding.overlap_count > 0,
        Flag.LICENCE: finding.licence != "covers",
        Flag.STANDING: bool(finding.standing),
        Flag.HOME: finding.others_at_home < finding.home_minimum,
    }
    return LineEvidence(
        number,
        entry,
        finding,
        tuple(flag for flag, holds in speaks_against.items() if holds),
        tuple(map(_share, finding.weeks)),
    )


def _share(week: WeekShare) -> Share:
    year, _, number = week.week.partition("-W")
    monday = date.fromisocalendar(int(year), int(number), 1)
    return Share(week, monday, week.sessions / week.own_sessions * 100 if week.own_sessions else None)


def _changes(before: TermsTold, after: TermsTold) -> tuple[Change, ...]:
    return (
        Change("purposes", before.purposes, after.purposes),
        Change("schedule", before.schedule, after.schedule),
        Change("remarks", before.remarks, after.remarks),
    )
