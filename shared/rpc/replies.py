"""How a service sends its replies: over one connection, kept by no broker, confirmed to nobody.

Nameko takes a connection from a pool for each reply, has it written to disk and waits for the broker to confirm it. A
reply is worth nothing once its caller has gone, and a caller without one repeats the command with its key.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import kombu
import structlog
from amqp.exceptions import AMQPError
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError
from nameko.constants import AMQP_URI_CONFIG_KEY
from nameko.exceptions import serialize
from nameko.extensions import SharedExtension
from nameko.rpc import get_rpc_exchange

from shared.rpc.wire import AS_JSON, written

if TYPE_CHECKING:
    from kombu.message import Message

_TRANSIENT = 1
_LOST = (OSError, AMQPError, KombuError, BrokerError)

_log = structlog.get_logger()


class Replies(SharedExtension):  # type: ignore[misc]
    """Sends what a service answers."""

    def setup(self) -> None:
        """Prepare; the connection is opened by the first reply."""
        self._exchange = get_rpc_exchange(self.container.config)
        self._sending = threading.Lock()
        self._producer: kombu.Producer | None = None

    def stop(self) -> None:
        """Close the connection; nobody is answered any more."""
        self._disconnect()

    def send(self, message: Message, result: Any, error: BaseException | None) -> None:
        """Answer a request. Where the broker cannot be reached the reply is lost, and told."""
        payload = {"result": result, "error": None if error is None else serialize(error)}
        with self._sending:
            try:
                self._publish(message, payload)
            except _LOST:
                self._disconnect()
                try:
                    self._publish(message, payload)
                except _LOST as fault:
                    self._disconnect()
                    _log.warning("reply_lost", cause=type(fault).__name__)

    def _publish(self, message: Message, payload: dict[str, Any]) -> None:
        if self._producer is None:
            uri = self.container.config[AMQP_URI_CONFIG_KEY]
            self._producer = kombu.Connection(uri, connect_timeout=5).Producer()
        self._producer.publish(
            written(payload),
            **AS_JSON,
            exchange=self._exchange,
            routing_key=message.properties["reply_to"],
            correlation_id=message.properties.get("correlation_id"),
            delivery_mode=_TRANSIENT,
        )

    def _disconnect(self) -> None:
        if self._producer is not None:
            connection, self._producer = self._producer.connection, None
            with suppress(*_LOST):
                connection.release()
