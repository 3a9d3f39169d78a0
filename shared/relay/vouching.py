"""Whether somebody vouches for a log as policy demands: where nobody can for too long, nothing more is recorded."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from shared.refusals import LogUnsigned

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.store.log import Log

_LOOK_SECONDS = 2.0
_MINUTE = 60


class Vouching:
    """Looks now and then for how long nobody has vouched for a log; asking costs nothing in between."""

    def __init__(self, log: Log, allowed: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`allowed` and `clock` are in seconds."""
        self._log = log
        self._allowed = allowed
        self._clock = clock
        self._look_at = float("-inf")
        self._unsigned = 0.0

    def objection(self) -> LogUnsigned | None:
        """What is to be said to a command; None where it may be carried out. Raises `DatabaseUnavailable`."""
        now = self._clock()
        if now >= self._look_at:
            self._look_at = now + _LOOK_SECONDS
            self._unsigned = self._log.unsigned_seconds()
        if self._unsigned <= self._allowed:
            return None
        return LogUnsigned(minutes=round(self._unsigned / _MINUTE))
