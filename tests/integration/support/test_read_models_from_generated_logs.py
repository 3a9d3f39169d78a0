"""Every read model of support over logs that chance has made: live as delivered, delivered twice, and rebuilt."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import date, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from services.support import events
from services.support.bootstrap import _READ_MODELS as MODELS
from services.support.bootstrap import CONTEXT
from shared.read_models.compare import compare
from shared.read_models.projector import Projector
from shared.read_models.rebuild import rebuild
from shared.read_models.tables import Typing
from tests.controls import registry
from tests.controls import support as told
from tests.controls.family import BANQIAO_CLINIC, DAAN_CLINIC, taipei
from tests.controls.orders import Ledger, Queue
from tests.unit.matching_models.story import GlassOpener, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.events import Event
    from shared.read_models.model import ReadModel

pytestmark = pytest.mark.postgres

SEEDS = range(3)
HISTORIES = 12
"""Of each kind, in one log."""


class Teller:
    """Makes histories of one thing each, as the domain allows them, and tells them by turns as a log would."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)  # noqa: S311 - a log, not a secret
        self._ids = 0

    def by_turns(self, *kinds: Any) -> list[Event]:
        """So many histories of each kind, interleaved, each in its own order; one moment after the other."""
        waiting = [list(kind(self)) for kind in kinds for _ in range(HISTORIES)]
        versions: Counter[UUID] = Counter()
        log: list[Event] = []
        while waiting:
            history = self.chance.choice(waiting)
            event = history.pop(0)
            versions[event.originator_id] += 1
            moment = taipei(2, 18, 10) + timedelta(minutes=len(log))
            changed = {"originator_version": versions[event.originator_id], "timestamp": moment}
            log.append(dataclasses.replace(event, **changed))
            waiting = [each for each in waiting if each]
        return log

    def new_id(self) -> UUID:
        self._ids += 1
        return UUID(int=self._ids)

    def number(self) -> str:
        self._ids += 1
        return f"{self._ids:06d}"

    def maybe(self) -> bool:
        return self.chance.random() < 0.5

    def terms(self) -> events.Terms:
        """Other times and purposes than any before."""
        first = date(2025, 3, 1) + timedelta(days=self.chance.randrange(300))
        last = first + timedelta(days=self.chance.randrange(1, 40))
        starts, ends = time(self.chance.randrange(7, 12)), time(self.chance.randrange(13, 22))
        schedule: events.Schedule = self.chance.choice(
            [
                events.Continuous(first, starts, last, ends),
                events.Recurring(f"FREQ=DAILY;INTERVAL={self.chance.randrange(1, 4)}", first, last, starts, ends),
                events.Picked(tuple(sorted({first, last})), starts, ends),
            ]
        )
        return events.Terms((self.chance.choice(list(events.Purpose)),), schedule)


def applications(teller: Teller) -> Iterator[Event]:
    """登錄 from the draft to its end, by workbook or line by line, returned and submitted again where chance has it."""
    case = {"originator_id": teller.new_id(), "case_no": f"1140218{teller.number()}"}
    lines = [a_line(teller) for _ in range(teller.chance.randrange(1, 4))]
    yield told.support_drafted(**case)
    yield told.schedule_set(*lines, **case)
    if teller.maybe():
        yield told.batch_imported(**case)
    if len(lines) > 1 and teller.maybe():
        yield told.lines_removed(lines[0].id, **case)
    if teller.maybe():
        yield told.support_discarded(**case)
        return
    yield from decided(teller, case, events.ApplicationKind.NEW)


def changes(teller: Teller) -> Iterator[Event]:
    """變更 and 註銷, as applications."""
    case = {"originator_id": teller.new_id(), "case_no": f"1140303{teller.number()}"}
    amends, before = teller.maybe(), teller.terms()
    after = teller.terms() if amends else None
    named = events.NamedSupport(teller.new_id(), f"DR-{teller.number()}", told.DAAN, before, after)
    yield (told.amendment_drafted if amends else told.cancellation_drafted)(**case)
    yield told.supports_named(named, **case)
    yield from decided(teller, case, events.ApplicationKind.AMEND if amends else events.ApplicationKind.CANCEL)


def decided(teller: Teller, case: dict[str, Any], kind: events.ApplicationKind) -> Iterator[Event]:
    number = 1
    while True:
        yield told.support_submitted(**case, kind=kind, number=number)
        if teller.maybe():
            yield told.review_assigned(**case)
        if teller.maybe():
            break
        yield told.support_returned(**case, kind=kind)
        number += 1
    yield teller.chance.choice([told.application_approved, told.support_denied])(**case, kind=kind)


def supports(teller: Teller) -> Iterator[Event]:
    """A support with the changes that were asked of it, until it is cancelled or goes on."""
    whose = {"practitioner": f"DR-{teller.number()}", "institution": teller.chance.choice([BANQIAO_CLINIC, "1"])}
    support = {"originator_id": teller.new_id()}
    terms = teller.terms()
    yield told.support_approved(**support, **whose, terms=terms)
    for _ in range(teller.chance.randrange(3)):
        after = teller.terms()
        yield told.amend_requested(**support, before=terms, after=after)
        outcome = teller.chance.choice([told.support_amended, told.amend_denied, told.change_returned])
        if outcome is not told.support_amended:
            yield outcome(**support)
            continue
        yield outcome(**support, **whose, before=terms, after=after)
        terms = after
    if teller.maybe():
        yield told.cancel_requested(**support)
        if teller.maybe():
            yield told.support_cancelled(**support, **whose, terms=terms)
        else:
            yield told.cancel_denied(**support)


def locks(teller: Teller) -> Iterator[Event]:
    """異動執登場所, with and without an end."""
    lock = {"originator_id": teller.new_id(), "practitioner": f"DR-{teller.number()}"}
    yield told.move_lock_set(**lock)
    if teller.maybe():
        yield told.move_lock_released(**lock)


def strengths(teller: Teller) -> Iterator[Event]:
    """What one of two institutions says of itself."""
    place = teller.chance.choice([BANQIAO_CLINIC, DAAN_CLINIC])
    sessions = teller.chance.randrange(1, 60)
    yield told.strength_stated(place, originator_id=teller.new_id(), weekly_sessions=sessions)


def register_files(teller: Teller) -> Iterator[Event]:
    """清冊檔: attempts that fail, and one that does not; some are asked for again."""
    file = {"originator_id": teller.new_id()}
    yield told.register_file_produced(**file, number=int(teller.number()))
    for attempt in range(1, teller.chance.randrange(1, 4)):
        yield told.register_file_not_delivered(**file, attempt=attempt)
    yield told.register_file_delivered(**file, attempt=4)
    if teller.maybe():
        yield told.register_file_asked_for_again(**file)


def institutions(teller: Teller) -> Iterator[Event]:
    """An institution of the registry, away and back."""
    place = {"originator_id": teller.new_id(), "institution": f"35010{teller.number()[-5:]}"}
    yield registry.institution_registered(**place)
    while teller.maybe():
        away = teller.chance.choice([registry.institution_suspended, registry.institution_closed])
        yield away(**place)
        yield registry.institution_changed(**place)
        yield registry.institution_resumed(**place)


def practitioners(teller: Teller) -> Iterator[Event]:
    """A practitioner of the registry: licences, moves, suspensions."""
    whose = {"originator_id": teller.new_id(), "practitioner": f"DR-{teller.number()}"}
    yield registry.practitioner_registered(**whose)
    ways = [
        registry.licence_recorded,
        registry.practitioner_moved,
        registry.practitioner_suspended,
        registry.practitioner_resumed,
        registry.practitioner_changed,
    ]
    for way in teller.chance.choices(ways, k=teller.chance.randrange(5)):
        yield way(**whose)


def places(teller: Teller) -> Iterator[Event]:
    """A place outside the medical register."""
    place = {"originator_id": teller.new_id(), "code": teller.number(), "name": f"據點{teller.number()}"}
    yield registry.place_registered(**place)
    if teller.maybe():
        yield registry.place_changed(**place)


def a_line(teller: Teller) -> events.Line:
    place = teller.chance.choice([told.DAAN, told.STATION])
    return events.Line(teller.new_id(), f"DR-{teller.number()}", place, "", teller.terms())


def generated(model: ReadModel[Any], seed: int) -> list[Event]:
    teller = Teller(seed)
    if model.context == CONTEXT:
        return teller.by_turns(applications, changes, supports, locks, strengths, register_files)
    return teller.by_turns(institutions, practitioners, places)


@pytest.fixture(params=MODELS, ids=[model.table.name for model in MODELS])
def model(request) -> ReadModel[Any]:
    kind: type[ReadModel[Any]] = request.param
    return kind(GlassOpener())


@pytest.fixture
def ledger(database_dsn: str, model: ReadModel[Any]) -> Iterator[Ledger]:
    ledger = Ledger(database_dsn, model.context)
    yield ledger
    ledger.close()


def project(model: ReadModel[Any], ledger: Ledger, bodies: list[bytes]) -> None:
    """Deliver these messages to the model's projector, until none is left."""
    queue = Queue(*bodies)
    projector = Projector(model, ledger.database, ledger.log, queue.subscribe)
    while queue.waiting:
        projector.step(0)
    projector.close()


def rows_of(model: ReadModel[Any], ledger: Ledger) -> list[Any]:
    """The live rows, as the model's own."""
    with ledger.database.connect() as connection:
        columns = ", ".join(
            f'"{column.name}"::text' if column.json is not None else f'"{column.name}"'
            for column in model.table.columns
        )
        cursor = connection.execute(f"select {columns} from {model.table.name} order by {', '.join(model.table.key)}")
        return list(Typing(model.table.row).rows(cursor))


@pytest.mark.parametrize("seed", SEEDS)
def test_live_rows_are_those_of_the_fold_and_of_a_rebuild_and_twice_is_once(ledger, model, seed):
    log = generated(model, seed)
    expected = sorted(fold(model, log).values(), key=lambda row: [getattr(row, name) for name in model.table.key])
    rebuild(model, ledger.database, ledger.log)
    bodies = ledger.record(*log)

    project(model, ledger, bodies)
    once = rows_of(model, ledger)
    project(model, ledger, [body for body in bodies for _ in range(2)])

    assert expected
    assert once == expected
    assert rows_of(model, ledger) == once
    assert compare(model, ledger.database, ledger.log).is_none


@pytest.mark.parametrize("seed", SEEDS)
def test_a_rebuild_in_the_midst_of_the_log_and_the_rest_live_are_the_same_rows(ledger, model, seed):
    log = generated(model, seed)
    half = len(log) // 2
    ledger.record(*log[:half])
    rebuild(model, ledger.database, ledger.log)

    project(model, ledger, ledger.record(*log[half:]))

    assert compare(model, ledger.database, ledger.log).is_none
    expected = sorted(fold(model, log).values(), key=lambda row: [getattr(row, name) for name in model.table.key])
    assert rows_of(model, ledger) == expected
