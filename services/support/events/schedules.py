"""支援時間 as events carry it: 持續, 間斷 or 選擇, in Taipei's wall-clock days and times (S001, 時間輸入)."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated

import msgspec

RecurrenceRule = Annotated[
    str,
    msgspec.Meta(
        description="RFC 5545 rule without DTSTART and UNTIL, one of five patterns: `FREQ=WEEKLY;BYDAY=MO,WE` and such."
    ),
]


class Continuous(msgspec.Struct, frozen=True, tag="continuous", tag_field="kind"):
    """持續: one unbroken time, from `starts` on the day `first` up to `ends` on the day `last`."""

    first: date
    starts: time
    last: date
    ends: time


class Recurring(msgspec.Struct, frozen=True, tag="recurring", tag_field="kind"):
    """間斷: by a rule, from the day `first` to the day `last`, from `starts` up to `ends`, except on `exceptions`."""

    rule: RecurrenceRule
    first: date
    last: date
    starts: time
    ends: time
    exceptions: tuple[date, ...] = ()


class Picked(msgspec.Struct, frozen=True, tag="picked", tag_field="kind"):
    """選擇: on these days of the calendar, in order, from `starts` up to `ends`."""

    days: tuple[date, ...]
    starts: time
    ends: time


Schedule = Continuous | Recurring | Picked
"""One of the three kinds."""
