"""RabbitMQ: durable topic exchanges, quorum queues, one stream for the whole log, and confirms for every message."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from uuid import uuid4

import amqp
from kombu.utils.url import parse_url

from shared.transport import CONTENT_TYPE, LOG_STREAM, BrokerLost, Delivery, PublishFailed, QueueStanding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

T = TypeVar("T")

_CONNECT_SECONDS = 5
_CONFIRM_SECONDS = 30
_HEARTBEAT_SECONDS = 60
_STREAM_PREFETCH = 500


class _Connection(amqp.Connection):  # type: ignore[misc]
    """A connection that is not told of a blocked broker: py-amqp would read the socket before every publish for it."""

    negotiate_capabilities: ClassVar = {"consumer_cancel_notify": True, "authentication_failure_close": True}


@contextmanager
def _broker_errors() -> Iterator[None]:
    try:
        yield
    except (OSError, amqp.AMQPError) as fault:
        raise BrokerLost(f"RabbitMQ: {fault}") from fault


def _let_go(connection: _Connection) -> None:
    try:
        connection.close()
    except (OSError, amqp.AMQPError):
        connection.collect()


class RabbitPublisher:
    """Publishes on one exchange, at most `window` messages ahead of the broker's confirms."""

    def __init__(self, connection: _Connection, exchange: str, window: int) -> None:
        self._connection = connection
        self._exchange = exchange
        self._window = window
        self._published = 0
        self._confirmed = 0
        self._open: set[int] = set()
        self._failure = ""
        self._channel = connection.channel()
        self._channel.events["basic_ack"].add(self._on_ack)
        self._channel.events["basic_nack"].add(self._on_nack)
        self._channel.events["basic_return"].add(self._on_return)
        self._channel.confirm_select()

    def publish(self, routing_key: str, body: bytes) -> int:
        """Send one event and answer its number, from 1; waits while the window is full."""
        with _broker_errors():
            while len(self._open) >= self._window:
                self._wait_for_confirms()
            self._published += 1
            self._open.add(self._published)
            message = amqp.Message(body, delivery_mode=2, content_type=CONTENT_TYPE, content_encoding="utf-8")
            self._channel.basic_publish(message, self._exchange, routing_key, mandatory=True)
        return self._published

    def confirmed(self) -> int:
        """How many messages, from the first on, the broker has said so far that it keeps."""
        # Also heartbeats arrive here, or the news that the broker is leaving.
        with _broker_errors(), suppress(TimeoutError), self._connection.transport.having_timeout(0):
            while True:
                self._connection.drain_events()
                self._raise_failure()
        while self._confirmed < self._published and self._confirmed + 1 not in self._open:
            self._confirmed += 1
        return self._confirmed

    def settle(self) -> None:
        """Wait until everything sent is confirmed and keep the connection alive."""
        with _broker_errors():
            while self._open:
                self._wait_for_confirms()
            self._connection.heartbeat_tick()

    def close(self) -> None:
        """Let go of the connection; what is unconfirmed stays unknown."""
        _let_go(self._connection)

    def _wait_for_confirms(self) -> None:
        self._connection.drain_events(timeout=_CONFIRM_SECONDS)
        self._raise_failure()

    def _raise_failure(self) -> None:
        if self._failure:
            raise PublishFailed(self._failure)

    def _on_ack(self, tag: int, multiple: bool) -> None:  # noqa: FBT001 - AMQP's own signature
        if multiple:
            self._open.difference_update(range(self._confirmed + 1, tag + 1))
            self._confirmed = max(self._confirmed, tag)
        else:
            self._open.discard(tag)

    def _on_nack(self, tag: int, multiple: bool) -> None:  # noqa: ARG002, FBT001 - as above
        self._failure = f"RabbitMQ refused message {tag} of this connection"

    def _on_return(self, fault: Exception, exchange: str, routing_key: str, message: object) -> None:  # noqa: ARG002
        self._failure = f"RabbitMQ could route {routing_key!r} on {exchange!r} to no queue: {fault}"


class RabbitSubscription:
    """One quorum queue's messages, at most `prefetch` of them unacknowledged."""

    def __init__(self, connection: _Connection, queue: str, prefetch: int) -> None:
        self._connection = connection
        self._arrived: list[Delivery] = []
        self._channel = connection.channel()
        self._channel.auto_decode = False  # the hash is over bytes
        self._channel.basic_qos(0, prefetch, a_global=False)
        self._channel.basic_consume(queue, callback=self._keep)

    def receive(self, limit: int, timeout: float) -> list[Delivery]:
        """Up to `limit` messages as soon as there is one; none after `timeout` seconds, or some 20 of them."""
        with _broker_errors():
            self._connection.heartbeat_tick()
            # Not longer than the broker may be left without a heartbeat of ours.
            _gather(self._connection, self._arrived, limit, min(timeout, _HEARTBEAT_SECONDS / 3))
        batch = self._arrived[:limit]
        del self._arrived[:limit]
        return batch

    def acknowledge(self, up_to: Delivery) -> None:
        """Take this delivery and all before it off the queue."""
        with _broker_errors():
            self._channel.basic_ack(up_to.tag, multiple=True)

    def close(self) -> None:
        """Give back what is not acknowledged and let go."""
        _let_go(self._connection)

    def _keep(self, message: amqp.Message) -> None:
        self._arrived.append(Delivery(message.body, message.delivery_tag))


class RabbitTransport:
    """One virtual host of a RabbitMQ server or cluster, 3.10 or newer."""

    def __init__(self, uri: str, window: int = 1000) -> None:
        """Reach the broker at `amqp://user:password@host:port/vhost` (`amqps` for TLS); `window` as of a publisher."""
        self._parts = parse_url(uri)
        self._window = window
        self._may_make = True

    def declare(self, context: str, consumers: Sequence[str]) -> None:
        """Make the context's exchange, the log stream and the queues of these consumers, where they do not exist.

        A user who may make nothing, as in a deployment whose broker was given everything beforehand, only looks whether
        all of it is there; raises `BrokerLost` with the name of what is not.
        """
        exchange = f"{context}.events"
        queues = {LOG_STREAM: "stream"} | {f"{context}.{consumer}": "quorum" for consumer in consumers}
        with self._connected() as connection:
            if self._may_make:
                try:
                    _make(connection.channel(), exchange, queues)
                except amqp.AccessRefused:
                    self._may_make = False  # not asked again: the broker notes every refusal
            if not self._may_make:
                _look_for(connection.channel(), exchange, queues)

    def publisher(self, context: str) -> RabbitPublisher:
        """A publisher on the context's exchange."""
        return self._open(lambda connection: RabbitPublisher(connection, f"{context}.events", self._window))

    def subscribe(self, context: str, consumer: str, prefetch: int = 1000) -> RabbitSubscription:
        """The queue `<context>.<consumer>`, with at most `prefetch` unacknowledged."""
        return self._open(lambda connection: RabbitSubscription(connection, f"{context}.{consumer}", prefetch))

    def stream_tail(self, context: str, since: datetime | None) -> Iterator[bytes]:
        """The context's events that the stream still keeps, from `since` (None: the first) to the last, then ends.

        RabbitMQ does not say where a stream ends. So a mark is put at its end, a message with no content type that
        every other reader passes over, and the stream is read up to it.
        """
        ours = f'"source":"/{context}/'.encode()
        mark = uuid4().hex
        arrived: list[amqp.Message] = []
        with self._connected() as connection:
            channel = connection.channel()
            channel.auto_decode = False
            channel.basic_qos(0, _STREAM_PREFETCH, a_global=False)
            channel.basic_consume(LOG_STREAM, callback=arrived.append, arguments={"x-stream-offset": since or "first"})
            channel.basic_publish(amqp.Message(b"", message_id=mark), LOG_STREAM)
            while True:
                _gather(connection, arrived, _STREAM_PREFETCH, _CONFIRM_SECONDS)
                if not arrived:
                    raise BrokerLost("RabbitMQ: the log stream was not readable to its end")
                for message in arrived:
                    if message.properties.get("message_id") == mark:
                        return
                    if message.body and ours in message.body:
                        yield message.body
                channel.basic_ack(arrived[-1].delivery_tag, multiple=True)
                arrived.clear()

    def standing_of(self, queues: Sequence[str]) -> list[QueueStanding]:
        """How these queues are doing, by their whole names, in their order; nothing is made."""
        with self._connected() as connection:
            return [_standing(connection, queue) for queue in queues]

    @contextmanager
    def _connected(self) -> Iterator[_Connection]:
        connection = self._connect()
        try:
            with _broker_errors():
                yield connection
        finally:
            _let_go(connection)

    def _open(self, make: Callable[[_Connection], T]) -> T:
        """What `make` makes of a new connection, which goes again where that fails."""
        connection = self._connect()
        try:
            with _broker_errors():
                return make(connection)
        except BrokerLost:
            _let_go(connection)
            raise

    def _connect(self) -> _Connection:
        parts: dict[str, Any] = self._parts
        encrypted = parts["transport"] == "amqps"
        with _broker_errors():
            connection = _Connection(
                host=f"{parts['hostname']}:{parts['port'] or (5671 if encrypted else 5672)}",
                userid=parts["userid"] or "guest",
                password=parts["password"] or "guest",
                virtual_host=parts["virtual_host"] or "/",
                ssl=encrypted and {"server_hostname": parts["hostname"]},  # the name that its certificate must show
                connect_timeout=_CONNECT_SECONDS,
                heartbeat=_HEARTBEAT_SECONDS,
            )
            connection.connect()
        return connection


def _make(channel: amqp.Channel, exchange: str, queues: Mapping[str, str]) -> None:
    """Declare and bind; `queues` gives the kind of each."""
    channel.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
    for queue, kind in queues.items():
        channel.queue_declare(queue, durable=True, auto_delete=False, arguments={"x-queue-type": kind})
        channel.queue_bind(queue, exchange, "#")
    # By the default exchange, who may put a mark into the stream could write into every queue.
    channel.exchange_declare(LOG_STREAM, "fanout", durable=True, auto_delete=False)
    channel.queue_bind(LOG_STREAM, LOG_STREAM)


def _look_for(channel: amqp.Channel, exchange: str, queues: Iterable[str]) -> None:
    for name in (exchange, LOG_STREAM):
        channel.exchange_declare(name, "topic", passive=True)
    for queue in queues:
        channel.queue_declare(queue, passive=True)


def _standing(connection: _Connection, queue: str) -> QueueStanding:
    channel = connection.channel()  # one for each: the broker closes that on which a missing queue is asked for
    try:
        found = channel.queue_declare(queue, passive=True)
    except amqp.NotFound:
        return QueueStanding(queue, None, None)
    channel.close()
    return QueueStanding(queue, found.message_count, found.consumer_count)


def _drain_for(connection: _Connection, timeout: float) -> None:
    with suppress(TimeoutError):
        connection.drain_events(timeout=timeout)


def _gather(connection: _Connection, arrived: list[Any], limit: int, timeout: float) -> None:
    """Wait for something to arrive in the consumer's list, then take what else is there, up to `limit`."""
    if not arrived:
        _drain_for(connection, timeout)
    if arrived:
        # The timeout is set once for all reads: setting it costs as much as reading a message.
        with suppress(TimeoutError), connection.transport.having_timeout(0):
            while len(arrived) < limit:
                connection.drain_events()
