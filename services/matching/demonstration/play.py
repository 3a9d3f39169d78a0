"""The play: raises the curtain over an installation, lets every family's plot run, and compares what everybody sees."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import msgspec

from services.matching.bootstrap import CONTEXT, matching
from services.matching.demonstration.audience import Audience, statistics_of
from services.matching.demonstration.cast import Cast
from services.matching.demonstration.clock import StoryClock
from services.matching.demonstration.narrator import Narrator, words_in
from services.matching.demonstration.plots import PLOTS
from services.matching.demonstration.register_desk import RegisterDesk
from services.matching.demonstration.rest import Rest
from services.matching.demonstration.scene import Scene
from services.matching.demonstration.stage import Stage
from services.matching.demonstration.tally import Tally, differences_between
from services.matching.demonstration.venue import venue
from shared.calendar import taipei_day, working_calendar
from shared.events import EventDecoder
from shared.read_models.compare import compare
from shared.relay.verify import verify_log
from shared.vault.signing import public_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from datetime import date

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from services.matching.bootstrap import MatchingContext
    from services.matching.demonstration.tally import Figures
    from shared.processes.runner import ProcessRunner
    from shared.settings import Settings
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


def play(settings: Settings, language: Language, families: int, seed: int, onlooker: Onlooker) -> Report:
    """Play the story with so many families on the installation of these settings, going on from what is there."""
    clock = StoryClock(working_calendar())
    narrator = Narrator(words_in(language), onlooker.say)
    with venue(settings.var / "demonstration"), matching(settings, clock) as context:
        run = context.application.next_number("demonstration/run")
        clock.begin_on(_day_after_the_last(context.log, clock.today))
        narrator.tell("curtain", run=run, clinics=len(context.registry.institutions), families=families)
        with context.workers() as workers, Rest(context, workers) as rest:
            runners = [context.runner(process) for process in context.processes.values()]
            theatre = _Theatre(context, clock, narrator, runners, rest)
            theatre.let_the_last_run_end()
            before = statistics_of(context)
            tally = theatre.perform(run, families, seed, settings, onlooker.progress)
            workers.check()
            narrator.tell("checking")
            shown = Audience(context, Cast(context.registry, seed), before).shown(tally, clock())
        # The relay has signed where the log ends, now that it has stopped.
        review = _Review(context, narrator, public_keys(settings.checkpoint_key_file))
        differences = review.differences(tally, shown)
        return Report(
            run=run,
            families=families,
            did=tally.figures,
            shown=shown,
            differences=differences,
            agree=not differences,
            events=context.log.head().position,
            log_verified=review.log_verified(),
            rebuilds_equal=review.rebuilds_equal(),
        )


class _Theatre:
    """The working days, one after the other: the clock's own work in the morning, people's after it, files at night."""

    def __init__(
        self,
        context: MatchingContext,
        clock: StoryClock,
        narrator: Narrator,
        runners: list[ProcessRunner[msgspec.Struct]],
        rest: Rest,
    ) -> None:
        self._context = context
        self._clock = clock
        self._narrator = narrator
        self._runners = runners
        self._rest = rest

    def let_the_last_run_end(self) -> None:
        """Let everything that an interrupted run has left open run out, so that the figures of this one stand alone."""
        self._morning()
        if not statistics_of(self._context)["live"]:
            return
        self._narrator.tell("aftermath", self._clock.today)
        for _ in range(_AFTERMATH_DAYS):
            self._clock.next_day()
            self._morning()

    def perform(
        self, run: int, families: int, seed: int, settings: Settings, progress: Callable[[int, int], None]
    ) -> Tally:
        """Play every family's plot to its end."""
        tally, cast = Tally(), Cast(self._context.registry, seed)
        directory = settings.var / "demonstration" / f"run-{run:03d}"
        scene = Scene(self._context, cast, self._clock, tally, self._narrator)
        register = RegisterDesk(scene, directory)
        stage = Stage(scene, register, run)
        plots = _cast_plots(stage, families, seed, run)
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


def _cast_plots(stage: Stage, families: int, seed: int, run: int) -> list[tuple[int, int, Generator[int, None, None]]]:
    """Every family with its plot and the day on which it begins: each plot once, then as chance has it."""
    chance = Random(f"{seed}/{run}")  # noqa: S311 - a story, not a secret
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


class _Review:
    """The end of the play: everything is compared with everything, aloud."""

    def __init__(self, context: MatchingContext, narrator: Narrator, keys: Mapping[str, Ed25519PublicKey]) -> None:
        """`keys` are the public ones, by key id, with which checkpoints may have been signed."""
        self._context = context
        self._narrator = narrator
        self._keys = keys

    def differences(self, tally: Tally, shown: dict[str, Figures]) -> list[str]:
        """What did not go as the story has it, or does not show so."""
        found = [*tally.surprises, *differences_between(tally.expected(), shown)]
        for difference in found:
            self._narrator.tell("differs", difference=difference)
        if not found:
            self._narrator.tell("agreed")
        return found

    def log_verified(self) -> bool:
        """Whether the log is as it was published, and signed to its end."""
        verification = verify_log(self._context.database, CONTEXT, self._keys)
        if (bad := verification.first_bad) is not None:
            self._narrator.tell("not_verified", first=bad.first, last=bad.last, problem=bad.what)
        elif verification.signed < verification.positions:
            self._narrator.tell("not_signed", signed=verification.signed, events=verification.positions)
        else:
            self._narrator.tell("verified", events=verification.positions)
        return verification.ok and verification.signed == verification.positions

    def rebuilds_equal(self) -> bool:
        """Whether every read model is, row by row, what a rebuild makes of the log."""
        different = []
        for name, model in self._context.models.items():
            if compare(model, self._context.database, self._context.log).is_none:
                self._narrator.tell("rebuilt", model=name)
            else:
                self._narrator.tell("not_rebuilt", model=name)
                different.append(name)
        return not different
