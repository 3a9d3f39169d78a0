"""One request over HTTP for an answer or a list: no redirect, no more bytes and no more seconds than allowed."""

from __future__ import annotations

import http.client
import ssl
import time
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

_CHUNK = 65_536


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
    connection = _connection(parts.scheme, parts.hostname or "", parts.port, limits.seconds)
    try:
        if question is None:
            connection.request("GET", path)
        else:
            connection.request("POST", path, question, {"Content-Type": "application/ocsp-request"})
        response = connection.getresponse()
        if response.status != http.client.OK:
            raise FetchFailed(f"status {response.status}")
        return _body(connection, response, limits.most_bytes, until)
    except (http.client.HTTPException, OSError, ValueError) as fault:
        raise FetchFailed(type(fault).__name__) from None
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None, seconds: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=seconds, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=seconds)


def _body(
    connection: http.client.HTTPConnection, response: http.client.HTTPResponse, most_bytes: int, until: float
) -> bytes:
    """Bit by bit: a server that sends a byte now and then would keep the socket's own limit from ever ending it."""
    body = bytearray()
    while True:
        left = until - time.monotonic()
        if left <= 0:
            raise FetchFailed("too slow")
        if connection.sock is not None:
            connection.sock.settimeout(left)
        more = response.read1(_CHUNK)
        if not more:
            break
        body += more
        if len(body) > most_bytes:
            raise FetchFailed("too large")
    if response.length:
        raise FetchFailed("cut short")
    return bytes(body)
