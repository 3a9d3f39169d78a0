"""Knows when everything that has happened has been relayed, projected and reacted to, in every context."""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

from shared.read_models.status import all_caught_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.context import Context
    from shared.postgres import Connection
    from shared.workers import Workers

_LOOKS_EVERY = 0.004
_PATIENCE = 60

_POSITIONS = "select count(*) from read_model where name = any(%s) and position >= %s"


class NeverAtRest(RuntimeError):
    """Something is still at work after a minute: a worker hangs, or the machine is far too slow."""


class Rest:
    """Waits for the workers of all contexts to have nothing left to do."""

    def __init__(self, contexts: Sequence[Context[Any]], workers: Sequence[Workers]) -> None:
        self._workers = workers
        self._desks = [_Desk(context) for context in contexts]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for desk in self._desks:
            desk.connection.close()

    def wait(self) -> None:
        """Return when everybody is at rest. Raises `NeverAtRest`, and `WorkerFailed` where one has stopped."""
        patience = monotonic() + _PATIENCE
        before: list[int] | None = None
        # Who was at rest when looked at may have been given work by one who was looked at later: so nothing may have
        # come between two looks around.
        while (heads := self._heads_if_at_rest()) is None or heads != before:
            before = heads
            for group in self._workers:
                group.check()
            if heads is None:
                threading.Event().wait(_LOOKS_EVERY)
            if monotonic() > patience:
                raise NeverAtRest("the workers have not come to rest within a minute; see the log for what they do")

    def _heads_if_at_rest(self) -> list[int] | None:
        """How long each log is, where everybody has got to the end of all of them."""
        if not all(desk.is_at_rest() for desk in self._desks):
            return None
        return [desk.head() for desk in self._desks]


class _Desk:
    """One context looked at."""

    def __init__(self, context: Context[Any]) -> None:
        self._context = context
        self.connection: Connection = context.database.connect(name="caretrail demonstration")
        followers = context.followers.values()
        self._own = [one.table.name for one in followers if one.context == context.name]
        self._others = {
            other: [one.table.name for one in followers if one.context == other]
            for other in context.logs
            if other != context.name
        }

    def head(self) -> int:
        return self._context.log.head().position

    def is_at_rest(self) -> bool:
        """Whether the context's own log and those that it follows have been read to their ends."""
        return all_caught_up(self.connection, self._own) and all(
            self._has_read(other, names) for other, names in self._others.items()
        )

    def _has_read(self, other: str, names: list[str]) -> bool:
        head = self._context.logs[other].head().position
        [(there,)] = self.connection.execute(_POSITIONS, (names, head)).fetchall()
        return bool(there == len(names))
