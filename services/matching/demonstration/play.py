"""The play: raises the curtain over an installation, lets every family's plot run, and compares what everybody sees."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from services.matching.bootstrap import CONTEXT
from services.matching.demonstration.audience import Audience, statistics_of
from services.matching.demonstration.cast import Cast
from services.matching.demonstration.company import Company
from services.matching.demonstration.narrator import Narrator, words_in
from services.matching.demonstration.reference_registry import reference_registry
from services.matching.demonstration.review import Review
from services.matching.demonstration.theatre import Theatre
from shared.calendar import taipei_day
from shared.events import EventDecoder

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from services.matching.demonstration.house import House
    from services.matching.demonstration.tally import Figures
    from shared.store.log import Log
    from shared.words import Language


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
        with closing(Theatre(house, narrator, company, rest)) as theatre:
            theatre.let_the_last_run_end()
            before = statistics_of(matching)
            tally = theatre.perform(run, families, cast, onlooker.progress)
        narrator.tell("checking")
        shown = Audience(matching, cast, before).shown(tally, clock())
        messages = company.settled_messages()
        rest.wait()
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


def _day_after_the_last(log: Log, first: date) -> date:
    """Where the story goes on: the day after the last thing that has ever happened, or its first day."""
    head = log.head().position
    pages = log.read(after=head - 1) if head else ()
    moments = [EventDecoder().decode(row[0], row[1]).timestamp for page in pages for row in page.rows]
    return max((first, *(taipei_day(moment) + timedelta(days=1) for moment in moments)))
