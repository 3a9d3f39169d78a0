"""報備支援首頁: the month's calendar, how one's cases stand, and what has to be seen to first."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from flask import request
from werkzeug.exceptions import NotFound

from services.gateway.web.asking import caller
from services.gateway.web.practice.licences import Licence, Practitioner, Standing
from services.gateway.web.rendering import show, today
from services.gateway.web.support.shapes import LockListed, TimeListed
from services.gateway.web.support_lists.area import APPLICANTS, SUPPORT_LISTS
from services.gateway.web.support_lists.months import Day, Month, month_asked, month_of
from services.gateway.web.support_lists.tabs import Tab, tab_counts
from shared.principal import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

SLOTS_SHOWN = 5
"""Times that are shown of one day in the month; all of them are on the day's own page."""


class SupportCounts(msgspec.Struct, frozen=True):
    """有效報備支援人數: supports that have not ended, and of how many practitioners."""

    supports: int
    practitioners: int


class OnDates(NamedTuple):
    """依支援日期: times and people of some days."""

    times: int
    people: int


@SUPPORT_LISTS.page("/support", APPLICANTS)
def home() -> ResponseReturnValue:
    """The calendar of a month, with the dashboard and the notices above it."""
    month = _month(month_asked(request.args.get("month", ""), today()))
    return show(
        "support_lists/home.html",
        month=month,
        today=today(),
        this_month=month.first == today().replace(day=1),
        slots_shown=SLOTS_SHOWN,
        tabs=tuple(Tab),
        counts=tab_counts(),
        valid=msgspec.convert(caller().ask("support.support_counts"), SupportCounts),
        on_day=_on_dates([day for day in month.days if day.date == today()]),
        in_month=_on_dates(month.days),
        locks=msgspec.convert(caller().ask("support.move_locks"), list[LockListed]),
        licence_ends=_licence_that_ends(),
    )


@SUPPORT_LISTS.page("/support/days/<day>", APPLICANTS)
def on_day(day: str) -> ResponseReturnValue:
    """Everything that lies on one day."""
    try:
        asked = date.fromisoformat(day)
    except ValueError:
        raise NotFound from None
    month = _month(month_asked(f"{asked:%Y-%m}", today()))
    found = next((one for one in month.days if one.date == asked), None)
    if found is None:
        raise NotFound
    return show("support_lists/day.html", day=found, month=month, today=today())


def _month(first: date) -> Month:
    times = caller().ask("support.calendar", {"day": first.isoformat()})
    return month_of(first, msgspec.convert(times, list[TimeListed]))


def _on_dates(days: Sequence[Day]) -> OnDates:
    slots = [slot for day in days for slot in day.slots]
    return OnDates(len({id(slot.time) for slot in slots}), len({slot.time.practitioner for slot in slots}))


def _licence_that_ends() -> Licence | None:
    """The licence of a practitioner that holds longest, where that is no longer than a month, or over."""
    if caller().role is not Role.PRACTITIONER:
        return None
    known = msgspec.convert(caller().ask("identity.own_record"), Practitioner | None)
    lasting = known.lasting() if known else None
    return lasting if lasting and lasting.standing(today()) in {Standing.ENDS, Standing.OVER} else None
