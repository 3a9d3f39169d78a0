"""Whether a process can do its work, for supervisors and operators: asked by HTTP, or of a service by RPC.

`GET /live` answers 200 as long as the process answers at all, `GET /ready` 200 or 503 with a list of `Report` in JSON:
systemd, compose and Kubernetes look at. `GET /metrics` answers with figures for Prometheus.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

import msgspec
import structlog

from shared import metrics
from shared.context import Duty
from shared.oversight import BEHIND_SECONDS
from shared.read_models.status import status as status_of_models
from shared.relay.status import status as status_of_log
from shared.trouble import TROUBLE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from shared.context import Context
    from shared.relay.status import LogStatus
    from shared.standings import Oversight


_REQUEST_SECONDS = 5.0

_log = structlog.get_logger()


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at, and what was found; `needed` where the process cannot work without it."""

    name: str
    is_met: bool
    found: str
    needed: bool


class Report(msgspec.Struct, frozen=True):
    """Everything that was looked at; `ready` where all that is needed is met."""

    context: str
    ready: bool
    checks: tuple[Check, ...]


def examine(context: Context[Any], duties: Collection[Duty] = ()) -> Report:
    """Look at the database, the broker, the relay and the followers of a context.

    A process needs the first two, and of the others what is its duty. Words of errors are left out: they quote.
    """
    checks = [_broker(context), *_log_and_followers(context, duties)]
    return Report(context.name, all(check.is_met for check in checks if check.needed), tuple(checks))


def _broker(context: Context[Any]) -> Check:
    try:
        context.transport.declare(context.name, ())
    except TROUBLE as trouble:
        return Check("broker", is_met=False, found=type(trouble).__name__, needed=True)
    return Check("broker", is_met=True, found="reached", needed=True)


def _log_and_followers(context: Context[Any], duties: Collection[Duty]) -> Iterator[Check]:
    try:
        with context.database.connect(name="caretrail health") as connection:
            log = status_of_log(connection, context.name)
        models = _followers(context, "read models", context.models.values(), needed=Duty.PROJECT in duties)
        processes = _followers(context, "processes", context.processes.values(), needed=Duty.REACT in duties)
        found = [alarm.code for watch in context.watches for alarm in watch(context.clock())]
    except TROUBLE as trouble:
        yield Check("database", is_met=False, found=type(trouble).__name__, needed=True)
        return
    yield Check("database", is_met=True, found="reached", needed=True)
    yield _relay(log, needed=Duty.RELAY in duties)
    yield _signing(log, context.installation.settings.unsigned_seconds, needed=Duty.RELAY in duties)
    yield models
    yield processes
    if context.watches:
        # A process that is at work all the same must not be stopped for it.
        yield Check("matters", is_met=not found, found=", ".join(found) or "nothing waits for a person", needed=False)


def _relay(log: LogStatus, *, needed: bool) -> Check:
    if not log.at_work:
        return Check("relay", is_met=False, found=f"nobody relays; {log.waiting} events wait", needed=needed)
    if log.waiting and log.behind > BEHIND_SECONDS:
        found = f"{log.waiting} events wait, for {log.behind:.0f} s"
        return Check("relay", is_met=False, found=found, needed=needed)
    return Check("relay", is_met=True, found=f"{log.waiting} events wait", needed=needed)


def _signing(log: LogStatus, allowed: float, *, needed: bool) -> Check:
    if log.unsigned <= allowed:
        return Check("signing", is_met=True, found="signed as it should be", needed=needed)
    found = f"nobody could sign for {log.unsigned:.0f} s: commands are refused, and nothing is published"
    return Check("signing", is_met=False, found=found, needed=needed)


def _followers(context: Context[Any], name: str, followers: Collection[Any], *, needed: bool) -> Check:
    """Behind is who has not moved for long although there is something to take."""
    now = context.clock()
    behind = []
    for source, log in context.logs.items():
        of_source = [follower for follower in followers if follower.context == source]
        for found in status_of_models(of_source, context.database, log):
            since = (now - found.moved_at).total_seconds() if found.moved_at else BEHIND_SECONDS + 1
            if not found.is_current or (found.behind and since > BEHIND_SECONDS):
                behind.append(f"{found.name} by {found.behind}")
    return Check(
        name, is_met=not behind, found=f"behind: {', '.join(behind)}" if behind else "up to date", needed=needed
    )


@dataclass(frozen=True)
class Watched:
    """What a health server tells of its process: whether it is ready, and how its contexts stand, for Prometheus."""

    look: Callable[[], Sequence[Report]]
    standings: Callable[[], Sequence[Oversight]] = tuple


class HealthServer:
    """Answers `/live`, `/ready` and `/metrics` at an address for as long as `with` lasts; port 0 takes any free one."""

    def __init__(self, host: str, port: int, watched: Watched) -> None:
        self._server = ThreadingHTTPServer((host, port), _handler(watched))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="health", daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(watched: Watched) -> type[BaseHTTPRequestHandler]:
    class Answer(BaseHTTPRequestHandler):
        """Three questions, nothing else."""

        timeout = _REQUEST_SECONDS

        def do_GET(self) -> None:
            """Answer."""
            if self.path == "/live":
                self._say(HTTPStatus.OK, b'{"live":true}')
            elif self.path == "/ready":
                reports = watched.look()
                ready = all(report.ready for report in reports)
                status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
                self._say(status, msgspec.json.encode(reports))
            elif self.path == "/metrics":
                self._measure()
            else:
                self._say(HTTPStatus.NOT_FOUND, b"{}")

        def log_message(self, *_: object) -> None:
            """Supervisors ask every few seconds: nothing to keep."""

        def _measure(self) -> None:
            try:
                standings = watched.standings()
            except TROUBLE as trouble:
                # What was counted here is told all the same; the alarm on missing figures tells of the rest.
                _log.warning("standing_unknown", cause=type(trouble).__name__)
                standings = ()
            self._say(HTTPStatus.OK, metrics.exposed(standings), metrics.CONTENT_TYPE)

        def _say(self, status: HTTPStatus, body: bytes, content_type: str = "application/json") -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Answer
