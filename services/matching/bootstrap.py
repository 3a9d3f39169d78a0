"""The composition root of matching: settings become a database, a vault, the application and what follows its log."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import psycopg
import structlog
from psycopg import sql

from services.matching.adapters.reference_registry import ReferenceRegistry, reference_registry
from services.matching.application import Matching
from services.matching.domain.refusals import CaseBusy
from services.matching.processes import PROCESSES
from services.matching.read_models.bureau_board import BureauBoard
from services.matching.read_models.case_statistics import CaseStatistics
from services.matching.read_models.clinic_worklist import ClinicWorklist
from services.matching.read_models.family_cases import FamilyCases
from shared.application import UNTRACED, Trace
from shared.calendar import taipei_day, working_calendar
from shared.embedded import EmbeddedPostgres
from shared.logs import about
from shared.principal import process as acting_process
from shared.processes.runner import ProcessRunner
from shared.read_models import standing
from shared.read_models.freshness import Positions
from shared.read_models.projector import Projector
from shared.read_models.reader import Reader
from shared.relay.lease import LeaseLost
from shared.relay.relay import Relay
from shared.store import schema as store_schema
from shared.store.log import Log
from shared.transport.inproc import InprocTransport
from shared.transport.rabbitmq import RabbitTransport
from shared.trouble import TryAgain, persevere
from shared.vault import schema as vault_schema
from shared.vault.opening import open_vault
from shared.vault.signing import load_or_create
from shared.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from shared.application import Outcome
    from shared.calendar import WorkingCalendar
    from shared.postgres import Database
    from shared.principal import Principal
    from shared.processes.process import Process
    from shared.processes.reactions import Occasion
    from shared.read_models.model import ReadModel
    from shared.settings import Settings
    from shared.transport import Transport
    from shared.vault.vault import Vault

CONTEXT = "matching"
_CLOCK_SECONDS = 1.0
"""How often processes look whether a deadline has passed."""
_RELAY_PAUSE = 1.0
_CALENDAR_NOTICE = timedelta(days=60)
"""How long before its end a table of working days is told of; the next year's is announced about half a year ahead."""

_log = structlog.get_logger()

_READ_MODELS: tuple[type[ReadModel[Any]], ...] = (FamilyCases, ClinicWorklist, BureauBoard, CaseStatistics)


class Duty(StrEnum):
    """What is to be done behind the log: one process may have every duty, or each of them a process of its own."""

    RELAY = "relay"
    PROJECT = "project"
    REACT = "react"


def utc_now() -> datetime:
    """The time, where nobody has another idea of it."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class MatchingContext:
    """Matching put together: what commands, queries, workers and operators need.

    `clock` tells processes what time it is; a played story has a clock of its own.
    """

    database: Database
    vault: Vault
    log: Log
    signing_key: Ed25519PrivateKey
    transport: Transport
    registry: ReferenceRegistry
    application: Matching
    positions: Positions
    clock: Callable[[], datetime]
    wake: threading.Event = field(default_factory=threading.Event)

    def handle(
        self, command: object, actor: Principal, idempotency_key: str, now: datetime, trace: Trace = UNTRACED
    ) -> Outcome:
        """Carry out a command, as `Matching.handle` does, and have its events relayed at once."""
        with about(trace.correlation_id or idempotency_key, trace.causation_id):
            outcome = self.application.handle(command, actor, idempotency_key, now, trace)
        self.wake.set()
        return outcome

    @property
    def models(self) -> dict[str, ReadModel[Any]]:
        """The read models by name."""
        return {model.table.name: model(self.vault) for model in _READ_MODELS}

    @property
    def processes(self) -> dict[str, Process[Any]]:
        """The processes by name; their states are read models too."""
        return {process.table.name: process(self.vault) for process in PROCESSES}

    def reader(self, model: type[ReadModel[Any]]) -> Reader:
        """What the queries of a read model read with."""
        return Reader(model, self.database, self.log, self.positions)

    def projector(self, model: ReadModel[Any]) -> Projector[Any]:
        """Keeps the rows of a read model up with the log."""
        return Projector(model, self.database, self.log, lambda: self.transport.subscribe(CONTEXT, model.table.name))

    def runner(self, process: Process[Any]) -> ProcessRunner[Any]:
        """Carries out what follows from events and deadlines."""
        actor = acting_process(process.name)

        return ProcessRunner(
            process,
            self.database,
            self.log,
            lambda: self.transport.subscribe(CONTEXT, process.name),
            lambda command, occasion: self.follow_up(command, actor, occasion),
        )

    def follow_up(self, command: object, actor: Principal, occasion: Occasion) -> Outcome:
        """Carry out what a process asks; raises `TryAgain` where a person would be told that the case is busy."""
        try:
            return self.handle(command, actor, occasion.key, self.clock(), self._trace(occasion.position))
        except CaseBusy as busy:
            raise TryAgain(str(busy)) from busy

    def workers(self, duties: Collection[Duty] = tuple(Duty)) -> Workers:
        """The relay, a projector a read model, a runner a process and their clock: those of `duties`, each a thread.

        Raises `BrokerLost`; a broker that is lost later is waited for.
        """
        workers = Workers(self.wake)
        consumers = [*self.models, *self.processes]
        # Before anyone subscribes: in process there is nobody else to make the queues.
        self.transport.declare(CONTEXT, consumers)
        if Duty.RELAY in duties:
            workers.add("relay", self._relaying(consumers))
        if Duty.PROJECT in duties:
            for name, model in self.models.items():
                workers.add(name, self.projector(model).run)
        if Duty.REACT in duties:
            runners = {name: self.runner(process) for name, process in self.processes.items()}
            for name, runner in runners.items():
                workers.add(name, runner.run)
            workers.add("clock", lambda stop: _tick(runners.values(), self.clock, stop))
        return workers

    def _trace(self, position: int | None) -> Trace:
        """What follows from an event belongs to what the event belonged to, and names it; a deadline begins anew."""
        if position is None:
            return UNTRACED
        event = self.log.circumstances(position)
        return Trace(event.correlationid, f"{CONTEXT}/{position}", event.traceparent)

    def _relaying(self, consumers: list[str]) -> Callable[[threading.Event], None]:
        relay = Relay(self.database, CONTEXT, self.transport, self.signing_key, consumers, self.wake)

        def run(stop: threading.Event) -> None:
            while not stop.is_set():
                try:
                    relay.run(stop)
                except (LeaseLost, psycopg.OperationalError) as fault:
                    _log.warning("relay_paused", context=CONTEXT, cause=type(fault).__name__, seconds=_RELAY_PAUSE)
                    stop.wait(_RELAY_PAUSE)

        return run


def _tick(runners: Collection[ProcessRunner[Any]], clock: Callable[[], datetime], stop: threading.Event) -> None:
    def step() -> None:
        for runner in runners:
            runner.tick(clock())
        stop.wait(_CLOCK_SECONDS)

    persevere("clock", stop, step, lambda: None)


@contextmanager
def matching(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Iterator[MatchingContext]:
    """Matching as these settings want it, installed and ready; nothing works in it before `workers` are started."""
    with ExitStack() as closing:
        contexts_dsn, vault_dsn = _dsns(settings, closing)
        database = _install(contexts_dsn)
        vault = open_vault(
            vault_schema.install(vault_dsn),
            settings.master_keys,
            settings.master_keys_file,
            settings.forgotten_ledger,
            settings.cached_keys,
        )
        closing.callback(vault.close)
        log = Log(database, CONTEXT)
        closing.callback(log.close)
        positions = Positions(database)
        closing.callback(positions.close)
        registry = reference_registry()
        application = Matching(database, vault, registry, _calendar(clock()))
        closing.callback(application.close)
        application.record_forgotten(vault.forgotten(), clock())
        yield MatchingContext(
            database=database,
            vault=vault,
            log=log,
            signing_key=load_or_create(settings.checkpoint_key_file, _signed_by(database)),
            transport=InprocTransport() if settings.broker is None else RabbitTransport(settings.broker),
            registry=registry,
            application=application,
            positions=positions,
            clock=clock,
        )


@contextmanager
def stored(settings: Settings) -> Iterator[Database]:
    """Where matching keeps its log, installed; without any key, for whoever only looks at it."""
    with ExitStack() as closing:
        contexts_dsn, _ = _dsns(settings, closing)
        yield _install(contexts_dsn)


def _install(dsn: str) -> Database:
    database = store_schema.install(dsn, CONTEXT)
    standing.install(database)
    return database


def _calendar(now: datetime) -> WorkingCalendar:
    """The working days; no deadline may be wrong in silence, so a table that ends soon is told of at each start."""
    calendar = working_calendar()
    if calendar.covered_until < taipei_day(now + _CALENDAR_NOTICE):
        _log.warning("working_days_end_soon", covered_until=calendar.covered_until.isoformat())
    return calendar


def _dsns(settings: Settings, closing: ExitStack) -> tuple[str, str]:
    """Where matching and the vault live: as told, or in databases of the embedded server, made when missing."""
    if not settings.is_embedded:
        return settings.database(CONTEXT), settings.database("vault")
    server = closing.enter_context(EmbeddedPostgres(settings.var))
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        for name in ("caretrail", "caretrail_vault"):
            # Another process may be making it at this moment, so that looking first would not help.
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    return server.dsn("caretrail"), server.dsn("caretrail_vault")


def _signed_by(database: Database) -> list[str]:
    with database.connect() as connection:
        return [key_id for (key_id,) in connection.execute("select distinct key_id from checkpoint")]
