"""How events travel from a relay to whoever follows it: what every broker must offer, RabbitMQ or in-process.

A context publishes on one topic exchange, `<context>.events`; each of its consumers has a queue of its own,
`<context>.<consumer>`, that receives every event: all who follow the log in one process are one consumer. A message may
come twice, with the same bytes, and is never lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

CONTENT_TYPE = "application/cloudevents+json"
LOG_STREAM = "caretrail.log"
"""The stream that keeps every context's events, for operators and for recovery."""


class BrokerLost(Exception):
    """The connection to the broker is gone, or was never there: open a new one."""


class PublishFailed(BrokerLost):
    """The broker refused a message or could route it nowhere: nothing unconfirmed may be taken as published."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message as received; `tag` grows within its subscription."""

    body: bytes
    tag: int


@dataclass(frozen=True, slots=True)
class QueueStanding:
    """How many messages a queue holds, and who takes them; None where the broker does not say, or has no such queue."""

    name: str
    messages: int | None
    consumers: int | None


class Subscription(Protocol):
    """One consumer's queue, in order. What is not acknowledged when it closes or breaks is delivered again."""

    def receive(self, limit: int, timeout: float) -> list[Delivery]:
        """Up to `limit` messages as soon as there is one; none after `timeout` seconds. Raises `BrokerLost`."""

    def acknowledge(self, up_to: Delivery) -> None:
        """Take this delivery and all before it off the queue. Raises `BrokerLost`."""

    def close(self) -> None:
        """Give back what is not acknowledged and let go."""


class Publisher(Protocol):
    """Sends events in order, waiting only when too many are unconfirmed."""

    def publish(self, routing_key: str, body: bytes) -> int:
        """Send one event and answer its number, from 1. Raises `BrokerLost`, or `PublishFailed` for an earlier one."""

    def confirmed(self) -> int:
        """How many messages, from the first on, the broker has said so far that it keeps. Raises as `publish` does."""

    def settle(self) -> None:
        """Wait until everything sent is confirmed and keep the connection alive. Raises as `publish` does."""

    def close(self) -> None:
        """Let go of the connection; what is unconfirmed stays unknown."""


class Transport(Protocol):
    """A broker as Caretrail uses it. Each publisher and subscription has a connection of its own."""

    def declare(self, context: str, consumers: Sequence[str]) -> None:
        """Make the context's exchange, its stream and the queues of these consumers, where they do not exist yet."""

    def publisher(self, context: str) -> Publisher:
        """A publisher on the context's exchange. Raises `BrokerLost`."""

    def subscribe(self, context: str, consumer: str, prefetch: int = 1000) -> Subscription:
        """The queue `<context>.<consumer>`, with at most `prefetch` unacknowledged. Raises `BrokerLost`."""

    def stream_tail(self, context: str, since: datetime | None) -> Iterator[bytes]:
        """The context's events that the broker still keeps, from `since` (None: the first) to the last, then ends."""

    def standing_of(self, queues: Sequence[str]) -> list[QueueStanding]:
        """How these queues are doing, by their whole names, in their order; nothing is made. Raises `BrokerLost`."""
