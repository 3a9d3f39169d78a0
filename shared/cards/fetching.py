"""One request over HTTP for an answer or a list: no redirect, no more bytes and no more seconds than allowed."""

from __future__ import annotations

import http.client
import ssl
import time
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import socket
    from urllib.parse import SplitResult

_CHUNK = 65_536
_HEAD = 65_536
"""Bytes that may come before the body."""


class FetchFailed(Exception):
    """It could not be had, whyever; the message is for the log and holds no more than the kind of failure."""


@dataclass(frozen=True)
class Limits:
    """How much one request may take, all in all."""

    most_bytes: int
    seconds: float


class Fetch(Protocol):
    """Fetches from an address of the installation's own choice."""

    def __call__(self, address: str, limits: Limits, *, question: bytes | None = None) -> bytes:
        """The body of the answer: to an OCSP `question`, or else to GET; raises `FetchFailed`."""


def fetch_by_http(address: str, limits: Limits, *, question: bytes | None = None) -> bytes:
    """As `Fetch` says; a status other than 200 has failed, so that nobody sends us elsewhere."""
    parts = urlsplit(address)
    until = time.monotonic() + limits.seconds
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    headers = {"Connection": "close"}
    connection = _connection(parts, limits.seconds)
    try:
        connection.connect()
        if question is None:
            connection.request("GET", path, headers=headers)
        else:
            connection.request("POST", path, question, {"Content-Type": "application/ocsp-request", **headers})
        return _body(_heard(connection.sock, limits.most_bytes + _HEAD, until), limits.most_bytes)
    except (http.client.HTTPException, OSError, ValueError) as fault:
        raise FetchFailed(type(fault).__name__) from None
    finally:
        connection.close()


def _connection(parts: SplitResult, seconds: float) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    if parts.scheme == "https":
        return http.client.HTTPSConnection(host, parts.port, timeout=seconds, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, parts.port, timeout=seconds)


def _heard(sock: socket.socket, most_bytes: int, until: float) -> bytes:
    """All that is said until the other side hangs up.

    A reader of its own for head and body has a limit for each piece, which a byte now and then would never reach.
    """
    heard = bytearray()
    while (left := until - time.monotonic()) > 0:
        sock.settimeout(left)
        more = sock.recv(_CHUNK)
        if not more:
            return bytes(heard)
        heard += more
        if len(heard) > most_bytes:
            raise FetchFailed("too large")
    raise FetchFailed("too slow")


class _Replayed:
    """What was heard, where the reader of a response expects a socket."""

    def __init__(self, heard: bytes) -> None:
        self._heard = heard

    def makefile(self, _mode: str) -> BytesIO:
        return BytesIO(self._heard)


def _body(heard: bytes, most_bytes: int) -> bytes:
    response = http.client.HTTPResponse(_Replayed(heard))  # type: ignore[arg-type]  # it asks for no more
    response.begin()
    if response.status != http.client.OK:
        raise FetchFailed(f"status {response.status}")
    body = response.read()
    if len(body) > most_bytes:
        raise FetchFailed("too large")
    return body
