"""The play: raises the curtain over an installation, lets every family's plot run, and compares what everybody sees."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import msgspec

from services.matching.adapters.reference_registry import reference_registry
from services.matching.bootstrap import CONTEXT
from services.matching.demonstration.audience import Audience, statistics_of
from services.matching.demonstration.cast import Cast
from services.matching.demonstration.company import Company
from services.matching.demonstration.narrator import Narrator, words_in
from services.matching.demonstration.plots import PLOTS
from services.matching.demonstration.register_desk import RegisterDesk
from services.matching.demonstration.review import Review
from services.matching.demonstration.scene import Scene
from services.matching.demonstration.stage import Stage
from services.matching.demonstration.tally import Tally
from shared.calendar import taipei_day
from shared.events import EventDecoder

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from datetime import date

    from services.matching.demonstration.house import House
    from services.matching.demonstration.rest import Rest
    from services.matching.demonstration.tally import Figures
    from shared.store.log import Log
    from shared.words import Language

OPENING_DAYS = 12
"""Over so many working days the families come to the platform."""

_AFTERMATH_DAYS = 50
"""Working days after which nothing that an interrupted run left open is still undecided."""


class Report(msgspec.Struct, frozen=True):
    """How the play ended: what it did, what each read model shows of it, and whether log and rows bear it out."""

    run: int
    families: int
    did: Figures
    shown: dict[str, Figures]
    messages: Figures
    """By what became of them; of all runs."""
    differences: list[str]
    agree: bool
    events: int
    log_verified: bool
    rebuilds_equal: bool

    @property
    def succeeded(self) -> bool:
        """Whether nothing at all is amiss."""
        return self.agree and self.log_verified and self.rebuilds_equal


@dataclass(frozen=True)
class Onlooker:
    """Who follows the play: hears the lines, and how many of all steps are done."""

    say: Callable[[str], None]
    progress: Callable[[int, int], None]


def play(house: House, language: Language, families: int, seed: int, onlooker: Onlooker) -> Report:
    """Play the story with so many families in this house, going on from what is there."""
    matching, clock = house.contexts[CONTEXT], house.clock
    narrator = Narrator(words_in(language), onlooker.say)
    registry = reference_registry()
    run = matching.application.next_number("demonstration/run")
    clock.begin_on(max(_day_after_the_last(context.log, clock.today) for context in house.contexts.values()))
    narrator.tell("curtain", run=run, clinics=len(registry.institutions), families=families)
    with house.at_work() as rest:
        rest.wait()  # until every read model is there
        company = Company(house, registry, run)
        cast = Cast(registry, seed)
        if entered := company.enter_register(onlooker.progress):
            narrator.tell("register_entered", entries=entered)
        else:
            company.bring_back(cast.leavers)
        theatre = _Theatre(house, narrator, company, rest)
        theatre.let_the_last_run_end()
        before = statistics_of(matching)
        tally = theatre.perform(run, families, cast, onlooker.progress)
        narrator.tell("checking")
        shown = Audience(matching, cast, before).shown(tally, clock())
        messages = company.settled_messages()
    # The relays have signed where the logs end, now that they have stopped.
    review = Review(house, narrator)
    differences = review.differences(tally, shown, messages)
    return Report(
        run=run,
        families=families,
        did=tally.figures,
        shown=shown,
        messages=messages,
        differences=differences,
        agree=not differences,
        events=review.events(),
        log_verified=review.logs_verified(),
        rebuilds_equal=review.rebuilds_equal(),
    )


class _Theatre:
    """The working days, one after the other: the clock's own work in the morning, people's after it, files at night."""

    def __init__(self, house: House, narrator: Narrator, company: Company, rest: Rest) -> None:
        self._house = house
        self._matching = house.contexts[CONTEXT]
        self._clock = house.clock
        self._narrator = narrator
        self._company = company
        self._rest = rest
        self._runners = [
            context.runner(process) for context in house.contexts.values() for process in context.processes.values()
        ]

    def let_the_last_run_end(self) -> None:
        """Let everything that an interrupted run has left open run out, so that the figures of this one stand alone."""
        self._morning()
        if not statistics_of(self._matching)["live"]:
            return
        self._narrator.tell("aftermath", self._clock.today)
        for _ in range(_AFTERMATH_DAYS):
            self._clock.next_day()
            self._morning()

    def perform(self, run: int, families: int, cast: Cast, progress: Callable[[int, int], None]) -> Tally:
        """Play every family's plot to its end."""
        tally = Tally()
        directory = self._house.settings.var / "demonstration" / f"run-{run:03d}"
        scene = Scene(self._matching, self._company, cast, self._clock, tally, self._narrator)
        register = RegisterDesk(scene, directory)
        stage = Stage(scene, register, run)
        plots = _cast_plots(stage, families, run)
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
            self._clock.next_day()
            self._morning()
        register.hand_in_faults(cast.clinics[0])
        self._rest.wait()
        return tally

    def _morning(self) -> None:
        """Deadlines of the night and reminders of the morning, and whatever follows from them."""
        self._rest.wait()
        for runner in self._runners:
            runner.tick(self._clock())
        self._rest.wait()


def _cast_plots(stage: Stage, families: int, run: int) -> list[tuple[int, int, Generator[int, None, None]]]:
    """Every family with its plot and the day on which it begins: each plot once, then as chance has it."""
    chance = Random(f"{stage.cast.seed}/{run}")  # noqa: S311 - a story, not a secret
    plots = []
    for number in range(families):
        plot, kind = PLOTS[number] if number < len(PLOTS) else chance.choice(PLOTS)
        family = stage.family(kind)
        if number < len(PLOTS):
            stage.follow(family)
        day = stage.clock.day_number + number % OPENING_DAYS
        plots.append((day, number, plot(stage, family)))
    heapq.heapify(plots)
    return plots


def _day_after_the_last(log: Log, first: date) -> date:
    """Where the story goes on: the day after the last thing that has ever happened, or its first day."""
    head = log.head().position
    pages = log.read(after=head - 1) if head else ()
    moments = [EventDecoder().decode(row[0], row[1]).timestamp for page in pages for row in page.rows]
    return max((first, *(taipei_day(moment) + timedelta(days=1) for moment in moments)))
