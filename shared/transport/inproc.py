"""The broker of the embedded mode: kombu's in-memory transport, corrected, and our protocol over it.

Everything is in one process and dies with it; nothing is lost by that, because a relay publishes again what was not
confirmed and every consumer begins by catching up from the log. It carries Nameko's RPC and events as well, under the
uri of `InprocTransport.uri`.
"""

from __future__ import annotations

import queue
import threading
from collections import defaultdict, deque
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

import kombu.transport
from amqp.exceptions import ChannelError
from kombu.transport import memory, virtual

from shared.transport import CONTENT_TYPE, Delivery, QueueStanding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

Message = dict[str, Any]

# The virtual broker looks whether an exchange exists and then makes it: two threads would make it twice, and the
# bindings of the first would be gone.
_declaring = threading.Lock()


class _Arrivals:
    """Counts what arrives anywhere, for consumers of several queues, which could otherwise only look now and then."""

    def __init__(self) -> None:
        self._told = threading.Condition()
        self.count = 0

    def tell(self) -> None:
        """Something has arrived."""
        with self._told:
            self.count += 1
            self._told.notify_all()

    def wait(self, seen: int, timeout: float | None) -> bool:
        """Whether more than those `seen` has arrived, waiting for it up to `timeout` seconds, or for ever."""
        with self._told:
            return self._told.wait_for(lambda: self.count != seen, timeout)


_arrivals = _Arrivals()


class Line:
    """Messages in order, to wait for, with the names of `queue.Queue`, which kombu's channel uses.

    That one itself lets green threads put nothing back.
    """

    def __init__(self) -> None:
        self.queue: deque[Message] = deque()
        self._arrived = threading.Condition()

    def put(self, message: Message) -> None:
        """Add one at the end."""
        with self._arrived:
            self.queue.append(message)
            self._arrived.notify()
        _arrivals.tell()

    def put_back(self, messages: Sequence[Message]) -> None:
        """Add these at the front, in their order."""
        with self._arrived:
            self.queue.extendleft(reversed(messages))
            self._arrived.notify(len(messages))
        _arrivals.tell()

    def get(self, timeout: float = 0, *, block: bool = True) -> Message:
        """Take the first; raises `queue.Empty` where none comes in `timeout` seconds, or is there without `block`."""
        with self._arrived:
            if not self.queue and block and timeout > 0:
                self._arrived.wait_for(lambda: bool(self.queue), timeout)
            if not self.queue:
                raise queue.Empty
            return self.queue.popleft()

    def qsize(self) -> int:
        """How many there are."""
        return len(self.queue)


class KombuChannel(memory.Channel):  # type: ignore[misc]
    """Kombu's in-memory channel with what Nameko's RPC needs: the content type among the message's properties."""

    queues: ClassVar[dict[str, Line]] = {}
    events: ClassVar[defaultdict[str, set[Any]]] = defaultdict(set)
    body_encoding = None  # bodies stay in this process: there is no wire to encode them for

    def prepare_message(self, *args: Any, **kwargs: Any) -> Message:
        """Make the message of a body, in the virtual transport's form."""
        message: Message = super().prepare_message(*args, **kwargs)
        message["properties"]["content_type"] = message["content-type"]
        return message

    def basic_publish(
        self,
        message: Message,
        exchange: str,
        routing_key: str,
        mandatory: bool = False,  # noqa: FBT001, FBT002 - AMQP's own
        **kwargs: Any,
    ) -> None:
        """Put it into every bound queue; raises `ChannelError` where a mandatory one has none, as RabbitMQ does."""
        if mandatory and not self._lookup(exchange, routing_key):
            raise ChannelError("NO_ROUTE", reply_code=312)
        super().basic_publish(message, exchange, routing_key, **kwargs)

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:  # noqa: FBT001, FBT002 - AMQP's own
        """Acknowledge; a consumer that had taken as many as it may can then go on."""
        super().basic_ack(delivery_tag, multiple)
        _arrivals.tell()

    def _new_queue(self, name: str, **_: object) -> None:
        self.queue_named(name)

    def _queue_for(self, name: str) -> Line:
        return self.queue_named(name)

    def close(self) -> None:
        """Close as a virtual channel does; the in-memory one walks over all queues, while other threads add to them."""
        super(memory.Channel, self).close()

    @classmethod
    def queue_named(cls, name: str) -> Line:
        """The queue itself, made in one step when it is not there, whichever thread comes first."""
        return cls.queues.setdefault(name, Line())


class KombuTransport(memory.Transport):  # type: ignore[misc]
    """Kombu's in-memory transport, apart from any other user of it, and waiting for messages instead of polling."""

    Channel = KombuChannel
    global_state = virtual.BrokerState()
    driver_type = "caretrail-inproc"
    driver_name = "caretrail-inproc"

    def drain_events(self, connection: object, timeout: float | None = None) -> None:  # noqa: ARG002 - kombu's own
        """Deliver one message to its consumer; raises `TimeoutError` where none comes within `timeout` seconds."""
        deadline = None if timeout is None else monotonic() + timeout
        while True:
            seen = _arrivals.count
            try:
                self.cycle.get(self._deliver)
            except queue.Empty:
                left = None if deadline is None else deadline - monotonic()
                if not _arrivals.wait(seen, left):
                    raise TimeoutError from None
            else:
                return


def register_with_kombu() -> None:
    """Make kombu, and so Nameko, know the scheme `caretrail-inproc`; kombu takes a scheme with a dot for a module."""
    kombu.transport.TRANSPORT_ALIASES["caretrail-inproc"] = "shared.transport.inproc:KombuTransport"


class InprocPublisher:
    """Publishes into this process's queues: what is published is confirmed."""

    def __init__(self, connection: kombu.Connection, exchange: str) -> None:
        self._connection = connection
        self._channel = connection.channel()
        self._exchange = exchange
        self._published = 0

    def publish(self, routing_key: str, body: bytes) -> int:
        """Put one event into every bound queue and answer its number, from 1."""
        message = self._channel.prepare_message(body, content_type=CONTENT_TYPE, content_encoding="utf-8")
        self._channel.basic_publish(message, self._exchange, routing_key)
        self._published += 1
        return self._published

    def confirmed(self) -> int:
        """How many messages have been published."""
        return self._published

    def settle(self) -> None:
        """Return at once: nothing is ever on its way."""

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.release()


class InprocSubscription:
    """One queue of this process, in order, read without polling."""

    def __init__(self, source: Line) -> None:
        self._queue = source
        self._last_tag = 0
        self._unacknowledged: deque[tuple[int, Message]] = deque()

    def receive(self, limit: int, timeout: float) -> list[Delivery]:
        """Up to `limit` messages as soon as there is one; none after `timeout` seconds."""
        batch: list[Delivery] = []
        try:
            message = self._queue.get(timeout=timeout)
            while True:
                self._last_tag += 1
                self._unacknowledged.append((self._last_tag, message))
                batch.append(Delivery(message["body"], self._last_tag))
                if len(batch) == limit:
                    break
                message = self._queue.get()
        except queue.Empty:
            pass
        return batch

    def acknowledge(self, up_to: Delivery) -> None:
        """Forget this delivery and all before it."""
        while self._unacknowledged and self._unacknowledged[0][0] <= up_to.tag:
            self._unacknowledged.popleft()

    def close(self) -> None:
        """Put back what is not acknowledged, in its old place at the front."""
        self._queue.put_back([message for _, message in self._unacknowledged])
        self._unacknowledged.clear()


class InprocTransport:
    """The one broker of this process."""

    uri = "caretrail-inproc://localhost"

    def __init__(self) -> None:
        register_with_kombu()

    def declare(self, context: str, consumers: Sequence[str]) -> None:
        """Make the context's exchange and the queues of these consumers; there is no stream in a process."""
        exchange = f"{context}.events"
        with _declaring, kombu.Connection(self.uri) as connection:
            channel = connection.channel()
            channel.exchange_declare(exchange, "topic", durable=True)
            for consumer in consumers:
                channel.queue_declare(f"{context}.{consumer}")
                channel.queue_bind(f"{context}.{consumer}", exchange, "#")

    def publisher(self, context: str) -> InprocPublisher:
        """A publisher on the context's exchange."""
        return InprocPublisher(kombu.Connection(self.uri), f"{context}.events")

    def subscribe(self, context: str, consumer: str, prefetch: int = 1000) -> InprocSubscription:  # noqa: ARG002
        """The queue `<context>.<consumer>`; `prefetch` has no meaning where nothing travels."""
        return InprocSubscription(KombuChannel.queue_named(f"{context}.{consumer}"))

    def stream_tail(self, context: str, since: datetime | None) -> Iterator[bytes]:  # noqa: ARG002
        """Nothing: what a process keeps of the past is its log."""
        return iter(())

    def standing_of(self, queues: Sequence[str]) -> list[QueueStanding]:
        """How many messages these queues of this process hold; who takes them, nobody keeps account of."""
        lines = KombuChannel.queues
        return [QueueStanding(name, lines[name].qsize() if name in lines else None, None) for name in queues]
