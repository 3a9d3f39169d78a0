"""What travels with a call beside its form, and how an answer "no" travels back.

Requests and replies are Nameko's own: JSON on the exchange `nameko-rpc`, the context in headers `nameko.<key>`. What is
refused or fails is a Nameko error of one of three kinds, so any Nameko client sees it as one; its argument is a `Told`
in JSON, since Nameko makes text of everything else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import msgspec
from kombu.utils import json
from nameko.exceptions import deserialize_to_instance

from shared.decoding import json_decoder
from shared.refusals import InvalidForm, Refusal

if TYPE_CHECKING:
    from kombu.message import Message

PRINCIPAL = "principal"
CORRELATION_ID = "correlation_id"
CAUSATION_ID = "causation_id"
TRACEPARENT = "traceparent"

REQUEST_LIMIT = 1_000_000
"""Bytes of a whole request: a batch of a thousand cases fits, a file does not."""


AS_JSON = {"content_type": "application/json", "content_encoding": "utf-8"}
"""With what a body is published that was written by `written`; kombu takes three times as long to write one itself."""

_TYPED = b'"__type__"'
"""So kombu marks what JSON has no word for."""


def written(body: object) -> bytes:
    """A request or a reply in JSON."""
    try:
        return msgspec.json.encode(body)
    except UnicodeEncodeError:  # half a surrogate pair has no bytes, and travels escaped
        return str(json.dumps(body)).encode()


def read(message: Message) -> Any:
    """What a message says; raises what kombu's decoders like, which quote it."""
    body = message.body.encode(errors="replace") if isinstance(message.body, str) else bytes(message.body)
    if message.content_type == AS_JSON["content_type"] and _TYPED not in body:
        try:
            return msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass  # perhaps it says something all the same: half a surrogate pair, a number that is none
    return message.decode()


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """A refusal as it travels: its code, the field at fault, the figures of its words; of a form, every objection."""

    code: str
    field: str = ""
    params: dict[str, Any] = {}
    refusals: tuple[Told, ...] = ()

    @classmethod
    def of(cls, refusal: Refusal) -> Self:
        """What is to be told of this refusal."""
        below = refusal.refusals if isinstance(refusal, InvalidForm) else ()
        return cls(refusal.code, refusal.field, refusal.params, tuple(cls.of(one) for one in below))


_told = json_decoder(Told).decode


@deserialize_to_instance
class CallRefused(Exception):
    """The service says no, in a way that a person can do something about: `refusal`."""

    @classmethod
    def because_of(cls, refusal: Refusal) -> Self:
        """The error to answer a call with."""
        return cls(msgspec.json.encode(Told.of(refusal)).decode())

    @property
    def refusal(self) -> RemoteRefusal:
        """What the service refused with."""
        return RemoteRefusal(_told(self.args[0]))


class RemoteRefusal(Exception):
    """A refusal of another process, by its code, field and figures; its class stays where it was made.

    `refusals` are the single objections to a form with several.
    """

    def __init__(self, told: Told) -> None:
        super().__init__(", ".join(f"{one.code} [{one.field}]" for one in (told, *told.refusals)))
        self.code = told.code
        self.field = told.field
        self.params = told.params
        self.refusals = tuple(RemoteRefusal(one) for one in told.refusals)

    @property
    def objections(self) -> tuple[RemoteRefusal, ...]:
        """What it consists of: of a form with several every one, else itself."""
        return self.refusals or (self,)


@deserialize_to_instance
class ServiceFailed(RuntimeError):
    """The service failed, and its operators find why under `incident`, the correlation id; nobody is told more."""

    @property
    def incident(self) -> str:
        """What to name when asking its operators."""
        return str(self.args[0])


@deserialize_to_instance
class ServiceUnavailable(RuntimeError):
    """The service cannot answer at present. Whether a command was carried out is not known: repeat it with its key."""

    @property
    def incident(self) -> str:
        """What to name when asking its operators."""
        return str(self.args[0])
