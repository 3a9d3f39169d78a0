"""The registry's read models, identity's own and those that follow: live, twice, rebuilt, and asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from services.identity import events
from services.identity.processes.expire_licences_after_a_warning import ExpireLicencesAfterAWarning
from services.identity.read_models.institution_search import SearchTooLong, SearchTooShort
from services.identity.read_models.institutions import Institutions
from services.identity.read_models.personnel import Personnel, personnel_of, practitioner
from services.identity.read_models.places import Places, search_places
from services.matching.processes.note_end_of_participation import NoteEndOfParticipation
from services.matching.read_models.known_doctors import KnownDoctors
from services.matching.read_models.known_institutions import KnownInstitutions
from shared.events import current_version_of
from shared.principal import Assurance, Principal, Role
from shared.read_models.compare import compare
from shared.read_models.freshness import Positions
from shared.read_models.projector import Projector
from shared.read_models.reader import Reader
from shared.read_models.rebuild import rebuild
from tests.controls import registry
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, DAAN_DOCTOR
from tests.controls.orders import Ledger, Queue
from tests.controls.registry import PLACE_CODE, PLACE_NAME
from tests.integration.identity.registry.office import BUREAU, CASE_MANAGER

if TYPE_CHECKING:
    from shared.events import Event

pytestmark = pytest.mark.postgres

MODELS = (Institutions, Personnel, Places, KnownInstitutions, KnownDoctors)
OTHER = events.Programme.VACCINATION


def numbered(*history: Event) -> list[Event]:
    """Events of several entries in this order, each with the next version of its own."""
    versions = dict[object, int]()
    placed = []
    for fact in history:
        version = versions[fact.originator_id] = versions.get(fact.originator_id, 0) + 1
        placed.append(replace(fact, originator_version=version))
    return placed


def told() -> list[Event]:
    return numbered(
        registry.institution_registered(),
        registry.institution_registered(DAAN_CLINIC),
        registry.practitioner_registered(),
        registry.practitioner_registered(DAAN_DOCTOR, institution=DAAN_CLINIC),
        registry.place_registered(),
        registry.institution_changed(),
        registry.programme_joined(),
        registry.programme_joined(programme=OTHER),
        registry.practitioner_changed(),
        registry.licence_recorded(),
        registry.training_credited(),
        registry.training_credited(programme=OTHER, complete=False),
        registry.practitioner_joined_programme(),
        registry.practitioner_joined_programme(programme=OTHER),
        registry.place_changed(),
        registry.institution_suspended(),
        registry.institution_resumed(),
        registry.programme_left(),
        registry.programme_left(programme=OTHER),
        registry.practitioner_suspended(),
        registry.practitioner_resumed(),
        registry.licence_expiring(),
        registry.licence_expired(),
        registry.practitioner_left_programme(),
        registry.practitioner_left_programme(programme=OTHER),
        registry.practitioner_moved(),
        registry.institution_closed(),
        registry.registry_imported(),
    )


@pytest.fixture
def ledger(database_dsn):
    ledger = Ledger(database_dsn, "identity")
    yield ledger
    ledger.close()


def project(model, ledger, bodies):
    queue = Queue(*bodies)
    projector = Projector(model, ledger.database, ledger.log, queue.subscribe)
    while queue.waiting:
        projector.step(0)
    projector.close()


@pytest.mark.parametrize("kind", MODELS)
def test_live_rows_delivered_twice_are_those_of_a_rebuild(ledger, kind):
    model = kind()
    rebuild(model, ledger.database, ledger.log)
    bodies = ledger.record(*told())
    project(model, ledger, [body for body in bodies for _ in range(2)])
    assert compare(model, ledger.database, ledger.log).is_none
    with ledger.database.connect(name="test") as connection:
        [(rows,)] = connection.execute(f"select count(*) from {model.table.name}").fetchall()
    assert rows == (1 if kind is Places else 2)


def test_every_event_of_the_registry_is_folded_by_somebody():
    folding = (*MODELS, ExpireLicencesAfterAWarning, NoteEndOfParticipation)
    told_of = {current_version_of(type_name) for type_name in registry.EXAMPLES}
    unfolded = told_of - {fact.TOPIC for model in folding for fact in model.folds}
    assert unfolded == {"identity.RegistryImported.v1"}


@pytest.fixture
def ask(ledger):
    ledger.record(*told())
    for kind in MODELS:
        rebuild(kind(), ledger.database, ledger.log)
    positions = Positions(ledger.database)
    readers = {kind: Reader(kind, ledger.database, ledger.log, positions) for kind in MODELS}
    yield readers
    for reader in readers.values():
        reader.close()
    positions.close()


def test_a_bureau_sees_every_practitioner_and_an_institution_its_own(ask):
    reader = ask[Personnel]
    assert practitioner(reader, BUREAU, BANQIAO_DOCTOR).institution == DAAN_CLINIC
    assert practitioner(reader, CASE_MANAGER, BANQIAO_DOCTOR) is None
    of_daan = Principal("manager/2", Role.CASE_MANAGER, frozenset({Assurance.PASSWORD}), institution=DAAN_CLINIC)
    assert practitioner(reader, of_daan, BANQIAO_DOCTOR).licence_ends == date(2026, 6, 30)
    first = personnel_of(reader, of_daan, DAAN_CLINIC, limit=1)
    second = personnel_of(reader, of_daan, DAAN_CLINIC, limit=1, cursor=first.following)
    assert [row.number for page in (first, second) for row in page.entries] == [BANQIAO_DOCTOR, DAAN_DOCTOR]
    assert personnel_of(reader, CASE_MANAGER, DAAN_CLINIC).entries == ()


def test_a_practitioner_shows_licences_credits_and_programmes(ask):
    row = practitioner(ask[Personnel], BUREAU, BANQIAO_DOCTOR)
    doctors, vaccination = row.programmes
    assert (doctors.programme, doctors.credits, doctors.is_trained) == (events.Programme.DEDICATED_DOCTOR, 4, True)
    assert (doctors.since, doctors.until) == (date(2025, 1, 20), date(2025, 2, 20))
    assert vaccination.programme == OTHER
    assert [licence.number for licence in row.licences] == [registry.LICENCE.number]


@pytest.mark.parametrize("text", [PLACE_CODE, PLACE_CODE[:3], PLACE_NAME[:2], "銀髮"])
def test_a_place_is_found_by_code_or_two_characters_of_its_name(ask, text):
    assert [row.name for row in search_places(ask[Places], text).entries] == [PLACE_NAME]
    assert search_places(ask[Places], text, county="台北市").entries
    assert search_places(ask[Places], text, county="高雄市").entries == ()


def test_a_search_for_places_is_neither_too_short_nor_too_long(ask):
    with pytest.raises(SearchTooShort):
        search_places(ask[Places], "銀")
    with pytest.raises(SearchTooLong):
        search_places(ask[Places], "銀" * 101)


@pytest.mark.parametrize(
    ("history", "on", "takes_part"),
    [
        ((), date(2025, 1, 2), False),
        ((registry.programme_joined(),), date(2025, 1, 1), True),
        ((registry.programme_joined(),), date(2024, 12, 31), False),
        ((registry.programme_joined(),), date(2026, 1, 1), False),
        ((registry.programme_joined(programme=OTHER),), date(2025, 1, 2), False),
        ((registry.programme_joined(), registry.programme_left()), date(2025, 2, 28), True),
        ((registry.programme_joined(), registry.programme_left()), date(2025, 3, 1), False),
        ((registry.programme_joined(), registry.institution_suspended()), date(2025, 2, 19), True),
        ((registry.programme_joined(), registry.institution_suspended()), date(2025, 2, 20), False),
        ((registry.programme_joined(), registry.institution_closed()), date(2025, 2, 20), False),
        (
            (registry.programme_joined(), registry.institution_closed(), registry.institution_resumed()),
            date(2025, 2, 20),
            True,
        ),
    ],
)
def test_an_institution_takes_part_while_it_is_open_and_in_the_programme(history, on, takes_part):
    row, model = None, KnownInstitutions()
    for fact in (registry.institution_registered(), *history):
        row = model.evolve((BANQIAO_CLINIC,), row, fact)
    assert row.takes_part(on) is takes_part


JOINED = registry.practitioner_joined_programme()


@pytest.mark.parametrize(
    ("history", "on", "is_active"),
    [
        ((), date(2025, 2, 1), False),
        ((JOINED,), date(2025, 1, 20), True),
        ((JOINED,), date(2025, 1, 19), False),
        ((JOINED, registry.practitioner_left_programme()), date(2025, 2, 21), False),
        ((JOINED, registry.practitioner_suspended()), date(2025, 2, 20), False),
        ((JOINED, registry.practitioner_suspended(), registry.practitioner_resumed()), date(2025, 3, 20), True),
        ((JOINED, registry.licence_expired()), date(2026, 7, 1), False),
        ((JOINED, registry.licence_expired(), registry.licence_recorded()), date(2026, 7, 1), True),
    ],
)
def test_a_doctor_is_active_while_in_the_programme_licensed_and_not_suspended(history, on, is_active):
    row, model = None, KnownDoctors()
    for fact in (registry.practitioner_registered(), *history):
        row = model.evolve((BANQIAO_DOCTOR,), row, fact)
    assert row.is_active(on) is is_active
    assert not row.training_done
    assert model.evolve((BANQIAO_DOCTOR,), row, registry.training_credited()).training_done
