"""Group commit: callers that come while one statement is under way share the next one, and its one flush."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from shared.metrics import APPENDS
from shared.store.errors import StoreUnavailable

if TYPE_CHECKING:
    from shared.store.append import Append

Write = Callable[["Sequence[Append]"], "Mapping[Append, Exception]"]
"""Stores appends together and returns those that were not stored, each with the reason."""


class _Waiting:
    """A caller in the queue. `turn` is free when its append is settled, or when it falls to it to lead."""

    __slots__ = ("append", "leads", "refusal", "turn")

    def __init__(self, append: Append) -> None:
        self.append = append
        self.leads = False
        self.refusal: Exception | None = None
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
        self._is_led = False

    def submit(self, append: Append) -> None:
        """Return when the append is stored; raises why it was not."""
        mine = None
        with self._mutex:
            if self._is_led:
                mine = _Waiting(append)
                self._queue.append(mine)
            self._is_led = True
        if mine is None or self._wait(mine):
            self._lead(append)
        elif mine.refusal is not None:
            raise mine.refusal

    def _wait(self, mine: _Waiting) -> bool:
        """Until the append is settled, which is False, or it falls to this caller to lead, which is True."""
        try:
            mine.turn.acquire()
        except BaseException:
            self._leave(mine)
            raise
        return mine.leads

    def _lead(self, append: Append) -> None:
        followers: list[_Waiting] = []
        try:
            self._give_way()
            followers = self._take(append)
            appends = [append, *(follower.append for follower in followers)]
            refusals = self._write(appends)
            APPENDS.observe(sum(len(one.events) for one in appends))
        except BaseException:
            interrupted = StoreUnavailable("the caller that was storing for all was interrupted")
            refusals = {follower.append: interrupted for follower in followers}
            raise
        finally:
            with self._mutex:
                self._hand_over()
            for follower in followers:
                follower.refusal = refusals.get(follower.append)
                follower.turn.release()
        if append in refusals:
            raise refusals[append]

    def _take(self, append: Append) -> list[_Waiting]:
        """From the queue all that do not get in each other's way; the others wait for the next batch."""
        if not self._queue:
            return []
        taken, later = [], []
        claimed = append.claims()
        with self._mutex:
            for waiting in self._queue:
                claims = waiting.append.claims()
                if claimed.isdisjoint(claims):
                    claimed |= claims
                    taken.append(waiting)
                else:
                    later.append(waiting)
            self._queue = later
        return taken

    def _hand_over(self) -> None:
        self._is_led = bool(self._queue)
        if self._queue:
            successor = self._queue.pop(0)
            successor.leads = True
            successor.turn.release()

    def _leave(self, waiting: _Waiting) -> None:
        """Nobody may wait for a caller that was ended while it waited."""
        with self._mutex:
            if waiting in self._queue:
                self._queue.remove(waiting)
            elif waiting.leads:
                self._hand_over()
