"""An event on the wire: CloudEvents 1.0 in structured JSON, whose exact bytes are chained by SHA-256.

`hash` is always the last attribute and covers all bytes before it plus the closing brace, so that any reader can check
it without a JSON library of ours: cut the anchored tail `,"hash":"<64 hex>"}`, put `}` back, hash. `position` is a
string because integers of CloudEvents have 32 bits. docs/adr/0006 says why; CloudEvents 1.0.2 §3 names the attributes.
"""

from __future__ import annotations

import re
from datetime import datetime  # noqa: TC003 - msgspec reads the annotation at run time
from hashlib import sha256
from typing import TYPE_CHECKING

import kombu.serialization
import msgspec

from shared.transport import CONTENT_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable

FIRST_PREVIOUS = bytes(32)
"""The previous hash of position 1."""

_DATA = b',"data":'
"""Comes first before the data: attributes before it are text, in which a quotation mark has a backslash before it."""
_LEAST_HEAD = len(
    '{"specversion":"1.0","type":"","source":"//","datacontenttype":"application/json","dataschema":"urn:caretrail:schema:"'
)
"""What comes before the data is longer: so far nothing has to be searched."""
_AFTER_DATA = len(',"previoushash":"') + 64 + len('","hash":"') + 64 + len('"}')
_HASH_TAIL = re.compile(rb',"hash":"([0-9a-f]{64})"\}\Z')
_TAIL_LENGTH = len(',"hash":"') + 64 + len('"}')


class NotAnEnvelope(ValueError):
    """These bytes are not one of our events: no hash at their end, or an attribute missing, mistyped or given twice."""


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """One event as received: who did what to which subject, at which position. `data` is JSON, untouched."""

    id: str
    type: str
    source: str
    position: int
    data: msgspec.Raw
    previoushash: str
    hash: str
    subject: str = ""
    time: datetime | None = None
    correlationid: str = ""
    causationid: str = ""
    traceparent: str = ""
    actorid: str = ""
    actorrole: str = ""
    actorinstitution: str = ""
    assurance: str = ""
    policyversion: str = ""

    @property
    def context(self) -> str:
        """`matching` of the source `/matching/<incarnation>`."""
        return self.source.split("/")[1]

    @property
    def incarnation(self) -> str:
        """The life of the log: a restored log begins another one."""
        return self.source.split("/")[2]


# Not strict, only so that the string "17" of `position` becomes the number it means.
_decode = msgspec.json.Decoder(Envelope, strict=False).decode


def parse(body: bytes | str) -> Envelope:
    """The envelope in these bytes, its hash unchecked; raises `NotAnEnvelope`, which quotes nothing of them."""
    if isinstance(body, str):
        body = body.encode()
    try:
        event = _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        raise NotAnEnvelope(str(fault)) from fault
    # JSON takes the last of two attributes of one name: `{},"position":"9"` in place of the data would pass for ours.
    if data_of(body) != bytes(event.data):
        raise NotAnEnvelope("the data is not one JSON value between the other attributes")
    return event


def data_of(body: bytes) -> bytes:
    """The JSON of an event's data, untouched, in bytes that are one of our events."""
    return body[body.find(_DATA, _LEAST_HEAD) + len(_DATA) : -_AFTER_DATA]


def hash_of(body: bytes) -> bytes:
    """The 32 bytes that the `hash` of this event must have; raises `NotAnEnvelope` where it does not end with one."""
    if _HASH_TAIL.search(body, len(body) - _TAIL_LENGTH) is None:
        raise NotAnEnvelope("the event does not end with its hash attribute")
    return sha256(body[:-_TAIL_LENGTH] + b"}").digest()


def is_unaltered(body: bytes) -> bool:
    """Whether the event's bytes are those that its own hash was made of; False for what is no event of ours."""
    claimed = _HASH_TAIL.search(body, max(0, len(body) - _TAIL_LENGTH))
    return claimed is not None and hash_of(body).hex().encode() == claimed[1]


class Chain:
    """Writes a log's events one after the other, each carrying the hash of the one before."""

    def __init__(self, context: str, incarnation: str, position: int = 0, hash_: bytes = FIRST_PREVIOUS) -> None:
        """Go on after `position`, whose event has `hash_` (32 bytes)."""
        self.position = position
        self._context = context
        self._incarnation = incarnation
        self._hash = hash_.hex().encode()
        self._heads: dict[str, bytes] = {}

    @property
    def hash(self) -> bytes:
        """The hash of the last event written."""
        return bytes.fromhex(self._hash.decode())

    def extend(self, events: Iterable[tuple[str, bytes, bytes]]) -> list[bytes]:
        """The wire bytes of the next events, given as (type, data, meta); see the store for `meta`."""
        position, previous, heads = self.position, self._hash, self._heads
        bodies = []
        for type_name, data, meta in events:
            position += 1
            head = heads.get(type_name) or self._head(type_name)
            number = b"%d" % position
            core = b"".join(
                (head, number, b'","position":"', number, b'"', meta, b',"data":', data, b',"previoushash":"', previous)
            )
            previous = sha256(core + b'"}').hexdigest().encode()
            bodies.append(b"".join((core, b'","hash":"', previous, b'"}')))
        self.position, self._hash = position, previous
        return bodies

    def _head(self, type_name: str) -> bytes:
        text = (
            f'{{"specversion":"1.0","type":"{type_name}","source":"/{self._context}/{self._incarnation}",'
            f'"datacontenttype":"application/json","dataschema":"urn:caretrail:schema:{type_name}",'
            f'"id":"{self._context}/'
        )
        head = self._heads[type_name] = text.encode()
        return head


def register_serializer() -> None:
    """Teach kombu, and so Nameko, the content type; only a relay publishes, so bytes are taken as they are."""
    kombu.serialization.register(
        "cloudevents", encoder=bytes, decoder=parse, content_type=CONTENT_TYPE, content_encoding="utf-8"
    )
