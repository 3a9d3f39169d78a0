"""How a process is told to end: SIGTERM from a supervisor or SIGINT from a terminal, noticed at the next look."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Ending:
    """Whether this process has been told to end; within `with` the signals tell only this.

    A signal may come while any lock is held, so that it may set nothing that has one: whoever waits looks again.
    """

    def __init__(self) -> None:
        self.is_told = False

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._tell) for number in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _tell(self, _number: int, _frame: FrameType | None) -> None:
        self.is_told = True
