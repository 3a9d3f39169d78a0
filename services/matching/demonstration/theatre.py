"""The theatre: the working days of the story, one after the other, each family's plot taking its steps on them."""

from __future__ import annotations

import heapq
from datetime import date
from random import Random
from typing import TYPE_CHECKING

from services.matching.bootstrap import CONTEXT
from services.matching.demonstration import deeds
from services.matching.demonstration.audience import statistics_of
from services.matching.demonstration.plots import PLOTS
from services.matching.demonstration.register_desk import RegisterDesk
from services.matching.demonstration.scene import Scene
from services.matching.demonstration.stage import Stage
from services.matching.demonstration.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from services.matching.demonstration.cast import Cast
    from services.matching.demonstration.company import Company
    from services.matching.demonstration.house import House
    from services.matching.demonstration.narrator import Narrator
    from services.matching.demonstration.rest import Rest

OPENING_DAYS = 12
"""Over so many working days the families come to the platform, unless told otherwise."""

_AFTERMATH_DAYS = 50
"""Working days after which nothing that an interrupted run left open is still undecided."""


class Theatre:
    """The working days, one after the other: the clock's own work in the morning, people's after it, files at night."""

    def __init__(self, house: House, narrator: Narrator, company: Company, rest: Rest) -> None:
        self._house = house
        self._matching = house.contexts[CONTEXT]
        self._clock = house.clock
        self._narrator = narrator
        self._company = company
        self._rest = rest
        self._clocks = [
            context.deadlines([context.runner(process) for process in context.processes.values()])
            for context in house.contexts.values()
        ]

    def close(self) -> None:
        """Let go of the databases."""
        for clock in self._clocks:
            clock.close()

    def let_the_last_run_end(self) -> None:
        """Let everything that an interrupted run has left open run out, so that the figures of this one stand alone."""
        self._morning()
        if not statistics_of(self._matching)["live"]:
            return
        self._narrator.tell("aftermath", self._clock.today)
        for _ in range(_AFTERMATH_DAYS):
            self._clock.next_day()
            self._morning()

    def perform(  # noqa: PLR0913, PLR0917 - what a performance is
        self,
        run: int,
        families: int,
        cast: Cast,
        progress: Callable[[int, int], None],
        opening_days: int = OPENING_DAYS,
        last_day: date = date.max,
        latecomers: int = 0,
    ) -> Tally:
        """Play every family's plot to its end, or as far as it comes by the evening of the last day.

        On that evening so many more families come, all to one clinic.
        """
        tally = Tally()
        directory = self._house.settings.var / "demonstration" / f"run-{run:03d}"
        scene = Scene(self._matching, self._company, cast, self._clock, tally, self._narrator)
        register = RegisterDesk(scene, directory)
        stage = Stage(scene, register, run)
        plots = _cast_plots(stage, families, run, opening_days)
        finished = 0
        while plots:
            while plots and plots[0][0] == self._clock.day_number:
                _, number, plot = heapq.heappop(plots)
                if (wait := next(plot, None)) is None:
                    finished += 1
                    progress(finished, families)
                else:
                    heapq.heappush(plots, (self._clock.day_number + wait, number, plot))
            register.close_day()
            self._rest.wait()
            if self._clock.following > last_day:
                deeds.come_late(stage, latecomers)
                self._rest.wait()
                return tally
            self._clock.next_day()
            self._morning()
        register.hand_in_faults(cast.clinics[0])
        self._rest.wait()
        return tally

    def _morning(self) -> None:
        """Deadlines of the night and reminders of the morning, and whatever follows from them."""
        self._rest.wait()
        for clock in self._clocks:
            clock.tick()
        self._rest.wait()


def _cast_plots(
    stage: Stage, families: int, run: int, opening_days: int
) -> list[tuple[int, int, Generator[int, None, None]]]:
    """Every family with its plot and the day on which it begins: each plot once, then as chance has it."""
    chance = Random(f"{stage.cast.seed}/{run}")  # noqa: S311 - a story, not a secret
    plots = []
    for number in range(families):
        plot, kind = PLOTS[number] if number < len(PLOTS) else chance.choice(PLOTS)
        family = stage.family(kind)
        if number < len(PLOTS):
            stage.follow(family)
        day = stage.clock.day_number + number % opening_days
        plots.append((day, number, plot(stage, family)))
    heapq.heapify(plots)
    return plots
