"""Families to be served by processes that are killed: who is to be served, by what commands, and what was answered."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from tests.controls.forks import FORKS
from tests.controls.logbook import PATIENCE, GaveUp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection

    from shared.application import Outcome

CALLERS = 12
"""So many give commands at once in each process."""

_BEGIN = datetime(2025, 2, 18, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Clock:
    """The same clock in every process: it begins on 18 February 2025, goes a day a second, and stops."""

    started: float
    stops: float

    def __call__(self) -> datetime:
        return _BEGIN + timedelta(days=min(time.time(), self.stops) - self.started)


STANDING = Clock(0, 0)


class Deed(StrEnum):
    """What is done about a case: by the institution asked, or by the family."""

    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


class Order(NamedTuple):
    """A family to be served: it applies, then comes a deed for each rank."""

    number: int
    deeds: tuple[Deed, ...]

    def key(self, step: int) -> str:
        """The idempotency key of its application (step 0), or of what is done about a rank."""
        return f"family/{self.number}/{step}"


class Answered(NamedTuple):
    """A command was answered, for the first time or again."""

    key: str
    outcome: Outcome


class Refused(NamedTuple):
    """A command came too late."""

    key: str
    code: str


class Unknown(NamedTuple):
    """The database was away: a command may have been carried out, and is to be repeated."""


class Finished(NamedTuple):
    """All that an order asked for has been answered or refused."""

    number: int


Report = Answered | Refused | Unknown | Finished


class Caseload:
    """Hands out orders, those first that a killed process left, and keeps what was answered."""

    def __init__(self, plots: Sequence[tuple[Deed, ...]]) -> None:
        self.answers: dict[str, Outcome] = {}
        self.refused: list[Refused] = []
        self.contradictions: list[Answered] = []
        self.unknown = 0
        self._plots = plots
        self._fresh = count()
        self._left: deque[Order] = deque()
        self._closed = False
        self._changed = threading.Condition()

    def close(self) -> None:
        """Take no more families."""
        self._closed = True

    def next_order(self) -> Order | None:
        with self._changed:
            if self._left:
                return self._left.popleft()
            if self._closed:
                return None
            number = next(self._fresh)
            return Order(number, self._plots[number % len(self._plots)])

    def put_back(self, orders: Sequence[Order]) -> None:
        with self._changed:
            self._left.extendleft(orders)

    def take(self, report: Report) -> None:
        with self._changed:
            match report:
                case Answered(key, outcome):
                    if self.answers.setdefault(key, outcome) != outcome:
                        self.contradictions.append(report)
                case Refused():
                    self.refused.append(report)
                case Unknown():
                    self.unknown += 1
            self._changed.notify_all()

    def wait_for_answers(self, more: int) -> None:
        """Until so many more commands have been answered."""
        wanted = len(self.answers) + more
        self.wait_until(lambda: len(self.answers) >= wanted)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Until what was reported makes it so."""
        with self._changed:
            if not self._changed.wait_for(condition, PATIENCE):
                raise GaveUp


class Appender:
    """One process that serves a caseload. When it has ended, what it left undone is with the caseload again."""

    def __init__(self, caseload: Caseload, target: Callable[..., None], *arguments: object) -> None:
        self._caseload = caseload
        orders, self._orders = FORKS.Pipe(duplex=False)
        self._reports, reports = FORKS.Pipe(duplex=False)
        self.process = FORKS.Process(target=target, args=(*arguments, orders, reports), daemon=True)
        self.process.start()
        orders.close()
        reports.close()
        self._outstanding: dict[int, Order] = {}
        self._pump = threading.Thread(target=self._listen, daemon=True)
        self._pump.start()

    def kill(self) -> None:
        self.process.kill()

    def exit_code(self) -> int | None:
        """How it ended, once all that it had reported has been taken."""
        self.process.join(PATIENCE)
        self._pump.join(PATIENCE)
        return self.process.exitcode

    def _listen(self) -> None:
        for _ in range(CALLERS):
            self._give()
        while (report := _received(self._reports)) is not None:
            if isinstance(report, Finished):
                del self._outstanding[report.number]
                self._give()
            else:
                self._caseload.take(report)
        self._caseload.put_back(list(self._outstanding.values()))
        self._orders.close()
        self._reports.close()

    def _give(self) -> None:
        order = self._caseload.next_order()
        if order is None:
            self._orders.close()
            return
        self._outstanding[order.number] = order
        try:
            self._orders.send(order)
        except BrokenPipeError:
            return  # killed: it will not take this one, and whoever comes next will


def _received(reports: Connection) -> Report | None:
    try:
        report: Report = reports.recv()
    except EOFError:
        return None
    return report
