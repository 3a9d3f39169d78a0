"""A context's events in order without gaps: as they are handed on while that keeps up, from the log whenever not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from shared.read_models.digest import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shared.cloudevents import Envelope
    from shared.store.log import Log


class Fork(RuntimeError):
    """The broker or the read model knows a past that is not the log's, as after a restore from an older backup."""

    def __init__(self, position: int) -> None:
        super().__init__(
            f"what was published or projected up to position {position} is not what the log holds: recover the log"
            " from the stream, or rebuild the read model and purge its queue"
        )
        self.position = position


class Arrivals(Protocol):
    """What one follower is handed of what is published, perhaps twice or out of order; see `handout`."""

    def receive(self, limit: int, timeout: float) -> Sequence[Envelope] | None:
        """Up to `limit` events as soon as there is one, none after `timeout` seconds; None: look into the log."""

    def close(self) -> None:
        """Be handed nothing more."""


class LogAlone:
    """What whoever is handed nothing looks at instead."""

    def receive(self, limit: int, timeout: float) -> None:  # noqa: ARG002 - whatever there is
        """To look into the log, after the wait."""
        time.sleep(timeout)

    def close(self) -> None:
        """There is nothing to let go of."""


class Feed:
    """What one follower gets of a log. It begins with what the log holds, for a broker may have forgotten everything.

    A position that was delivered before is left out; where one is missing, the log has it.
    """

    def __init__(self, log: Log, subscribe: Callable[[], Arrivals]) -> None:
        self._log = log
        self._subscribe = subscribe
        self._arrivals: Arrivals | None = None
        self._behind = True
        self._reached = 0
        self._hash = ""

    def next(self, after: int, limit: int, timeout: float) -> Run:
        """The events that follow position `after`, waiting up to `timeout` seconds for some to come.

        From the log they may be a few more than `limit`. Raises `Fork`.
        """
        if self._arrivals is None:
            self._arrivals = self._subscribe()
        if self._behind or after != self._reached:
            run = self._from_log(after, limit)
            if run.rows:
                return run
        arrived = self._arrivals.receive(limit, timeout)
        if arrived is not None and (following := self._in_order(after, arrived)) is not None:
            return following
        return self._from_log(after, limit)

    def close(self) -> None:
        """Be handed nothing more; `next` begins anew."""
        if self._arrivals is not None:
            self._arrivals.close()
        self._arrivals = None
        self._behind = True

    def _from_log(self, after: int, limit: int) -> Run:
        head = self._log.head()
        if after > head.position:
            raise Fork(after)
        self._behind = after < head.position
        if self._behind:
            page = next(self._log.read(after, min(after + limit, head.position), size=limit))
            self._reached = page.first + len(page.rows) - 1
            return Run(*page)
        self._reached, self._hash = after, head.hash.hex()
        return Run(after + 1, ())

    def _in_order(self, after: int, arrived: Sequence[Envelope]) -> Run | None:
        """The new ones among these; None where one is missing."""
        position, hash_, rows = after, self._hash, []
        for event in sorted(arrived, key=_position):
            if event.position == position + 1 and event.previoushash == hash_:
                position, hash_ = event.position, event.hash
                rows.append((event.type, event.data))
            elif event.position == position + 1 or (event.position == position and event.hash != hash_):
                raise Fork(event.position)
            elif event.position > position:
                return None
        self._reached, self._hash = position, hash_
        return Run(after + 1, rows)


def _position(event: Envelope) -> int:
    return event.position
