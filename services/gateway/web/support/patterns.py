"""間斷: the five patterns as questions of a form, and as the rules of RFC 5545 that support keeps (時間輸入)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

WEEKDAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
"""星期, by the codes of RFC 5545, from Sunday as on the portal's calendar."""


class Repeats(StrEnum):
    """Which of the five patterns."""

    EVERY_WEEK = "every-week"
    """每週的星期○"""
    WEEK_OF_MONTH = "week-of-month"
    """每月的第○週的星期○"""
    DAY_OF_MONTH = "day-of-month"
    """每月的第○日"""
    EVERY_WEEKS = "every-weeks"
    """每隔○週的星期○"""
    EVERY_DAYS = "every-days"
    """每隔○日"""


_SHAPES = {
    Repeats.EVERY_WEEK: "FREQ=WEEKLY;BYDAY={days}",
    Repeats.WEEK_OF_MONTH: "FREQ=MONTHLY;BYDAY={days}",
    Repeats.DAY_OF_MONTH: "FREQ=MONTHLY;BYMONTHDAY={number}",
    Repeats.EVERY_WEEKS: "FREQ=WEEKLY;INTERVAL={number};WKST=SU;BYDAY={days}",
    Repeats.EVERY_DAYS: "FREQ=DAILY;INTERVAL={number}",
}
"""How support writes each."""

_READ = {
    Repeats.EVERY_WEEK: re.compile(r"FREQ=WEEKLY;BYDAY=(?P<days>[A-Z,]+)"),
    Repeats.WEEK_OF_MONTH: re.compile(r"FREQ=MONTHLY;BYDAY=(?=(?P<number>[1-5]))(?P<days>[0-9A-Z,]+)"),
    Repeats.DAY_OF_MONTH: re.compile(r"FREQ=MONTHLY;BYMONTHDAY=(?P<number>[0-9]+)"),
    Repeats.EVERY_WEEKS: re.compile(r"FREQ=WEEKLY;INTERVAL=(?P<number>[0-9]+);WKST=SU;BYDAY=(?P<days>[A-Z,]+)"),
    Repeats.EVERY_DAYS: re.compile(r"FREQ=DAILY;INTERVAL=(?P<number>[0-9]+)"),
}

OF_WEEKDAYS = frozenset({Repeats.EVERY_WEEK, Repeats.WEEK_OF_MONTH, Repeats.EVERY_WEEKS})
"""The patterns that ask for weekdays."""
OF_NUMBER = frozenset(Repeats) - {Repeats.EVERY_WEEK}
"""The patterns that ask for a number."""

MOST = {
    Repeats.WEEK_OF_MONTH: 5,
    Repeats.DAY_OF_MONTH: 31,
    Repeats.EVERY_WEEKS: 52,
    Repeats.EVERY_DAYS: 365,
}
"""The largest number of each pattern, as support reads its rules."""


@dataclass(frozen=True)
class Pattern:
    """One of the five, as it is asked for: `number` as it was typed, `weekdays` by their codes from Sunday."""

    repeats: Repeats
    number: str = ""
    weekdays: tuple[str, ...] = ()

    @classmethod
    def of(cls, rule: str) -> Self | None:
        """The pattern that a rule writes; None where it is none of the five."""
        for repeats, shape in _READ.items():
            if match := shape.fullmatch(rule):
                found = match.groupdict()
                codes = {code.lstrip("12345") for code in found.get("days", "").split(",")}
                return cls(repeats, found.get("number", ""), tuple(code for code in WEEKDAYS if code in codes))
        return None

    @property
    def rule(self) -> str:
        """The pattern as support takes it, which has the last word on its number."""
        week = self.number if self.repeats is Repeats.WEEK_OF_MONTH else ""
        days = ",".join(f"{week}{code}" for code in self.weekdays)
        return _SHAPES[self.repeats].format(number=self.number, days=days)
