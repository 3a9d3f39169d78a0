"""SMS by an HTTP provider that speaks the small JSON protocol of docs/operators/messages.md.

`POST <address>` with `{"to": "+8869…", "text": "…", "reference": "<key>"}`, the header `Idempotency-Key: <key>` and a
bearer token. 2xx answers `{"id": "…"}`; a refusal answers `{"code": "…"}`. The same key is sent once, however often.
"""

from __future__ import annotations

import http.client
import ssl
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from services.notifier.application.carriers import CarrierAway, NotTaken, Taken, Unknown
from services.notifier.events import Doubt, FailureReason
from shared.decoding import json_decoder
from shared.taiwan.contacts import parse_mobile_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.notifier.application.carriers import Answer, Parcel

_LARGEST_ANSWER = 65_536
_REASONS = {
    "number-unknown": FailureReason.ADDRESS_UNKNOWN,
    "opted-out": FailureReason.OPTED_OUT,
    "content-refused": FailureReason.CONTENT_REFUSED,
    "no-credit": FailureReason.CARRIER_REFUSES_US,
    "not-authorised": FailureReason.CARRIER_REFUSES_US,
}
_BY_STATUS = {
    401: FailureReason.CARRIER_REFUSES_US,
    402: FailureReason.CARRIER_REFUSES_US,
    403: FailureReason.CARRIER_REFUSES_US,
    429: FailureReason.CARRIER_BUSY,
}
_SERVER_FAULT = 500


class _Told(msgspec.Struct):
    """What the provider answers: the name it gives the message, or why it does not take it."""

    id: str = ""
    code: str = ""


_told = json_decoder(_Told).decode


@dataclass(frozen=True)
class SmsProvider:
    """Where the provider takes messages, and the token that it knows us by."""

    address: str
    token: str = field(repr=False)
    timeout: float = 20.0
    """Seconds without a byte after which the provider is asked again, under the same key."""


class HttpSmsCarrier:
    """Hands SMS over to a provider that knows a key again."""

    name = "sms"
    repeatable = True

    def __init__(self, provider: SmsProvider) -> None:
        self._provider = provider

    @contextmanager
    def open(self) -> Iterator[HttpSmsLine]:
        """A connection; raises `CarrierAway` where there is none."""
        place = urlsplit(self._provider.address)
        host, port, timeout = place.hostname or "", place.port, self._provider.timeout
        connection: http.client.HTTPConnection
        if place.scheme == "https":
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(host, port, timeout=timeout, context=context)
        else:
            connection = http.client.HTTPConnection(host, port, timeout=timeout)
        try:
            connection.connect()
        except OSError as fault:
            raise CarrierAway(f"{host}: {type(fault).__name__}") from None
        try:
            yield HttpSmsLine(connection, place.path or "/", self._provider.token)
        finally:
            connection.close()


class HttpSmsLine:
    """One connection, for one SMS after the other."""

    def __init__(self, connection: http.client.HTTPConnection, path: str, token: str) -> None:
        self._connection = connection
        self._path = path
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def hand_over(self, parcel: Parcel) -> Answer:
        """One request, and what its answer means."""
        number = parse_mobile_number(parcel.address).e164
        body = msgspec.json.encode({"to": number, "text": parcel.letter.text, "reference": parcel.key})
        try:
            self._connection.request("POST", self._path, body, {**self._headers, "Idempotency-Key": parcel.key})
            response = self._connection.getresponse()
            told = response.read(_LARGEST_ANSWER)
        except (http.client.HTTPException, OSError):
            self._connection.close()
            return Unknown(Doubt.ANSWER_LOST)
        return _meaning(response.status, told)


def _meaning(status: int, body: bytes) -> Answer:
    """An answer in success that does not say by what name it knows the message is no answer."""
    try:
        told = _told(body)
    except msgspec.DecodeError:
        told = _Told()
    if status // 100 == 2:
        return Taken(told.id) if told.id else Unknown(Doubt.ANSWER_LOST)
    known = told.code if told.code in _REASONS else ""
    answer = f"{status} {known}".strip()
    if known:
        return NotTaken(_REASONS[known], answer)
    if status >= _SERVER_FAULT:
        return NotTaken(FailureReason.CARRIER_BUSY, answer)
    return NotTaken(_BY_STATUS.get(status, FailureReason.REFUSED), answer)
