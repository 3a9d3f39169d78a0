"""Knows when everything that has happened has been relayed, projected and reacted to."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Self

from shared.read_models.status import all_caught_up

if TYPE_CHECKING:
    from services.matching.bootstrap import MatchingContext
    from shared.workers import Workers

_LOOKS_EVERY = 0.004
_PATIENCE = 60


class NeverAtRest(RuntimeError):
    """Something is still at work after a minute: a worker hangs, or the machine is far too slow."""


class Rest:
    """Waits for the workers of one context to have nothing left to do."""

    def __init__(self, context: MatchingContext, workers: Workers) -> None:
        self._workers = workers
        self._names = [*context.models, *context.processes]
        self._connection = context.database.connect(name="caretrail demonstration")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def wait(self) -> None:
        """Return when everybody is at rest. Raises `NeverAtRest`, and `WorkerFailed` where one has stopped."""
        patience = monotonic() + _PATIENCE
        while not all_caught_up(self._connection, self._names):
            if self._workers.wait(_LOOKS_EVERY):
                self._workers.check()
            if monotonic() > patience:
                raise NeverAtRest("the workers have not come to rest within a minute; see the log for what they do")
