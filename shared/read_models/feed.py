"""A context's events in order without gaps: from the broker while it keeps up, from the log whenever it does not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import structlog

from shared.cloudevents import NotAnEnvelope, parse
from shared.read_models.digest import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from shared.cloudevents import Envelope
    from shared.store.log import Log
    from shared.transport import Delivery, Subscription

_log = structlog.get_logger()


class Fork(RuntimeError):
    """The broker or the read model knows a past that is not the log's, as after a restore from an older backup."""

    def __init__(self, position: int) -> None:
        super().__init__(
            f"what was published or projected up to position {position} is not what the log holds: recover the log"
            " from the stream, or rebuild the read model and purge its queue"
        )
        self.position = position


class Batch(NamedTuple):
    """The next events, none where nothing came, and the last delivery that they account for."""

    run: Run
    received: Delivery | None


class LogAlone:
    """A subscription to no queue, for whoever is to read the log alone."""

    def receive(self, limit: int, timeout: float) -> list[Delivery]:  # noqa: ARG002 - there are none
        """None, after the wait."""
        time.sleep(timeout)
        return []

    def acknowledge(self, up_to: Delivery) -> None:
        """Nothing was received."""

    def close(self) -> None:
        """There is nothing to let go of."""


class Feed:
    """What one consumer gets of a log. It begins with what the log holds, because an in-process broker forgets.

    A position that was delivered before is left out; where one is missing, the log has it. What is no event of ours is
    left out too, and told. Nothing is acknowledged until the consumer says so.
    """

    def __init__(self, log: Log, subscribe: Callable[[], Subscription]) -> None:
        self._log = log
        self._subscribe = subscribe
        self._subscription: Subscription | None = None
        self._unsettled: list[Delivery] = []
        self._messages: list[Envelope] = []
        self._behind = True
        self._reached = 0
        self._hash = ""

    def next(self, after: int, limit: int, timeout: float) -> Batch:
        """The events that follow position `after`, waiting up to `timeout` seconds for the broker to bring some.

        From the log they may be a few more than `limit`. Raises `Fork` and `BrokerLost`.
        """
        if self._subscription is None:
            self._subscription = self._subscribe()
        if self._behind or after != self._reached:
            run = self._from_log(after, limit)
            if run.rows:
                return Batch(run, None)
        if not self._unsettled:
            self._unsettled = self._subscription.receive(limit, timeout)
            self._messages = sorted(self._understood(self._unsettled), key=_position)
        run = self._in_order(after)
        if self._behind:
            return self.next(after, limit, timeout)
        return Batch(run, self._unsettled[-1] if self._unsettled else None)

    def acknowledge(self, batch: Batch) -> None:
        """Tell the broker that these events, and all before them, are accounted for. Raises `BrokerLost`."""
        if batch.received is not None and self._subscription is not None:
            self._subscription.acknowledge(batch.received)
            self._unsettled, self._messages = [], []

    def close(self) -> None:
        """Give back what is not acknowledged; `next` begins anew."""
        if self._subscription is not None:
            self._subscription.close()
        self._subscription = None
        self._unsettled, self._messages = [], []
        self._behind = True

    def _understood(self, deliveries: Iterable[Delivery]) -> Iterator[Envelope]:
        """The events among the deliveries. Anybody can put something else in a queue, and that must stop nobody."""
        for delivery in deliveries:
            try:
                yield parse(delivery.body)
            except NotAnEnvelope as fault:
                _log.error("message_ignored", context=self._log.context, size=len(delivery.body), reason=str(fault))

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

    def _in_order(self, after: int) -> Run:
        """The new ones among the deliveries; whether one is missing goes into `_behind`."""
        if self._messages:
            self._refuse_beyond(self._messages[-1].position)
        position, hash_, rows = after, self._hash, []
        for message in self._messages:
            if message.position == position + 1 and message.previoushash == hash_:
                position, hash_ = message.position, message.hash
                rows.append((message.type, message.data))
            elif message.position == position + 1 or (message.position == position and message.hash != hash_):
                raise Fork(message.position)
            elif message.position > position:
                self._behind = True
                return Run(after + 1, ())
        self._reached, self._hash = position, hash_
        return Run(after + 1, rows)

    def _refuse_beyond(self, position: int) -> None:
        """Positions are settled in the log before they are published, so none can be beyond its end."""
        if not self._log.reaches(position):
            raise Fork(position)


def _position(message: Envelope) -> int:
    return message.position
