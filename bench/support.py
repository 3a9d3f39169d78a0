"""Support: overlaps of a year's schedule, a full month, whole batch applications, the insurer's file of a busy day."""

from __future__ import annotations

import io
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from openpyxl import load_workbook

from bench.figures import RUNS, Limit
from services.support.adapters.batch_import import import_batch
from services.support.adapters.batch_rows import TITLES, BatchRules, read_batch
from services.support.adapters.batch_template import examples, template
from services.support.adapters.cabinet import FolderCabinet
from services.support.adapters.register_file import recorded_in, register_file
from services.support.adapters.workbook import WorkbookLimits
from services.support.application import Supporting
from services.support.commands import Choice
from services.support.domain.overlaps import Booked, Diary
from services.support.domain.policies import POLICIES
from services.support.domain.register_file import Stretch
from services.support.domain.schedules import EveryDays, occurrences_of, rule_of
from services.support.entrypoints.opening import times_listed
from services.support.events.entries import BatchKind, PlaceKind, SupportedPlace
from services.support.events.schedules import Recurring
from services.support.read_models.support_times import SupportTime, SupportTimes, calendar_of
from shared.calendar import TAIPEI, start_of_day, working_calendar
from shared.imports.files import Purpose
from shared.imports.results import RowOutcome
from shared.read_models.freshness import Positions
from shared.read_models.reader import Reader
from shared.read_models.tables import Rows
from shared.store import schema as store_schema
from shared.store.log import Log, LogPage
from shared.taiwan.dates import roc_digits
from shared.vault import schema as vault_schema
from shared.vault.blind_index import Identifier
from shared.vault.master_keys import MasterKeys
from shared.vault.vault import Vault
from tests.controls.family import BANQIAO_DOCTOR, DAAN_CLINIC, taipei
from tests.controls.support import support_amended, support_approved, support_cancelled
from tests.controls.supporters import HOME, ToldDiaries, ToldRegister, ToldRegistrar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.postgres import Database
    from shared.store.log import LogRow
    from tests.servers import PostgresServer, RabbitMQServer

BOOKED = 100_000
OF_THE_MONTH = 3_000
CHANGES = 50_000

_POLICY = POLICIES[0]
_CLINIC = SupportedPlace(PlaceKind.INSTITUTION, "3501200000", "臺北虛擬診所", "臺北市")
_A_YEAR = Recurring(rule_of(EveryDays(1)), date(2024, 1, 1), date(2024, 12, 31), time(18), time(21))
_META = b',"subject":"support","time":"2025-03-12T03:00:00Z"'
_NOW = taipei(2, 18, 10)
_PAGE = 5000


def measure(postgres: PostgresServer, rabbitmq: RabbitMQServer) -> list[Limit]:  # noqa: ARG001 - every measurement gets both
    """The promises of what support reckons by itself, and of a workbook from its bytes to the store."""
    return [
        _overlaps(),
        _calendar(postgres),
        *(_batch(postgres, kind) for kind in BatchKind),
        _register_file(),
    ]


def _overlaps() -> Limit:
    """A year of evenings against half-hours that begin every other minute of its days, the last into the evening."""
    began = datetime(2024, 1, 1, 8, 30, tzinfo=TAIPEI)
    booked = [
        Booked(start, start + timedelta(minutes=30), UUID(int=number), _CLINIC)
        for number in range(BOOKED)
        for start in [began + timedelta(days=number % 366, minutes=2 * (number // 366))]
    ]
    diary = Diary(booked)
    found = len(diary.overlaps_with(occurrences_of(_A_YEAR)))
    taken = _milliseconds(lambda: diary.overlaps_with(occurrences_of(_A_YEAR)))
    return Limit("support: overlaps of a schedule", taken, 20.0, note=f"366 times among {BOOKED:,}, {found} overlap")


def _batch(postgres: PostgresServer, kind: BatchKind) -> Limit:
    """A full workbook read, checked against the register, and stored as a draft; each time another."""
    with _office(postgres) as (supporting, _):
        times = [_milliseconds_of(partial(_import, supporting, kind, _filled(kind, number))) for number in range(RUNS)]
    return Limit(
        f"support: a batch taken, {kind}", median(times), 3000.0, note=f"{_POLICY.batch_rows} rows checked and stored"
    )


def _calendar(postgres: PostgresServer) -> Limit:
    """A month of an institution as the service answers it: its rows found, named, and written."""
    with _office(postgres) as (supporting, database), ExitStack() as closing:
        rows = Rows(SupportTimes().table)
        with database.connect() as connection:
            rows.create(connection)
            rows.copy_in(connection, list(_times()))
            rows.create_indexes(connection)
        log, positions = Log(database, "support"), Positions(database)
        reader = Reader(SupportTimes, database, log, positions)
        for used in (log, positions, reader):
            closing.callback(used.close)

        def month() -> bytes:
            found = calendar_of(reader, HOME, start_of_day(date(2025, 3, 1)), start_of_day(date(2025, 4, 1)))
            assert len(found) == OF_THE_MONTH
            return msgspec.json.encode(times_listed(supporting.desk, found))

        taken = _milliseconds(month)
    return Limit("support: the calendar of a month", taken, 100.0, note=f"{OF_THE_MONTH:,} times among {BOOKED:,}")


def _times() -> Iterator[SupportTime]:
    """A year: every month as many of one institution, sent and received by turns, and the rest of many others."""
    own = 12 * OF_THE_MONTH
    for number in range(BOOKED):
        is_own = number < own
        month, turn = (number // OF_THE_MONTH, number % OF_THE_MONTH) if is_own else (number % 12, number)
        other = f"35010{number % 400:05d}"
        begins = datetime(2025, month + 1, 1 + turn % 28, 8 + turn % 10, tzinfo=TAIPEI)
        yield SupportTime(
            support=UUID(int=number),
            number=0,
            practitioner=f"DR-{number % 900:06d}",
            institution=HOME.institution or "" if is_own and turn % 2 else other,
            county="新北市",
            place_kind=PlaceKind.INSTITUTION,
            place_code=other if not is_own or turn % 2 else HOME.institution or "",
            place_name="臺北虛擬診所",
            place_county="臺北市",
            starts_at=begins,
            ends_at=begins + timedelta(hours=3),
        )


@contextmanager
def _office(postgres: PostgresServer) -> Iterator[tuple[Supporting, Database]]:
    """Support with an empty log, which knows of one clinic and its doctors."""
    dsn, people = postgres.new_database(), postgres.new_database()
    with ExitStack() as closing, TemporaryDirectory() as folder:
        vault = Vault(
            vault_schema.install(people), MasterKeys({"bench": b"1" * 32}, "bench"), Path(folder) / "forgotten"
        )
        closing.callback(vault.close)
        register = ToldRegister.with_subject(vault.subject_for([Identifier("national_id", "F100000015")]))
        database = store_schema.install(dsn, "support")
        calendar = working_calendar()
        cabinet = FolderCabinet(Path(folder) / "uploads", Path(folder) / "blobs")
        supporting = Supporting(database, vault, register, ToldDiaries(), calendar, ToldRegistrar(), cabinet)
        yield closing.enter_context(supporting), database
    postgres.drop_database(dsn)
    postgres.drop_database(people)


def _import(supporting: Supporting, kind: BatchKind, content: bytes) -> None:
    limits = WorkbookLimits(_POLICY.batch_bytes, _POLICY.batch_unpacked_bytes, _POLICY.batch_rows)
    rules = BatchRules(_POLICY.schedule_limits, _POLICY.remarks_limit, _POLICY.purposes, working_calendar())
    batch = read_batch(content, kind, limits, rules)
    report = import_batch(supporting, batch, HOME, _NOW, purpose=Purpose.TAKE, choice=Choice.ALL_OR_NOTHING)
    assert report.count(RowOutcome.TAKEN) == _POLICY.batch_rows


def _filled(kind: BatchKind, which: int) -> bytes:
    """A template with all its rows filled in: one doctor, a day a row."""
    workbook = load_workbook(io.BytesIO(template(kind, _POLICY.batch_rows, _POLICY.remarks_limit)))
    for number in range(_POLICY.batch_rows):
        day = date(2025, 3, 1) + timedelta(days=number)
        last = day if kind == BatchKind.GENERAL else day + timedelta(days=180)
        days = {"first": roc_digits(day), "last": roc_digits(last), "exceptions": ""}
        who = {"practitioner": BANQIAO_DOCTOR, "place_code": DAAN_CLINIC, "remarks": f"夜診支援{which}"}
        row = examples(kind)
        row |= {name: value for name, value in (days | who).items() if name in row}
        for place, value in enumerate(row.values(), start=1):
            workbook[TITLES[kind]].cell(number + 2, place).value = value
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def _register_file() -> Limit:
    """From the bytes of the log to those of the file, signed."""
    stored = [_row(event) for event in (support_approved(), support_amended(), support_cancelled())]
    pages = [
        LogPage(first + 1, [stored[number % 3] for number in range(first, first + _PAGE)])
        for first in range(0, CHANGES, _PAGE)
    ]
    key = Ed25519PrivateKey.generate()
    stretch = Stretch(0, CHANGES, "")
    day = datetime.now(UTC).date()
    assert register_file(day, stretch, recorded_in(pages), key).totals.rows == CHANGES
    taken = _milliseconds(lambda: register_file(day, stretch, recorded_in(pages), key))
    return Limit("support: the register file", taken, 10_000.0, note=f"{CHANGES:,} changes")


def _row(event: object) -> LogRow:
    """An event as the log keeps it."""
    return event.TOPIC, msgspec.json.encode(event), event.originator_id, event.originator_version, _META  # type: ignore[attr-defined]


def _milliseconds(work: Callable[[], object]) -> float:
    """The median of several times."""
    return median(_milliseconds_of(work) for _ in range(RUNS))


def _milliseconds_of(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000
