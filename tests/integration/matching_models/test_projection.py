"""Every read model of matching, projected live from what a broker delivers, against what a rebuild makes of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from msgspec.structs import replace

from services.matching import events
from services.matching.read_models.bureau_board import BureauBoard
from services.matching.read_models.case_statistics import CaseStatistics
from services.matching.read_models.clinic_worklist import ClinicOffer, ClinicWorklist
from services.matching.read_models.doctor_demand import DoctorDemand
from services.matching.read_models.enrolments import Enrolments
from services.matching.read_models.family_cases import FamilyCases
from services.matching.read_models.stated_places import StatedPlaces
from shared.read_models.compare import compare
from shared.read_models.projector import Projector
from shared.read_models.rebuild import rebuild
from shared.read_models.tables import Typing
from tests.controls.enrolments import places_stated
from tests.controls.orders import Ledger, Queue
from tests.unit.matching_models.story import (
    BIRTH,
    CASE_NO,
    CHILD,
    ENROLMENT,
    EXPECTED_BABY,
    FIRST,
    SECOND,
    GlassOpener,
    Story,
    fold,
    place,
    sealed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.events import Event
    from shared.read_models.model import ReadModel

pytestmark = pytest.mark.postgres

MODELS = (FamilyCases, ClinicWorklist, BureauBoard, CaseStatistics, Enrolments, DoctorDemand, StatedPlaces)


def told() -> list[Event]:
    """Four families' stories, one event of each in turn, as a log would have them."""
    expected = {"born": False, "child": sealed(BIRTH, EXPECTED_BABY), "child_subject": BIRTH}
    stories = [
        Story().submitted(FIRST, SECOND).offered().reminded().declined().offered(SECOND).accepted(SECOND).signed(SECOND)
        .enrolled(SECOND).recorded(CASE_NO).closed(),
        Story(UUID(int=2), "250218P1200002").submitted(**expected).offered().accepted().born().contact_changed()
        .released(),
        Story(UUID(int=3), "250218P1200003").change_submitted().former_closed().offered(SECOND)
        .happened(events.OfferExpired, **place(SECOND)).unmatched(),
        Story(UUID(int=4), "250218P1200004").submitted().offered().accepted().enrolled_elsewhere(),
    ]  # fmt: skip
    longest = max(len(story.events) for story in stories)
    turns = [story.events[turn] for turn in range(longest) for story in stories if turn < len(story.events)]
    return [*turns, places_stated(), places_stated(originator_id=UUID(int=5), places=0)]


@pytest.fixture
def ledger(database_dsn: str) -> Iterator[Ledger]:
    ledger = Ledger(database_dsn, "matching")
    yield ledger
    ledger.close()


def project(model: ReadModel, ledger: Ledger, bodies: list[bytes]) -> None:
    """Deliver these messages to the model's projector, until none is left."""
    queue = Queue(*bodies)
    projector = Projector(model, ledger.database, ledger.log, queue.subscribe)
    while queue.waiting:
        projector.step(0)
    projector.close()


def rows_of(model: ReadModel, ledger: Ledger) -> list:
    """The live rows, as the model's own."""
    with ledger.database.connect() as connection:
        columns = ", ".join(
            f'"{column.name}"::text' if column.json is not None else f'"{column.name}"'
            for column in model.table.columns
        )
        names = [column.name for column in model.table.columns]
        cursor = connection.execute(f"select {columns} from {model.table.name} order by {', '.join(model.table.key)}")
        assert [column.name for column in cursor.description] == names
        return Typing(model.table.row).rows(cursor)


@pytest.mark.parametrize("kind", MODELS)
def test_the_live_rows_are_those_of_the_fold_and_of_a_rebuild(ledger, kind):
    model = kind(GlassOpener())
    rebuild(model, ledger.database, ledger.log)

    project(model, ledger, ledger.record(*told()))

    assert rows_of(model, ledger) == sorted(
        fold(model, told()).values(), key=lambda row: [getattr(row, name) for name in model.table.key]
    )
    assert compare(model, ledger.database, ledger.log).is_none


@pytest.mark.parametrize("kind", MODELS)
def test_what_is_delivered_twice_counts_once(ledger, kind):
    model = kind(GlassOpener())
    rebuild(model, ledger.database, ledger.log)
    bodies = ledger.record(*told())
    project(model, ledger, bodies)
    once = rows_of(model, ledger)

    project(model, ledger, [body for body in bodies for _ in range(2)])

    assert rows_of(model, ledger) == once
    assert compare(model, ledger.database, ledger.log).is_none


@pytest.mark.parametrize("kind", MODELS)
def test_a_message_that_comes_twice_in_a_row_counts_once(ledger, kind):
    model = kind(GlassOpener())
    rebuild(model, ledger.database, ledger.log)

    project(model, ledger, [body for body in ledger.record(*told()) for _ in range(2)])

    assert compare(model, ledger.database, ledger.log).is_none


def test_a_wrong_fold_is_found_by_comparing_with_a_rebuild(ledger):
    class ForgetsDeclines(FamilyCases):
        def evolve(self, key, row, event):
            after = super().evolve(key, row, event)
            return replace(after, choices=row.choices) if isinstance(event, events.InstitutionDeclined) else after

    wrong = ForgetsDeclines(GlassOpener())
    rebuild(wrong, ledger.database, ledger.log)
    project(wrong, ledger, ledger.record(*Story().submitted(FIRST, SECOND).offered().declined().events))

    difference = compare(FamilyCases(GlassOpener()), ledger.database, ledger.log)

    assert [changed.columns for changed in difference.changed] == [("choices",)]


def test_a_forgotten_child_loses_its_birth_date_and_district_live_as_in_a_rebuild(ledger):
    before = Story().submitted().offered()
    live = ClinicWorklist(GlassOpener())
    rebuild(live, ledger.database, ledger.log)
    project(live, ledger, ledger.record(*before.events))
    assert rows_of(live, ledger)[0].district == "南竿鄉"

    forgetting = events.SubjectForgotten(
        originator_id=ENROLMENT,
        originator_version=1,
        timestamp=before.at(-1),
        originator_topic="",
        subject=CHILD,
        ground="測試",
    )
    without_key = ClinicWorklist(GlassOpener(CHILD))
    project(without_key, ledger, ledger.record(forgetting))

    rows: list[ClinicOffer] = rows_of(without_key, ledger)
    assert {(row.birth_or_due_date, row.district) for row in rows} == {(None, None)}
    assert rows[0].county == "連江縣"
    assert compare(without_key, ledger.database, ledger.log).is_none
