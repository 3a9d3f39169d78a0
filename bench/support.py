"""Support: overlaps of a year's schedule, a whole batch application, and the insurer's file of a very busy day."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from openpyxl import load_workbook

from bench.figures import RUNS, Limit
from services.support.adapters.batch_rows import TITLES, BatchRules, read_batch
from services.support.adapters.batch_template import examples, template
from services.support.adapters.register_file import Stretch, recorded_in, register_file
from services.support.adapters.workbook import WorkbookLimits
from services.support.domain.batch import BatchKind, Choice
from services.support.domain.overlaps import Booked, Diary
from services.support.domain.policies import POLICIES
from services.support.domain.schedules import EveryDays, occurrences_of, rule_of
from services.support.events.entries import PlaceKind, SupportedPlace
from services.support.events.schedules import Recurring
from shared.calendar import TAIPEI, working_calendar
from shared.store.log import LogPage
from tests.controls.support import support_amended, support_approved, support_cancelled

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.store.log import LogRow
    from tests.servers import PostgresServer, RabbitMQServer

BOOKED = 100_000
CHANGES = 50_000

_POLICY = POLICIES[0]
_CLINIC = SupportedPlace(PlaceKind.INSTITUTION, "3501200000", "臺北虛擬診所", "臺北市")
_A_YEAR = Recurring(rule_of(EveryDays(1)), date(2024, 1, 1), date(2024, 12, 31), time(18), time(21))
_META = b',"subject":"support","time":"2025-03-12T03:00:00Z"'
_PAGE = 5000


def measure(postgres: PostgresServer, rabbitmq: RabbitMQServer) -> list[Limit]:  # noqa: ARG001 - every measurement gets both
    """The promises of what support reckons by itself; none of it asks a server."""
    return [_overlaps(), *map(_batch, BatchKind), _register_file()]


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


def _batch(kind: BatchKind) -> Limit:
    content = _filled(kind)
    limits = WorkbookLimits(_POLICY.batch_bytes, _POLICY.batch_unpacked_bytes, _POLICY.batch_rows)
    rules = BatchRules(_POLICY.schedule_limits, _POLICY.remarks_limit, _POLICY.purposes, working_calendar())
    assert len(read_batch(content, kind, limits, rules).taken(Choice.ALL_OR_NOTHING)) == _POLICY.batch_rows
    taken = _milliseconds(lambda: read_batch(content, kind, limits, rules))
    return Limit(f"support: a batch validated, {kind}", taken, 3000.0, note=f"{_POLICY.batch_rows} rows of a workbook")


def _filled(kind: BatchKind) -> bytes:
    """A template with all its rows filled in."""
    workbook = load_workbook(io.BytesIO(template(kind, _POLICY.batch_rows, _POLICY.remarks_limit)))
    for number in range(_POLICY.batch_rows):
        row = examples(kind) | {"practitioner": f"DR-{number:06}", "remarks": "夜診支援" * 10}
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
    times = []
    for _ in range(RUNS):
        began = perf_counter()
        work()
        times.append((perf_counter() - began) * 1000)
    return median(times)
