"""Calls services: safe for threads and green threads, many calls at once over one connection.

Nameko's own client outside of a service takes one call at a time and a connection for each. This one speaks the same:
requests on the exchange `nameko-rpc`, replies to a queue of its own. A request is not kept by the broker for longer
than its caller waits. Nobody waits for the broker to confirm it: the reply would come by the same connection, so that
whoever waits is told when it goes, and what no service takes comes back by it.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

import kombu
import msgspec
import structlog
from amqp.exceptions import AMQPError, ChannelError
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError
from nameko.exceptions import deserialize

from shared.application import UNTRACED, Outcome, Trace
from shared.decoding import converted
from shared.rpc.callers import headers_of
from shared.rpc.wire import AS_JSON, CallRefused, read, written
from shared.tracing import span
from shared.transport import BrokerLost
from shared.transport.inproc import register_with_kombu

if TYPE_CHECKING:
    from kombu.message import Message

TIMEOUT = 10.0

_EXCHANGE = kombu.Exchange("nameko-rpc", "topic", durable=True)
_TRANSIENT = 1
_LOOK = 1.0
_RECONNECT = 1.0
_EXPIRES = 300.0
_LOST = (OSError, AMQPError, KombuError, BrokerError)

_log = structlog.get_logger()


class ServiceUnknown(LookupError):
    """No service of this name has ever been hosted on this broker."""

    def __init__(self, service: str) -> None:
        super().__init__(f"no service {service!r} is there: start it with `caretrail serve {service}`")


class NoAnswer(TimeoutError):
    """Nobody answered in time; a command may have been carried out: repeat it with the same idempotency key."""

    def __init__(self, service: str, method: str, seconds: float) -> None:
        super().__init__(f"{service}.{method} did not answer within {seconds:g} s")


@dataclass(frozen=True)
class Asking:
    """On whose behalf a call is made: identity's signed principal, empty for a visitor; and what it belongs to."""

    principal: str = ""
    trace: Trace = UNTRACED


VISITING = Asking()


@dataclass(frozen=True)
class Found:
    """What a query found; `stale` where its rows do not know yet what the caller has written.

    `refuses_commands` where the context answers questions only at present.
    """

    found: Any
    stale: bool
    refuses_commands: bool = False


class _Pending:
    """A call that waits for its reply."""

    __slots__ = ("_arrived", "_reply")

    def __init__(self) -> None:
        self._arrived = threading.Event()
        self._reply: dict[str, Any] | BrokerLost | ServiceUnknown | None = None

    def settle(self, reply: dict[str, Any] | BrokerLost | ServiceUnknown) -> None:
        self._reply = reply
        self._arrived.set()

    def wait(self, seconds: float) -> dict[str, Any] | None:
        """The reply, None where none came; raises `BrokerLost` and `ServiceUnknown`."""
        self._arrived.wait(seconds)
        if isinstance(self._reply, BrokerLost | ServiceUnknown):
            raise self._reply
        return self._reply


class RpcClient:
    """Calls the services of one broker; `with` opens and closes it."""

    def __init__(self, uri: str, timeout: float = TIMEOUT) -> None:
        """`uri` as of `hosting.broker_uri`; `timeout` in seconds, where a call does not say otherwise."""
        register_with_kombu()
        self._uri = uri
        self._timeout = timeout
        self._replies_to = str(uuid4())
        self._pending: dict[str, _Pending] = {}
        self._producer: kombu.Producer | None = None
        self._listening = threading.Event()
        self._stop = threading.Event()
        self._listener = threading.Thread(target=self._listen, name="rpc replies", daemon=True)

    def __enter__(self) -> Self:
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._listener.join()

    def command(
        self, method: str, payload: object, key: str, asking: Asking = VISITING, based_on: int | None = None
    ) -> Outcome:
        """Have a command carried out, once a `key`: `matching.submit_application` and its form. Raises as `call` does.

        `payload` is a mapping, or the command itself; `based_on` the version of what it is about that the caller saw.
        """
        form = msgspec.to_builtins(payload)
        told = self.call(method, asking, payload=form, idempotency_key=key, based_on=based_on)
        return converted(told, Outcome)

    def deed(self, method: str, payload: object, asking: Asking = VISITING, timeout: float | None = None) -> Any:
        """Have something done whose answer is told once: `identity.log_in` and its form. Raises as `call` does."""
        return Found(**self.call(method, asking, timeout=timeout, payload=msgspec.to_builtins(payload))).found

    def query(
        self, method: str, asked: object = None, asking: Asking = VISITING, written: Outcome | None = None
    ) -> Found:
        """Ask what rows know; where `written` is given, rows that know that outcome. Raises as `call` does."""
        seen = {"id": str(written.id), "version": written.version} if written else None
        return Found(**self.call(method, asking, payload=msgspec.to_builtins(asked or {}), written=seen))

    def call(self, method: str, asking: Asking = VISITING, *, timeout: float | None = None, **arguments: object) -> Any:
        """What `service.method` returns.

        Raises `RemoteRefusal` where it refuses, `ServiceFailed` and `ServiceUnavailable` where it cannot answer,
        `NoAnswer`, `ServiceUnknown`, `BrokerLost`.
        """
        seconds = self._timeout if timeout is None else timeout
        with span(f"ask {method}", asking.trace.traceparent, "client") as within:
            trace = replace(asking.trace, traceparent=within.traceparent)
            reply = self._exchange(method, headers_of(asking.principal, trace), arguments, seconds)
        return _result(reply)

    def _exchange(
        self, method: str, headers: dict[str, str], arguments: dict[str, object], seconds: float
    ) -> dict[str, Any]:
        """The reply to a request."""
        service, _, name = method.partition(".")
        number, pending = str(uuid4()), _Pending()
        self._pending[number] = pending
        try:
            if not self._listening.wait(seconds):
                raise BrokerLost("the broker cannot be reached")
            self._send(service, name, number, headers, arguments, seconds)
            reply = pending.wait(seconds)
        finally:
            del self._pending[number]
        if reply is None:
            raise NoAnswer(service, name, seconds)
        return reply

    def _send(  # noqa: PLR0913, PLR0917 - a message
        self,
        service: str,
        method: str,
        number: str,
        headers: dict[str, str],
        arguments: dict[str, object],
        seconds: float,
    ) -> None:
        message = {
            "body": written({"args": [], "kwargs": arguments}),
            "exchange": _EXCHANGE,
            "routing_key": f"{service}.{method}",
            "headers": {f"nameko.{key}": value for key, value in headers.items()},
            **AS_JSON,
            "reply_to": self._replies_to,
            "correlation_id": number,
            "mandatory": True,
            "delivery_mode": _TRANSIENT,
            "expiration": seconds,
        }
        producer = self._producer
        if producer is None:
            raise BrokerLost("the connection was lost a moment ago")
        try:
            producer.publish(**message)
        except ChannelError as fault:
            if "NO_ROUTE" in str(fault):  # the broker of this process says so at once
                raise ServiceUnknown(service) from fault
            raise
        except _LOST as fault:
            self._producer = None
            raise BrokerLost(f"the broker took no request: {type(fault).__name__}") from fault

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                with kombu.Connection(self._uri, heartbeat=60, connect_timeout=5) as connection:
                    self._receive(connection)
            except _LOST as fault:
                _log.warning("replies_lost", cause=type(fault).__name__)
            self._listening.clear()
            self._producer = None
            for pending in list(self._pending.values()):
                pending.settle(BrokerLost("the connection on which the reply would have come is gone"))
            self._stop.wait(_RECONNECT)

    def _receive(self, connection: kombu.Connection) -> None:
        """Take replies until told to stop, or until a request could not be sent."""
        # So told, py-amqp would read before it writes, to hear of a blocked broker; but only this thread may read.
        getattr(connection.connection, "client_properties", {}).pop("capabilities", None)
        name = f"rpc.reply-caretrail-{self._replies_to}"
        replies = kombu.Queue(name, _EXCHANGE, self._replies_to, durable=False, auto_delete=True, expires=_EXPIRES)
        with kombu.Consumer(connection, [replies], on_message=self._arrived, no_ack=True, accept=["json"]):
            self._producer = kombu.Producer(connection.default_channel, on_return=self._returned)
            self._listening.set()
            while not self._stop.is_set() and self._producer is not None:
                connection.heartbeat_check()
                with suppress(TimeoutError):
                    connection.drain_events(timeout=_LOOK)

    def _returned(self, _fault: Exception, _exchange: str, routing_key: str, message: Message) -> None:
        """No queue takes a request for this method."""
        pending = self._pending.get(message.properties.get("correlation_id", ""))
        if pending is not None:
            pending.settle(ServiceUnknown(routing_key.partition(".")[0]))

    def _arrived(self, message: Message) -> None:
        pending = self._pending.get(message.properties.get("correlation_id", ""))
        if pending is not None:  # or its caller has gone
            pending.settle(read(message))


def _result(reply: dict[str, Any]) -> Any:
    error = reply.get("error")
    if not error:
        return reply["result"]
    raised = deserialize(error)
    raise raised.refusal if isinstance(raised, CallRefused) else raised
