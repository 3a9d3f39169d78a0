"""Group commit: callers that come while one statement is under way share the next one, and its one flush."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from shared.store.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Hashable

    from shared.store.append import Append

Write = Callable[["Sequence[Append]"], "Mapping[Append, Exception]"]
"""Stores appends together and returns those that were not stored, each with the reason."""


class _Waiting:
    """A caller until its append is settled. `turn` is free when there is something for the caller to do."""

    __slots__ = ("append", "refusal", "settled", "turn")

    def __init__(self, append: Append) -> None:
        self.append = append
        self.refusal: Exception | None = None
        self.settled = False
        self.turn = threading.Lock()
        self.turn.acquire()


class GroupCommit:
    """Lets one caller at a time write for all who wait; the next in line leads the next batch.

    `give_way` is called by the leader before it looks who waits. Green threads pass a function that yields once: those
    who were just answered then come back with their next append in time, where batches of 1 and 19 would alternate.
    """

    def __init__(self, write: Write, give_way: Callable[[], object]) -> None:
        self._write = write
        self._give_way = give_way
        self._mutex = threading.Lock()
        self._queue: list[_Waiting] = []
        self._leader: _Waiting | None = None

    def submit(self, append: Append) -> None:
        """Return when the append is stored; raises why it was not."""
        mine = _Waiting(append)
        with self._mutex:
            self._queue.append(mine)
            if self._leader is None:
                self._appoint()
        try:
            mine.turn.acquire()
            if not mine.settled:
                self._give_way()
                self._lead()
        except BaseException:
            self._leave(mine)
            raise
        if mine.refusal is not None:
            raise mine.refusal

    def _lead(self) -> None:
        with self._mutex:
            batch = self._take()
        try:
            refusals = self._write([waiting.append for waiting in batch])
        except BaseException:
            interrupted = StoreUnavailable("the caller that was storing for all was interrupted")
            refusals = {waiting.append: interrupted for waiting in batch}
            raise
        finally:
            with self._mutex:
                self._appoint()
            for waiting in batch:
                waiting.refusal = refusals.get(waiting.append)
                waiting.settled = True
                waiting.turn.release()

    def _take(self) -> list[_Waiting]:
        """From the queue all that do not get in each other's way; the others wait for the next batch."""
        if len(self._queue) == 1:
            return [self._queue.pop()]
        batch, later = [], []
        claimed: set[Hashable] = set()
        for waiting in self._queue:
            claims = waiting.append.claims()
            if claimed.isdisjoint(claims):
                claimed |= claims
                batch.append(waiting)
            else:
                later.append(waiting)
        self._queue = later
        return batch

    def _appoint(self) -> None:
        self._leader = self._queue[0] if self._queue else None
        if self._leader is not None:
            self._leader.turn.release()

    def _leave(self, waiting: _Waiting) -> None:
        """Nobody may wait for a caller that was ended while it waited."""
        with self._mutex:
            if waiting in self._queue:
                self._queue.remove(waiting)
            if self._leader is waiting:
                self._appoint()
