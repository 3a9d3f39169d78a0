"""Identity and matching together: what the registry tells reaches the families, also at the worst moment."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from services.identity import commands as registry
from services.identity.bootstrap import identity_in
from services.identity.commands import ParticipationEntry, TrainingEntry
from services.identity.events import InstitutionKind, Programme, StandingReason
from services.matching.bootstrap import matching_in
from services.matching.commands import AcceptOffer
from services.matching.domain import refusals
from services.matching.domain.case import Case
from services.matching.domain.statuses import PreferenceStatus
from services.matching.events import OfferWithdrawn, ParticipationCause
from shared.context import Duty
from shared.installation import installation
from shared.principal import Assurance, Principal, Role
from shared.read_models.rebuild import rebuild_if_needed
from shared.refusals import InvalidForm
from shared.settings import load
from shared.transport.inproc import KombuChannel
from shared.vault.blind_index import Identifier
from tests.controls.applicants import (
    BANQIAO,
    COUNTIES,
    DAAN,
    DOCTORS,
    OPERATOR,
    ZHONGHE,
    FamilyOf,
    doctor_at,
    national_id,
    taipei,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers import PostgresServer

pytestmark = pytest.mark.postgres

JOINED = (ParticipationEntry(Programme.DEDICATED_DOCTOR, date(2025, 1, 1)),)
TOLD = 15
"""Events that tell of three clinics, each in the programme, and of their three doctors, each trained for it."""
TRAINED = TrainingEntry(Programme.DEDICATED_DOCTOR, "幼兒專責醫師訓練課程", 4, date(2025, 1, 18))


class Town:
    """Three clinics in the registry, matching that follows it, and a clock that both look at."""

    def __init__(self, closing: ExitStack, settings: Any) -> None:
        self.now = taipei(2, 18, 10)
        place = closing.enter_context(installation(settings))
        self.identity = closing.enter_context(identity_in(place, lambda: self.now))
        self.matching = closing.enter_context(matching_in(place, lambda: self.now))
        self._given = 0
        for number, code in enumerate(COUNTIES, start=1):
            self.open_clinic(number, code)

    def open_clinic(self, number: int, code: str) -> None:
        county, district = COUNTIES[code]
        clinic = registry.RecordInstitution(
            code, f"診所{code}", InstitutionKind.CLINIC, county, district, programmes=JOINED
        )
        doctor = registry.RecordPractitioner(
            DOCTORS[code], "醫師", "A", national_id(number, "C"), code, training=TRAINED, programmes=JOINED
        )
        self.enter(clinic)
        self.enter(doctor)

    def _key(self) -> str:
        self._given += 1
        return f"test/{self._given}"

    def enter(self, command: object) -> None:
        self.identity.handle(command, OPERATOR, self._key(), self.now)

    def submit(self, family: FamilyOf, *institutions: str):
        phone = self.matching.vault.subject_for([Identifier("mobile", family.contact.mobile)])
        parent = Principal(f"parent/{family.number}", Role.PARENT, frozenset({Assurance.OTP}), subject=phone)
        return self.matching.handle(family.application(*institutions), parent, self._key(), self.now)

    def answer(self, command: object, institution: str):
        return self.matching.handle(command, doctor_at(institution), self._key(), self.now)

    def case(self, case_id) -> Case:
        return self.matching.application.load(Case, case_id)

    def asked(self, case_id) -> str:
        """The institution that holds the case at present."""
        preference = self.case(case_id).preferences.open
        return preference.institution if preference else ""

    def withdrawn(self, case_id) -> list[ParticipationCause]:
        facts = self.matching.application.events.get(case_id)
        return [fact.cause for fact in facts if isinstance(fact, OfferWithdrawn)]

    def knows_doctor(self, number: str) -> bool:
        """Whether matching knows that this doctor takes part; whoever asks too early is told to ask again."""
        try:
            doctor = self.matching.application.desk.registry.doctor(number)
        except refusals.RegistryBehind:
            return False
        return doctor is not None and doctor.active

    def fill(self) -> None:
        """Let matching know what the registry has told so far, once."""
        for model in self.matching.models.values():
            rebuild_if_needed(model, self.matching.database, self.matching.logs[model.context])


@pytest.fixture
def town(postgres_server: PostgresServer, tmp_path: Path) -> Iterator[Town]:
    dsn, vault = postgres_server.new_database(), postgres_server.new_database()
    settings = load(
        {
            "CARETRAIL_VAR": str(tmp_path),
            "CARETRAIL_DATABASE_MATCHING": dsn,
            "CARETRAIL_DATABASE_IDENTITY": dsn,
            "CARETRAIL_DATABASE_VAULT": vault,
        }
    )
    # The queues of this process outlive an installation, and another one's messages are from another log.
    KombuChannel.queues.clear()
    with ExitStack() as closing:
        yield Town(closing, settings)
    postgres_server.drop_database(dsn)
    postgres_server.drop_database(vault)


@pytest.fixture
def working(town: Town) -> Iterator[Any]:
    """Everybody at work; calling it waits until something is so."""
    with town.identity.workers(), town.matching.workers() as workers:

        def until(is_so) -> None:
            while not is_so():
                assert not workers.wait(0.02)

        until(lambda: town.identity.log.head().position > 0)
        until(lambda: town.knows_doctor(DOCTORS[ZHONGHE]))
        until(lambda: town.matching.application.desk.registry.institution(ZHONGHE) is not None)
        yield until


def closed(code: str, since: date = date(2025, 2, 18)) -> registry.CloseInstitution:
    return registry.CloseInstitution(code, since, StandingReason.OWN_REQUEST)


def test_a_closed_institutions_offers_go_to_the_next_preference_and_waiting_ones_are_passed_over(town, working):
    first, second = town.submit(FamilyOf(1)), town.submit(FamilyOf(2), DAAN, BANQIAO, ZHONGHE)
    town.enter(closed(BANQIAO))
    working(lambda: town.asked(first.id) == DAAN)
    assert town.withdrawn(first.id) == [ParticipationCause.INSTITUTION_CLOSED]
    assert town.asked(second.id) == DAAN
    town.enter(closed(DAAN))
    working(lambda: town.asked(first.id) == town.asked(second.id) == ZHONGHE)
    assert town.case(second.id).preferences.status(2) == PreferenceStatus.PASSED_OVER


def test_a_family_that_had_agreed_is_asked_on_when_its_doctor_moves(town, working):
    outcome = town.submit(FamilyOf(1))
    town.answer(AcceptOffer(outcome.id, 1), BANQIAO)
    town.enter(registry.MovePractitioner(DOCTORS[BANQIAO], DAAN, date(2025, 2, 18)))
    working(lambda: town.asked(outcome.id) == DAAN)
    assert town.withdrawn(outcome.id) == [ParticipationCause.DOCTOR_MOVED]


def test_a_closure_that_lies_ahead_takes_offers_back_on_its_day(town, working):
    outcome = town.submit(FamilyOf(1))
    town.enter(closed(BANQIAO, date(2025, 2, 20)))
    town.enter(registry.SuspendInstitution(ZHONGHE, date(2025, 2, 18), StandingReason.ORDERED))
    working(lambda: not town.matching.application.desk.registry.institution(ZHONGHE).takes_part)
    assert town.asked(outcome.id) == BANQIAO
    town.now += timedelta(days=2)
    working(lambda: town.asked(outcome.id) == DAAN)


def test_nobody_chooses_who_takes_no_part_and_who_resumes_can_be_chosen_again(town, working):
    town.enter(registry.SuspendPractitioner(DOCTORS[BANQIAO], date(2025, 2, 18), StandingReason.ORDERED))
    working(lambda: not town.matching.application.desk.registry.doctor(DOCTORS[BANQIAO]).active)
    with pytest.raises(InvalidForm) as refused:
        town.submit(FamilyOf(1), BANQIAO)
    assert [type(refusal) for refusal in refused.value.refusals] == [refusals.DoctorNotTakingPart]
    town.enter(registry.ResumePractitioner(DOCTORS[BANQIAO], date(2025, 2, 18)))
    working(lambda: town.matching.application.desk.registry.doctor(DOCTORS[BANQIAO]).active)
    outcome = town.submit(FamilyOf(1), BANQIAO)
    seen = town.matching.log
    working(lambda: town.matching.log.position_of(outcome.id, outcome.version) is not None)
    assert seen.head().position > 0
    assert town.asked(outcome.id) == BANQIAO


def test_an_offer_decided_from_what_the_registry_said_before_the_closure_is_withdrawn_all_the_same(town):
    with town.identity.workers([Duty.RELAY]), town.matching.workers([Duty.RELAY, Duty.REACT]) as workers:

        def until(is_so) -> None:
            while not is_so():
                assert not workers.wait(0.02)

        until(lambda: town.identity.log.head().position == TOLD)
        town.fill()
        assert town.matching.application.desk.registry.institution(BANQIAO).takes_part
        town.enter(closed(BANQIAO))
        until(lambda: _participations(town))
        # Nobody keeps matching's rows of the registry up: it still takes the clinic for open, and asks it.
        outcome = town.submit(FamilyOf(1))
        until(lambda: town.asked(outcome.id) == DAAN)
        assert town.withdrawn(outcome.id) == [ParticipationCause.INSTITUTION_CLOSED]


def test_nobody_decides_before_the_registry_has_been_read(town):
    with town.identity.workers([Duty.RELAY]) as workers:
        while town.identity.log.head().position < TOLD:
            assert not workers.wait(0.02)
        with pytest.raises(refusals.RegistryBehind):
            town.submit(FamilyOf(1))


def _participations(town: Town) -> int:
    with town.matching.database.connect(name="test") as connection:
        [(count,)] = connection.execute("select count(*) from event where type like '%ParticipationEnded%'").fetchall()
    return int(count)
