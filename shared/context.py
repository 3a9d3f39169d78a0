"""A context put together from settings: its database, vault and log, its use cases, and whoever follows the events.

Each context's `bootstrap` makes one, in an `Installation` that it shares with the other contexts of its process.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import psycopg
import structlog

from shared import failures
from shared.application import UNTRACED, ContextApplication, Trace
from shared.inspection.refusals import Refusals
from shared.installation import install
from shared.logs import about
from shared.principal import process as acting_process
from shared.processes.clock import DeadlineClock
from shared.processes.runner import ProcessRunner
from shared.read_models.feed import LogAlone
from shared.read_models.freshness import Positions
from shared.read_models.handout import Handout
from shared.read_models.projector import Projector
from shared.read_models.reader import Reader
from shared.refusals import Busy, LogUnsigned, Refusal, heed
from shared.relay.lease import LeaseLost
from shared.relay.relay import Pace, Relay
from shared.relay.vouching import Vouching
from shared.store import schema as store_schema
from shared.store.log import Log
from shared.tracing import span
from shared.trouble import TryAgain
from shared.vault.signing import SigningKey
from shared.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from shared.application import Outcome
    from shared.installation import Installation
    from shared.postgres import Database
    from shared.principal import Principal
    from shared.processes.process import Process
    from shared.processes.reactions import Occasion
    from shared.read_models.feed import Arrivals
    from shared.read_models.model import ReadModel
    from shared.standings import Alarm
    from shared.transport import Transport
    from shared.vault.vault import Vault

    Follower = ReadModel[Any]
    Subscribe = Callable[[], Arrivals]

App = TypeVar("App", bound=ContextApplication)

_RELAY_PAUSE = 1.0

_log = structlog.get_logger()


class Duty(StrEnum):
    """What is to be done behind the log: one process may have every duty, or each of them a process of its own."""

    RELAY = "relay"
    PROJECT = "project"
    REACT = "react"


def utc_now() -> datetime:
    """The time, where nobody has another idea of it."""
    return datetime.now(UTC)


def duty_of(follower: Follower | type[Follower]) -> Duty:
    """Whose work it is to keep a follower up with its log."""
    return Duty.REACT if follower.reacts else Duty.PROJECT


def consumer_of(context: str, follower: Follower | type[Follower]) -> str:
    """Through what a follower, and those of its kind beside it, are told of the log that it folds.

    It is named after their duty; behind the log of another context it bears its own context's name as well.
    """
    duty = str(duty_of(follower))
    return duty if follower.context == context else f"{context}.{duty}"


@dataclass(frozen=True)
class Context(Generic[App]):
    """One context put together: what commands, queries, workers and operators need.

    Its read models and processes fold the log that their class names in `context`: its own, or that of another context,
    of which it may read the log and nothing else. `clock` tells processes what time it is; a played story has a clock
    of its own.
    """

    name: str
    installation: Installation
    database: Database
    logs: Mapping[str, Log]
    """By context: its own, and those that it follows."""
    application: App
    positions: Positions
    refusals: Refusals
    model_types: Sequence[type[ReadModel[Any]]]
    process_types: Sequence[type[Process[Any]]]
    clock: Callable[[], datetime] = utc_now
    errands: Mapping[str, Callable[[threading.Event], object]] = field(default_factory=dict)
    """What else is done behind the log, by name, with `Duty.REACT`: the sending of messages, say. See `Workers.add`."""
    wake: threading.Event = field(default_factory=threading.Event)
    watches: Sequence[Callable[[datetime], Iterable[Alarm]]] = ()
    """What else of this context may need a person at a moment, beside its log, queues and followers."""

    @cached_property
    def signing_key(self) -> SigningKey:
        """What checkpoints are signed with, made at the first start: whoever does not relay never reads it."""
        return SigningKey(self.installation.settings.checkpoint_key_file, _signed_by(self.database))

    @cached_property
    def vouching(self) -> Vouching:
        """Whether the log is signed as policy demands."""
        return Vouching(self.log, self.installation.settings.unsigned_seconds)

    @property
    def vault(self) -> Vault:
        """The keys of people."""
        return self.installation.vault

    @property
    def transport(self) -> Transport:
        """The broker."""
        return self.installation.transport

    @property
    def log(self) -> Log:
        """The context's own log."""
        return self.logs[self.name]

    def handle(  # noqa: PLR0913, PLR0917 - what belongs to a request
        self,
        command: object,
        actor: Principal,
        idempotency_key: str,
        now: datetime,
        trace: Trace = UNTRACED,
        based_on: int | None = None,
    ) -> Outcome:
        """Carry out a command, as `ContextApplication.handle` does, and have its events relayed at once.

        Raises `LogUnsigned` where nobody vouches for the log as policy demands, unless the command is urgent; what was
        carried out is still answered.
        """
        if (objection := self.vouching.objection()) is not None:
            is_urgent = type(command) in self.application.urgent
            if not is_urgent and self.application.answer_to(idempotency_key) is None:
                raise objection
        with about(trace.correlation_id or idempotency_key, trace.causation_id):
            outcome = self.application.handle(command, actor, idempotency_key, now, trace, based_on)
        self.wake.set()
        return outcome

    def heed_signing(self) -> None:
        """Raise `LogUnsigned` as `handle` does: for work of many commands, before the first of them."""
        heed(self.vouching.objection())

    @property
    def models(self) -> dict[str, ReadModel[Any]]:
        """The read models by name."""
        return {model.table.name: model(self.vault) for model in self.model_types}

    @property
    def processes(self) -> dict[str, Process[Any]]:
        """The processes by name; their states are read models too."""
        return {process.table.name: process(self.vault) for process in self.process_types}

    @property
    def followers(self) -> dict[str, ReadModel[Any]]:
        """Read models and processes by name: whatever has rows that are folded from a log."""
        return {**self.models, **self.processes}

    def reader(self, model: type[ReadModel[Any]]) -> Reader:
        """What the queries of a read model read with."""
        return Reader(model, self.database, self.logs[model.context], self.positions, self.model_types)

    def projector(self, model: ReadModel[Any], subscribe: Subscribe = LogAlone) -> Projector[Any]:
        """Keeps the rows of a read model up with the log."""
        return Projector(model, self.database, self.logs[model.context], subscribe)

    def runner(self, process: Process[Any], subscribe: Subscribe = LogAlone) -> ProcessRunner[Any]:
        """Carries out what follows from events and deadlines."""
        actor = acting_process(process.name)
        log = self.logs[process.context]

        return ProcessRunner(
            process,
            self.database,
            log,
            subscribe,
            lambda command, occasion: self.follow_up(command, actor, occasion, log),
        )

    def deadlines(self, runners: Collection[ProcessRunner[Any]]) -> DeadlineClock:
        """Looks whether deadlines of these processes have passed."""
        return DeadlineClock(self.name, self.database, runners, self.clock)

    def follow_up(self, command: object, actor: Principal, occasion: Occasion, log: Log) -> Outcome:
        """Carry out what a process asks that follows `log`; raises `TryAgain` where a person would be told to."""
        trace = _trace(log, occasion.position)
        with span(f"react {actor.id}", trace.traceparent, "consumer") as within:
            trace = replace(trace, traceparent=within.traceparent)
            try:
                return self.handle(command, actor, occasion.key, self.clock(), trace)
            except (Busy, LogUnsigned) as for_now:
                raise TryAgain(str(for_now)) from for_now
            except Refusal as refusal:
                asked = f"{self.name}.{type(command).__name__}"
                belongs = replace(trace, correlation_id=trace.correlation_id or occasion.key)
                self.refusals.note(asked, refusal.code, actor, belongs, self.clock())
                raise

    def workers(self, duties: Collection[Duty] = tuple(Duty)) -> Workers:
        """The relay, a projector a read model, a runner a process and their clock: those of `duties`, each a thread.

        Raises `BrokerLost`; a broker that is lost later is waited for.
        """
        workers = Workers(self.wake)
        # Before anyone publishes: in process there is nobody else to make the queues.
        for source in self.logs:
            self.transport.declare(source, self._consumers(source))
        if Duty.RELAY in duties:
            self._add(workers, f"{self.name} relay", self._relaying(self._consumers(self.name)))
        if Duty.PROJECT in duties:
            shares = self._handing_out(workers, self.models.values())
            for name, model in self.models.items():
                self._add(workers, name, self.projector(model, shares[model.context]).run)
        if Duty.REACT in duties:
            shares = self._handing_out(workers, self.processes.values())
            runners = {name: self.runner(it, shares[it.context]) for name, it in self.processes.items()}
            for name, runner in runners.items():
                self._add(workers, name, runner.run)
            self._add(workers, f"{self.name} clock", self.deadlines(runners.values()).run)
            for name, run in self.errands.items():
                self._add(workers, name, run)
        return workers

    def _add(self, workers: Workers, name: str, run: Callable[[threading.Event], object]) -> None:
        """Have it done by one of the workers; what ends it stays to be seen by others."""

        def told(stop: threading.Event) -> None:
            try:
                run(stop)
            except Exception as fault:
                failures.note(self.database, name, fault)
                raise

        workers.add(name, told)

    def _consumers(self, source: str) -> list[str]:
        """Through what this context is told of a log."""
        followers = [follower for follower in self.followers.values() if follower.context == source]
        return list(dict.fromkeys(consumer_of(self.name, follower) for follower in followers))

    def _handing_out(self, workers: Workers, followers: Iterable[Follower]) -> dict[str, Subscribe]:
        """Have what comes of each log handed to those of these followers who fold it: how they get a share, by log."""
        shares: dict[str, Subscribe] = {}
        for source, consumer in {follower.context: consumer_of(self.name, follower) for follower in followers}.items():
            name = f"{source}.{consumer}"
            subscribe = partial(self.transport.subscribe, source, consumer)
            handout = Handout(name, self.logs[source], subscribe, tell=partial(failures.note, self.database, name))
            self._add(workers, name, handout.run)
            shares[source] = handout.share
        return shares

    def _relaying(self, consumers: list[str]) -> Callable[[threading.Event], None]:
        pace = Pace(unsigned_seconds=self.installation.settings.unsigned_seconds)
        relay = Relay(self.database, self.name, self.transport, self.signing_key, consumers, self.wake, pace)

        def run(stop: threading.Event) -> None:
            while not stop.is_set():
                try:
                    relay.run(stop)
                except (LeaseLost, psycopg.OperationalError) as fault:
                    _log.warning("relay_paused", context=self.name, cause=type(fault).__name__, seconds=_RELAY_PAUSE)
                    failures.note(self.database, f"{self.name} relay", fault)
                    stop.wait(_RELAY_PAUSE)

        return run


@dataclass(frozen=True)
class Foundation:
    """What a context stands on, before its use cases are made: they are made of these."""

    name: str
    installation: Installation
    database: Database
    logs: Mapping[str, Log]
    positions: Positions
    refusals: Refusals


@contextmanager
def foundation(place: Installation, context: str, follows: Collection[str] = ()) -> Iterator[Foundation]:
    """The database of a context, installed, with its log and those of the contexts that it follows."""
    with ExitStack() as closing:
        database = install(place.dsn(context), context)
        logs = {context: Log(database, context)}
        for other in follows:
            logs[other] = Log(store_schema.readable(place.dsn(other), other), other)
        for log in logs.values():
            closing.callback(log.close)
        positions = Positions(database)
        closing.callback(positions.close)
        refusals = Refusals(database)
        closing.callback(refusals.close)
        yield Foundation(context, place, database, logs, positions, refusals)


def _trace(log: Log, position: int | None) -> Trace:
    """What follows from an event belongs to what the event belonged to, and names it; a deadline begins anew."""
    if position is None:
        return UNTRACED
    event = log.circumstances(position)
    return Trace(event.correlationid, f"{log.context}/{position}", event.traceparent)


def _signed_by(database: Database) -> list[str]:
    with database.connect() as connection:
        return [key_id for (key_id,) in connection.execute("select distinct key_id from checkpoint")]
