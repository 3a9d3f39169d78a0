"""Plays the story of support in an installation that knows nothing of it yet, day by day of those with anything."""

from __future__ import annotations

import heapq
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

from services.support.demonstration.cast import HOMES, PLACES, PLAYERS
from services.support.demonstration.plots import PLOTS
from services.support.demonstration.stage import Stage
from shared.calendar import working_calendar

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable
    from datetime import date

    from services.support.application import Supporting
    from services.support.demonstration.stage import Clock, Enter
    from shared.context import Context
    from shared.processes.clock import DeadlineClock

_PRACTISED_DAYS = 900
"""So long everybody has been where they are when the story begins."""


def play(
    context: Context[Supporting], clock: Clock, enter: Enter, rest: Callable[[], None], last_day: date
) -> Counter[str]:
    """Play every plot up to the evening of `last_day`, a working day; answers how often each command was given.

    `rest` returns when everybody behind the logs has nothing left to do.
    """
    calendar = working_calendar()
    stage = Stage(context, clock, enter, last_day)
    days = [calendar.add_working_days(last_day, -before) for before in range(PLOTS[0][0], -1, -1)]
    clock.begin_on(days[0])
    _enter_register(stage)
    rest()
    agenda = [(PLOTS[0][0] - before, number, plot(stage)) for number, (before, plot) in enumerate(PLOTS)]
    heapq.heapify(agenda)
    runners = [context.runner(process) for process in context.processes.values()]
    with closing(context.deadlines(runners)) as deadlines:
        while agenda and agenda[0][0] < len(days):
            day = agenda[0][0]
            _begin_day(clock, days[day], deadlines, rest)
            while agenda and agenda[0][0] == day:
                _, number, plot = heapq.heappop(agenda)
                if (wait := next(plot, None)) is not None:
                    heapq.heappush(agenda, (day + wait, number, plot))
            rest()
        _begin_day(clock, last_day, deadlines, rest)
    return stage.deeds


def _begin_day(clock: Clock, day: date, deadlines: DeadlineClock, rest: Callable[[], None]) -> None:
    """The morning: what the nights before have let run out."""
    clock.begin_on(day)
    if deadlines.tick():
        rest()


def _enter_register(stage: Stage) -> None:
    """Have the operator enter everybody, and the places that are no institutions."""
    since = stage.day(-_PRACTISED_DAYS)
    for home in HOMES:
        stage.enter("record_institution", home.form, home.code)
    for player in PLAYERS:
        until = stage.last_day + timedelta(days=player.licence_days)
        form = {**player.form(since), "licence": player.licence(since, until)}
        stage.enter("record_practitioner", form, player.number)
    for place in PLACES:
        stage.enter("record_place", place, place["code"])
