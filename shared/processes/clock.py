"""The clock behind a context's processes: looks again and again whether a deadline has passed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from shared import failures
from shared.trouble import persevere

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime
    from threading import Event as Signal

    from shared.postgres import Connection, Database
    from shared.processes.runner import ProcessRunner

_SECONDS = 1.0
"""How often it looks."""


class DeadlineClock:
    """Sees to the deadlines of one context's processes, over one connection that it keeps."""

    def __init__(
        self, context: str, database: Database, runners: Collection[ProcessRunner[Any]], now: Callable[[], datetime]
    ) -> None:
        """`now` tells the time (aware)."""
        self._name = f"{context} clock"
        self._database = database
        self._runners = runners
        self._now = now
        self._connection: Connection | None = None

    def run(self, stop: Signal) -> None:
        """Look every second until `stop` is set, waiting out a database that is away."""
        tell = partial(failures.note, self._database, self._name)
        try:
            persevere(self._name, stop, partial(self._step, stop), self.close, tell)
        finally:
            self.close()

    def tick(self) -> int:
        """See to the deadlines that have passed by now; answers how many there were. Raises as `ProcessRunner.tick`."""
        connection = self._connected()
        return sum(runner.tick(connection, self._now()) for runner in self._runners)

    def close(self) -> None:
        """Let go of the database; the next tick begins anew."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _step(self, stop: Signal) -> None:
        self.tick()
        stop.wait(_SECONDS)

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._database.connect(name=f"caretrail {self._name}")
        return self._connection
