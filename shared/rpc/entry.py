"""Nameko's RPC entry point, hardened: what anybody may put into a queue stops no service and gets into no log.

Nameko logs what a method raises together with its values, and ends the whole service over a message that cannot be
answered. So methods return what they refuse, and it becomes an error only on its way back.
"""

from __future__ import annotations

from functools import partial
from inspect import signature
from typing import TYPE_CHECKING, Any

import structlog
from nameko.exceptions import IncorrectSignature, MethodNotFound
from nameko.messaging import QueueConsumer
from nameko.rpc import Rpc, RpcConsumer

from shared.rpc.refusals import RequestTooLarge
from shared.rpc.replies import Replies
from shared.rpc.wire import REQUEST_LIMIT, CallRefused, ServiceFailed, ServiceUnavailable, read

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from kombu import Consumer
    from kombu.message import Message

_ERRORS = (CallRefused, ServiceFailed, ServiceUnavailable)

_log = structlog.get_logger()


class _Inbox(QueueConsumer):  # type: ignore[misc]
    """Takes requests off the queue, looking at their size before they are decoded."""

    def get_consumers(self, consumer_cls: type[Consumer], channel: object) -> Collection[Consumer]:  # noqa: ARG002 - kombu's
        """A consumer a provider, as Nameko makes them, of messages that are not decoded yet."""
        for provider in self._providers:
            take = partial(self._take, provider)
            consumer = consumer_cls(queues=[provider.queue], on_message=take, accept=self.accept)
            consumer.qos(prefetch_count=self.prefetch_count)
            self._consumers[provider] = consumer
        return list(self._consumers.values())

    def _take(self, provider: _Requests, message: Message) -> None:
        size = len(message.body or b"")
        if "reply_to" not in message.properties:
            _log.error("request_ignored", size=size, reason="it names no queue for the answer")
            self.ack_message(message)
        elif size > REQUEST_LIMIT:
            refused = CallRefused.because_of(RequestTooLarge(limit=REQUEST_LIMIT, given=size))
            self.container.spawn_managed_thread(partial(provider.answer, message, refused))
        else:
            try:
                body = read(message)
            except Exception as fault:  # noqa: BLE001 - kombu's decoders raise what they like, and quote the message
                _log.error("request_ignored", size=size, reason=type(fault).__name__)
                self.ack_message(message)
            else:
                provider.handle_message(body, message)


class _Requests(RpcConsumer):  # type: ignore[misc]
    """The queue `rpc-<service>`, shared by all its methods."""

    queue_consumer = _Inbox()
    replies = Replies()

    def __init__(self) -> None:
        super().__init__()
        self._entries: dict[str, Entry] = {}

    def register_provider(self, provider: Entry) -> None:
        """Take requests for this method."""
        self._entries[f"{self.container.service_name}.{provider.method_name}"] = provider
        super().register_provider(provider)

    def get_provider_for_method(self, routing_key: str) -> Entry:
        """The method that is called; Nameko makes the names of all of them anew for each request. `MethodNotFound`."""
        try:
            return self._entries[routing_key]
        except KeyError:
            raise MethodNotFound(routing_key.rpartition(".")[2]) from None

    def answer(self, message: Message, refused: CallRefused) -> None:
        """Refuse a request that no method has seen."""
        self.handle_result(message, None, (CallRefused, refused, None))

    def handle_result(self, message: Message, result: Any, exc_info: Any) -> tuple[Any, Any]:
        """Send the answer and take the request off the queue, even where nobody can be told any more."""
        self.replies.send(message, result, exc_info[1] if exc_info else None)
        self.queue_consumer.ack_message(message)
        return result, exc_info


class Entry(Rpc):  # type: ignore[misc]
    """One method that other processes may call."""

    rpc_consumer = _Requests()

    def setup(self) -> None:
        """Prepare for the first request."""
        self._signature = signature(getattr(self.container.service_cls, self.method_name))
        super().setup()

    def check_signature(self, args: Sequence[object], kwargs: Mapping[str, object]) -> None:
        """Raise `IncorrectSignature` where the method takes other arguments; Nameko looks them up for each request."""
        try:
            self._signature.bind(None, *args, **kwargs)
        except TypeError as fault:
            raise IncorrectSignature(str(fault)) from None

    def handle_result(self, message: Message, worker_ctx: object, result: Any, exc_info: Any) -> tuple[Any, Any]:
        """Answer with the result, or with the error that it is."""
        if isinstance(result, _ERRORS):
            result, exc_info = None, (type(result), result, None)
        if exc_info is not None and not isinstance(exc_info[1], _ERRORS):
            # A fault of the method itself; its own words might quote what was entered.
            exc_info = (ServiceFailed, ServiceFailed(""), None)
        answered: tuple[Any, Any] = super().handle_result(message, worker_ctx, result, exc_info)
        return answered


entry = Entry.decorator
