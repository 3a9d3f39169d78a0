"""What comes of a log to one process: received from one queue, decoded once, and handed to each follower in it.

The queue rings, and the log tells: a message is taken off the queue as soon as it has been handed on. Whoever died with
it, was too slow to hold it, or was told of it by another process's queue alone, reads the log.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

import structlog

from shared.cloudevents import NotAnEnvelope, parse
from shared.milestones import unwatched
from shared.read_models.feed import Fork
from shared.trouble import persevere, untold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from threading import Event as Signal

    from shared.cloudevents import Envelope
    from shared.milestones import Milestone
    from shared.store.log import Log
    from shared.transport import Delivery, Subscription

_BATCH = 500
_HELD = 1000
"""How many events are kept for a follower that is busy; it reads further ones from the log."""

_log = structlog.get_logger()


class Share:
    """What one follower is handed, in the order in which it came."""

    def __init__(self, give_up: Callable[[Share], object]) -> None:
        """`give_up` is told where nothing is wanted any more."""
        self._give_up = give_up
        self._came = threading.Condition()
        self._events: deque[Envelope] = deque()
        self._missed = False

    def hand(self, events: Sequence[Envelope]) -> None:
        """Keep these for the follower; where they are too many, have it look into the log."""
        with self._came:
            if len(self._events) + len(events) > _HELD:
                self._miss()
            elif not self._missed:
                self._events.extend(events)
            self._came.notify()

    def miss(self) -> None:
        """Have the follower look into the log, whatever it has been handed."""
        with self._came:
            self._miss()
            self._came.notify()

    def receive(self, limit: int, timeout: float) -> list[Envelope] | None:
        """Up to `limit` events as soon as there is one, none after `timeout` seconds; None: look into the log."""
        with self._came:
            self._came.wait_for(lambda: self._missed or self._events, timeout)
            if self._missed:
                self._missed = False
                return None
            return [self._events.popleft() for _ in range(min(limit, len(self._events)))]

    def close(self) -> None:
        """Be handed nothing more."""
        self._give_up(self)

    def _miss(self) -> None:
        self._events.clear()
        self._missed = True


class Handout:
    """One queue of a log, handed to everybody who has a share in it. `subscribe` opens the queue, `name` is its name.

    What is no event of ours is left out, and told. Once a second in which nothing comes, it looks whether the log has
    gone on all the same: then another process has got the message. Milestones: before and after acknowledgement.
    """

    def __init__(
        self,
        name: str,
        log: Log,
        subscribe: Callable[[], Subscription],
        *,
        tell: Callable[[BaseException], object] = untold,
        milestone: Milestone = unwatched,
    ) -> None:
        self._name = name
        self._log = log
        self._subscribe = subscribe
        self._tell = tell
        self._milestone = milestone
        self._subscription: Subscription | None = None
        self._shares: set[Share] = set()
        self._reached = 0

    def share(self) -> Share:
        """A share in what comes from now on, until it is closed."""
        share = Share(self._shares.discard)
        self._shares.add(share)
        return share

    def run(self, stop: Signal) -> None:
        """Hand on until `stop` is set; a database or a broker that is away is waited for. Raises `Fork`."""
        try:
            persevere(self._name, stop, self.step, self.close, self._tell)
        finally:
            self.close()

    def step(self, timeout: float = 1.0) -> int:
        """Hand on what comes next, waiting up to `timeout` seconds for it; answers how many events that were."""
        if self._subscription is None:
            # Also for as long as there is no broker, whose absence stops no relay from settling.
            self._have_all_look()
            self._subscription = self._subscribe()
        deliveries = self._subscription.receive(_BATCH, timeout)
        if not deliveries:
            self._look()
            return 0
        events = list(self._understood(deliveries))
        self._hand(events)
        self._milestone("before-acknowledgement")
        self._subscription.acknowledge(deliveries[-1])
        self._milestone("after-acknowledgement")
        return len(events)

    def close(self) -> None:
        """Let go of the queue; the next step begins anew."""
        if self._subscription is not None:
            self._subscription.close()
        self._subscription = None

    def _hand(self, events: Sequence[Envelope]) -> None:
        last = max((event.position for event in events), default=0)
        # Positions are settled in the log before they are published, so none can be beyond its end.
        if not self._log.reaches(last):
            raise Fork(last)
        self._reached = max(self._reached, last)
        for share in list(self._shares):
            share.hand(events)

    def _look(self) -> None:
        head = self._log.head().position
        if head > self._reached:
            self._reached = head
            self._have_all_look()

    def _have_all_look(self) -> None:
        for share in list(self._shares):
            share.miss()

    def _understood(self, deliveries: Iterable[Delivery]) -> Iterator[Envelope]:
        """The events among the deliveries. Anybody can put something else in a queue, and that must stop nobody."""
        for delivery in deliveries:
            try:
                yield parse(delivery.body)
            except NotAnEnvelope as fault:
                _log.error("message_ignored", context=self._log.context, size=len(delivery.body), reason=str(fault))
