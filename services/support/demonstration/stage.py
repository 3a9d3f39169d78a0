"""Where the story of support is played: people give support's own commands, and the register is kept beside it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from services.support.commands import (
    AmendmentEntry,
    ApproveApplication,
    AssignReview,
    DenyApplication,
    DraftApplication,
    LineEntry,
    NameCancellations,
    PlaceEntry,
    ReturnApplication,
    ScheduleEntry,
    ScheduleKind,
    SetAmendments,
    SetLines,
    SubmitForReview,
    TermsEntry,
)
from services.support.demonstration.cast import Home, Player, bureau
from services.support.events import ApplicationKind, Purpose
from shared.vault.blind_index import Identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from services.support.application import Supporting
    from services.support.events import DenialReason, ReturnReason
    from shared.application import Outcome
    from shared.context import Context
    from shared.principal import Principal

    Enter = Callable[[str, Mapping[str, Any], str], None]


class Clock(Protocol):
    """The time of a story, which stands still while people act."""

    @property
    def today(self) -> date:
        """The Taipei day."""

    def begin_on(self, day: date) -> None:
        """Set it to the morning of a working day."""

    def next_deed(self) -> datetime:
        """A moment later."""


@dataclass
class Stage:
    """Carries out what the plots want done.

    `last_day` is the working day with which the story ends. `enter` has the register (of identity) take in a form by
    its method and under a key, now by the clock.
    """

    context: Context[Supporting]
    clock: Clock
    enter: Enter
    last_day: date
    deeds: Counter[str] = field(default_factory=Counter)
    """How often each command was given."""

    def ask(self, command: object, principal: Principal) -> Outcome:
        """Give a command; each once, under a key of its own."""
        self.deeds[type(command).__name__] += 1
        key = f"demonstration/{self.deeds.total()}"
        return self.context.handle(command, principal, key, self.clock.next_deed())

    def person(self, player: Player) -> Principal:
        """A player, as the register knows them."""
        subject = self.context.vault.subject_for([Identifier("national_id", player.identifier)])
        return player.principal(subject)

    def move(self, player: Player, to: Home) -> None:
        """異動執登場所, as the register has it from today on."""
        form = {**player.form(self.clock.today), "institution": to.code}
        self.enter("record_practitioner", form, f"{player.number}/{to.code}")

    def suspend(self, home: Home) -> None:
        """停業 of an institution from today on."""
        self._stand(home, "suspended")

    def resume(self, home: Home) -> None:
        """復業."""
        self._stand(home, "open")

    def _stand(self, home: Home, standing: str) -> None:
        since = self.clock.today.isoformat()
        self.enter(
            "record_institution",
            {**home.form, "standing": {"standing": standing, "since": since}},
            f"{home.code}/{standing}",
        )

    # Times -------------------------------------------------------------------------------------------------------

    def day(self, days: int) -> date:
        """So many days after the story's last day; before it where negative."""
        return self.last_day + timedelta(days=days)

    def by_rule(self, rule: str, starts: str, ends: str, days: tuple[int, int]) -> ScheduleEntry:
        """間斷, from the first to the last of these days."""
        first, last = (self.day(each) for each in days)
        return ScheduleEntry(ScheduleKind.RECURRING, starts, ends, first, last, rule)

    def on_days(self, starts: str, ends: str, *days: int) -> ScheduleEntry:
        """選擇."""
        return ScheduleEntry(ScheduleKind.PICKED, starts, ends, days=tuple(self.day(each) for each in days))

    def throughout(self, starts: str, ends: str, days: tuple[int, int]) -> ScheduleEntry:
        """持續."""
        first, last = (self.day(each) for each in days)
        return ScheduleEntry(ScheduleKind.CONTINUOUS, starts, ends, first, last)

    # Applications ------------------------------------------------------------------------------------------------

    def drafted(self, principal: Principal, kind: ApplicationKind = ApplicationKind.NEW) -> Outcome:
        """A draft with a number and nothing in it."""
        return self.ask(DraftApplication(kind), principal)

    def entered(self, principal: Principal, *lines: LineEntry) -> Outcome:
        """登錄, with these lines, not submitted."""
        return self.ask(SetLines(self.drafted(principal).id, lines), principal)

    def submit(self, principal: Principal, case: Outcome, lines: int = 1) -> Outcome:
        """送審."""
        return self.ask(SubmitForReview(case.id, lines), principal)

    def submitted(self, principal: Principal, *lines: LineEntry) -> Outcome:
        """登錄, with these lines, 送審."""
        return self.submit(principal, self.entered(principal, *lines), len(lines))

    def amending(self, principal: Principal, support: UUID, terms: TermsEntry) -> Outcome:
        """變更 of a support, 送審."""
        case = self.drafted(principal, ApplicationKind.AMEND)
        return self.submit(principal, self.ask(SetAmendments(case.id, (AmendmentEntry(support, terms),)), principal))

    def cancelling(self, principal: Principal, *supports: UUID) -> Outcome:
        """註銷 of supports, 送審."""
        case = self.drafted(principal, ApplicationKind.CANCEL)
        named = self.ask(NameCancellations(case.id, supports), principal)
        return self.submit(principal, named, len(supports))

    # The bureau --------------------------------------------------------------------------------------------------

    def approved(self, case: Outcome, county: str) -> list[UUID]:
        """分案, 核准; the supports that there are now, in the order of the lines."""
        self.ask(AssignReview(case.id), bureau(county))
        self.ask(ApproveApplication(case.id), bureau(county))
        return list(self.context.application.desk.application(case.id).lines)

    def deny(self, case: Outcome, county: str, reason: DenialReason, words: str = "") -> None:
        """不核准."""
        self.ask(DenyApplication(case.id, reason, words), bureau(county))

    def send_back(self, case: Outcome, county: str, reason: ReturnReason, words: str = "") -> None:
        """退回."""
        self.ask(ReturnApplication(case.id, reason, words), bureau(county))


def line(
    player: Player,
    place: Home | Mapping[str, str],
    schedule: ScheduleEntry,
    purposes: tuple[Purpose, ...] = (Purpose.GENERAL,),
    remarks: str = "",
) -> LineEntry:
    """報備支援明細, in the first department of the place."""
    terms = TermsEntry(purposes, schedule, remarks)
    if isinstance(place, Home):
        return LineEntry(player.number, PlaceEntry(place.code), terms, next(iter(place.departments), ""))
    return LineEntry(player.number, PlaceEntry(place["code"], place["name"]), terms)
