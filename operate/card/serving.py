"""The agent's HTTP interface (docs/operators/cards.md): on loopback only, for listed sites only, JSON in and out."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import msgspec
import structlog

from operate.card.agent import NAME, InReader, ToCheck, ToSign
from operate.card.ports import demand_nobody_elses
from operate.card.refusals import (
    BodyMalformed,
    Busy,
    CardRefusal,
    MethodNotAllowed,
    NonceMalformed,
    NoPcsc,
    NotFound,
    OriginNotAllowed,
    PinMalformed,
)
from shared.cards.agent import PORTS
from shared.decoding import json_decoder
from shared.settings import LOOPBACK
from shared.trouble import reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from operate.card.agent import Agent

T = TypeVar("T")

_PATHS = ("/v1/about", "/v1/nhi-card", "/v1/card", "/v1/sign", "/v1/check")
_HERE = "127.0.0.1"
_TOO_LONG = 10_001
"""Bytes that no request needs."""
_REQUEST_SECONDS = 10.0
_PREFLIGHT_SECONDS = 600
_STATUSES: dict[type[CardRefusal], HTTPStatus] = {
    OriginNotAllowed: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    BodyMalformed: HTTPStatus.BAD_REQUEST,
    NonceMalformed: HTTPStatus.BAD_REQUEST,
    PinMalformed: HTTPStatus.BAD_REQUEST,
    NoPcsc: HTTPStatus.SERVICE_UNAVAILABLE,
    Busy: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Every other refusal is about what is in the readers: a conflict."""

_in_reader = json_decoder(InReader).decode
_to_sign = json_decoder(ToSign).decode
_to_check = json_decoder(ToCheck).decode

_log = structlog.get_logger()


def is_origin(text: str) -> bool:
    """Whether a text is an origin as browsers name it: `https://host[:port]`, or `http://` of this very machine."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    written = f"{parts.scheme}://{parts.netloc}"
    return secure and bool(parts.hostname) and port != 0 and not parts.username and text == written == text.lower()


@dataclass(frozen=True)
class Door:
    """Whom the agent answers."""

    agent: Agent
    origins: frozenset[str]


@contextmanager
def serving(door: Door, ports: Sequence[int] = PORTS) -> Iterator[int]:
    """Answer at the first of these ports of this machine that is free, and give it; raises the last `OSError`.

    Pages ask in the same order, so that a port before it must not be another person's: raises `PortOfAnother`.
    """
    server = _listening(door, ports)
    thread = threading.Thread(target=server.serve_forever, name="card agent", daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _listening(door: Door, ports: Sequence[int]) -> _Server:
    *others, last = ports
    for port in others:
        with suppress(OSError):
            return _bound(door, port)
    return _bound(door, last)


def _bound(door: Door, port: int) -> _Server:
    try:
        return _Server(door, port)
    except OSError:
        demand_nobody_elses(port)
        raise


class _Server(ThreadingHTTPServer):
    """One thread a request; the agent lets one at a time to the cards."""

    daemon_threads = True

    def __init__(self, door: Door, port: int) -> None:
        self.door = door
        super().__init__((_HERE, port), _Answer)


class _Answer(BaseHTTPRequestHandler):
    """One request: of which site, for what."""

    server: _Server
    timeout = _REQUEST_SECONDS
    server_version = NAME
    sys_version = ""

    def do_GET(self) -> None:
        """`/v1/about`."""
        self._answer({"/v1/about": self.server.door.agent.about})

    def do_POST(self) -> None:
        """Everything that touches a card."""
        agent = self.server.door.agent
        self._answer(
            {
                "/v1/nhi-card": lambda: agent.nhi_card(self._read(_in_reader)),
                "/v1/card": lambda: agent.card(self._read(_in_reader)),
                "/v1/sign": lambda: agent.sign(self._origin(), self._read(_to_sign)),
                "/v1/check": lambda: agent.check(self._read(_to_check), datetime.now(UTC)),
            }
        )

    def do_PUT(self) -> None:
        """Nothing is asked so, nor in the next two ways."""
        self._answer({})

    def do_PATCH(self) -> None:
        """See above."""
        self.do_PUT()

    def do_DELETE(self) -> None:
        """See above."""
        self.do_PUT()

    def do_OPTIONS(self) -> None:
        """A browser asks before it lets a page ask."""
        try:
            origin = self._origin()
        except OriginNotAllowed as refusal:
            self._say(*self._refused(refusal))
            return
        self.send_response(HTTPStatus.NO_CONTENT)
        self._allow(origin)
        self.send_header("Access-Control-Allow-Methods", "GET, POST")
        self.send_header("Access-Control-Allow-Headers", "content-type")
        self.send_header("Access-Control-Max-Age", str(_PREFLIGHT_SECONDS))
        if self.headers.get("Access-Control-Request-Private-Network") == "true":
            self.send_header("Access-Control-Allow-Private-Network", "true")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """What is worth a line is logged below, without what was sent."""

    def _answer(self, known: Mapping[str, Callable[[], object]]) -> None:
        """What was sent is read for a page that may ask; of any other it is dropped once that page has its answer."""
        self._unread = self._announced()
        self._say(*self._found(known))
        with suppress(OSError):  # left unread, it could take the answer with it
            self.rfile.read(self._unread)

    def _found(self, known: Mapping[str, Callable[[], object]]) -> tuple[HTTPStatus, object]:
        try:
            self._origin()
            answer = known.get(self.path, self._not_here)()
        except CardRefusal as refusal:
            return self._refused(refusal)
        except Exception as fault:  # noqa: BLE001 - by kind and place: a traceback might quote what is on a card
            _log.error("card_agent_failed", path=self.path, cause=reason(fault))
            return HTTPStatus.INTERNAL_SERVER_ERROR, {"code": "agent-failed", "params": {}}
        _log.info("card_agent_answered", path=self.path)
        return HTTPStatus.OK, answer

    def _not_here(self) -> object:
        raise MethodNotAllowed if self.path in _PATHS else NotFound

    def _origin(self) -> str:
        """Of which site the page is, as the browser says: no page can say otherwise."""
        origin = self.headers.get("Origin", "")
        # A name that leads here only by a trick of its DNS would make any page one of this machine.
        if _host(self.headers.get("Host", "")) not in LOOPBACK or origin not in self.server.door.origins:
            raise OriginNotAllowed
        return origin

    def _announced(self) -> int:
        """The bytes that come with the request, counted up to one more than may come."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            return 0
        return min(int(length), _TOO_LONG) if len(length) <= len(str(_TOO_LONG)) else _TOO_LONG

    def _read(self, decode: Callable[[bytes], T]) -> T:
        """Only JSON that says so, or pages could send it without the browser asking first."""
        if self.headers.get_content_type() != "application/json" or self._unread == _TOO_LONG:
            raise BodyMalformed
        length, self._unread = self._unread, 0
        try:
            return decode(self.rfile.read(length))
        except (OSError, msgspec.DecodeError, UnicodeError, RecursionError):
            raise BodyMalformed from None

    def _refused(self, refusal: CardRefusal) -> tuple[HTTPStatus, object]:
        path = self.path if self.path in _PATHS else "other"
        _log.warning("card_agent_refused", path=path, code=refusal.code)
        status = _STATUSES.get(type(refusal), HTTPStatus.CONFLICT)
        return status, {"code": refusal.code, "params": refusal.params}

    def _say(self, status: HTTPStatus, answer: object) -> None:
        body = msgspec.json.encode(answer)
        self.send_response(status)
        origin = self.headers.get("Origin", "")
        if origin in self.server.door.origins:
            self._allow(origin)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def _allow(self, origin: str) -> None:
        self.send_header("Access-Control-Allow-Origin", origin)
        self.send_header("Vary", "Origin")


def _host(given: str) -> str | None:
    try:
        return urlsplit(f"//{given}").hostname
    except ValueError:
        return None
