"""The relay's work: settle the next page, publish it, remember it once the broker has it, and begin again after a loss.

A page is stored before it is published and remembered after it is confirmed, so a crash at any moment may repeat
messages, with the same bytes, and never loses one. The next page is read while the confirms of the last are coming.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import structlog

from shared import failures
from shared.cloudevents import parse
from shared.milestones import Milestone, unwatched
from shared.relay.alarms import Alarms
from shared.relay.checkpoints import Checkpoints, Signer
from shared.relay.fork import BehindStream, LogForked, refuse_a_fork
from shared.relay.lease import Lease
from shared.relay.sequencer import Head, LogAltered, OutOfOrder, Page, Sequencer, Unreadable
from shared.store.epochs import begin_epoch_if_restored
from shared.tracing import spans
from shared.transport import BrokerLost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from shared.postgres import Connection, Database
    from shared.transport import Publisher, Transport

_log = structlog.get_logger()

_FIRST_PAUSE = 0.1


@dataclass(frozen=True)
class Pace:
    """How much a relay does at a time, and how often it looks for what it was not woken for."""

    page_size: int = 500
    poll_seconds: float = 0.03
    idle_poll_seconds: float = 0.25
    """The same once nothing has happened for `lively_seconds`: a relay that nobody needs should cost nothing."""
    lively_seconds: float = 60
    longest_pause: float = 5
    """Seconds between attempts to reach a broker that is gone."""
    checkpoint_every: int = 1000
    checkpoint_idle_seconds: float = 60
    unsigned_seconds: float = 3600
    """Where checkpoints cannot be signed for longer, nothing more is published until they can."""
    alarm_seconds: float = 30
    """For longer events should not wait, nor any transaction write: that holds back every relay of the server."""


@dataclass
class Relay:
    """Publishes one context's log and is its only sequencer; a second relay of the context waits for the first to end.

    `find_key` gives the key to sign with, whenever a checkpoint is due; `consumers` are the queues to declare; `wake`
    is set by whoever appends in this process. Milestones, in order: after sequencing, mid-publish, before confirms,
    after confirms, before the cursor is saved.
    """

    database: Database
    context: str
    transport: Transport
    find_key: Callable[[], Ed25519PrivateKey]
    consumers: Sequence[str] = ()
    wake: threading.Event = field(default_factory=threading.Event)
    pace: Pace = field(default_factory=Pace)
    milestone: Milestone = unwatched

    def run(self, stop: threading.Event) -> None:
        """Relay until `stop` is set, then finish the page at hand; `wake` may be set too, to notice it at once.

        A broker that is gone is waited for. Raises `LeaseLost`, `OutOfOrder`, `Unreadable`, `LogAltered`,
        `LogForked`, `BehindStream`, or what psycopg raises: then nothing more is published, and a new run begins where
        this ended.
        """
        lease = Lease.acquire(self.database, stop)
        if lease is None:
            return
        _log.info("relay_began", context=self.context, generation=lease.generation, published=lease.published)
        try:
            with self.database.connect(name=f"caretrail relay {self.context} reading") as connection:
                _Shift(self, lease, connection).work(stop)
        except (OutOfOrder, Unreadable, LogAltered, LogForked, BehindStream) as alarm:
            _log.critical("relay_refused", context=self.context, alarm=type(alarm).__name__, detail=str(alarm))
            raise
        finally:
            lease.close()
            _log.info("relay_ended", context=self.context, published=lease.published)


class _Shift:
    """The time for which a relay holds its lease."""

    def __init__(self, relay: Relay, lease: Lease, connection: Connection) -> None:
        begin_epoch_if_restored(connection)
        pace = relay.pace
        self._relay = relay
        self._lease = lease
        self._connection = connection
        self._sequencer = Sequencer(connection, relay.context, lease.generation, pace.page_size)
        self._checkpoints = Checkpoints(
            connection, relay.context, Signer(relay.find_key, relay.context, self._sequencer.incarnation), pace
        )
        self._compared = False
        self._pause = _FIRST_PAUSE
        self._stirred = time.monotonic()
        self._alarms = Alarms(connection, relay.context, pace.alarm_seconds)

    def work(self, stop: threading.Event) -> None:
        while not stop.is_set():
            # What was settled can be signed, wherever the broker is.
            self._checkpoints.idle(self._sequencer.head)
            self._await_signature(stop)
            try:
                self._publish(stop)
            except BrokerLost as fault:
                _log.warning("broker_lost", context=self._relay.context, reason=str(fault), retry_in=self._pause)
                failures.note(self._relay.database, f"{self._relay.context} relay", fault)
                stop.wait(self._pause)
                self._pause = min(2 * self._pause, self._relay.pace.longest_pause)
                self._lease.check()
                self._alarms.look()

    def _publish(self, stop: threading.Event) -> None:
        relay = self._relay
        relay.transport.declare(relay.context, relay.consumers)
        if not self._compared:
            refuse_a_fork(self._connection, relay.context, self._sequencer, relay.transport)
            self._compared = True
        publisher = relay.transport.publisher(relay.context)
        try:
            way = _Way(relay, publisher, self._checkpoints, self._lease)
            for page in self._sequencer.pages_after(self._lease.published):
                way.send(page)
            while not stop.is_set():
                if self._checkpoints.are_overdue:
                    way.settle()
                    self._await_signature(stop)
                elif (settled := self._sequencer.next_page()) is None:
                    way.settle()
                    self._rest()
                else:
                    self._stirred = time.monotonic()
                    relay.milestone("after sequencing")
                    way.send(settled)
                    self._alarms.look()
            way.settle()
            self._checkpoints.end(self._sequencer.head)
        finally:
            publisher.close()

    def _await_signature(self, stop: threading.Event) -> None:
        """Publish nothing while nobody can vouch, for longer than policy allows, for what there is already."""
        while self._checkpoints.are_overdue and not stop.is_set():
            self._lease.check()
            self._checkpoints.idle(self._sequencer.head)
            self._alarms.look()
            stop.wait(self._relay.pace.idle_poll_seconds)

    def _rest(self) -> None:
        self._pause = _FIRST_PAUSE
        self._lease.at_end(self._sequencer.head.position)
        self._checkpoints.idle(self._sequencer.head)
        self._alarms.look()
        pace, wake = self._relay.pace, self._relay.wake
        # Also after a signal: what was appended may have to wait until an older transaction has ended.
        is_lively = time.monotonic() - self._stirred < pace.lively_seconds
        if wake.wait(pace.poll_seconds if is_lively else pace.idle_poll_seconds):
            self._stirred = time.monotonic()
        wake.clear()


class _Way:
    """One connection to the broker, and the pages on their way over it, not all of their messages confirmed yet."""

    def __init__(self, relay: Relay, publisher: Publisher, checkpoints: Checkpoints, lease: Lease) -> None:
        self._context = relay.context
        self._milestone = relay.milestone
        self._publisher = publisher
        self._checkpoints = checkpoints
        self._lease = lease
        self._under_way: deque[tuple[int, Head]] = deque()

    def send(self, page: Page) -> None:
        with spans(f"publish {self._context}", "producer", partial(_traces, page)):
            number = self._publish(page)
        self._milestone("before confirms")
        self._under_way.append((number, page.end))
        self._save_confirmed()

    def _publish(self, page: Page) -> int:
        """The number of the page's last message on its way."""
        publish = self._publisher.publish
        half = len(page.messages) // 2
        for routing_key, body in page.messages[:half]:
            publish(routing_key, body)
        self._milestone("mid-publish")
        for routing_key, body in page.messages[half:]:
            number = publish(routing_key, body)
        return number

    def settle(self) -> None:
        self._publisher.settle()
        self._save_confirmed()

    def _save_confirmed(self) -> None:
        confirmed = self._publisher.confirmed()
        end = None
        while self._under_way and self._under_way[0][0] <= confirmed:
            _, end = self._under_way.popleft()
        if end is not None:
            self._milestone("after confirms")
            self._checkpoints.reached(end)
            self._milestone("before the cursor is saved")
            self._lease.save_published(end.position)


def _traces(page: Page) -> Iterator[tuple[str, str]]:
    """What each event of a page belongs to, and its type."""
    for _, body in page.messages:
        event = parse(body)
        yield event.traceparent, event.type
