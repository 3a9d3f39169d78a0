"""餘額: the places that a clinic states, by whom, of whom."""

import pytest

from services.matching import commands
from services.matching.domain import refusals
from tests.controls.applicants import BANQIAO, DAAN, DOCTORS, doctor_at

pytestmark = pytest.mark.postgres


def test_a_clinic_states_places_of_its_own_doctor_as_often_as_it_likes(office):
    said = [office.ask(commands.StatePlaces(DOCTORS[BANQIAO], places), doctor_at(BANQIAO)) for places in (3, 3, None)]

    recorded = [office.matching.events.get(outcome.id) for outcome in said]
    assert [(fact.institution, fact.doctor, fact.places) for [fact] in recorded] == [
        (BANQIAO, DOCTORS[BANQIAO], 3),
        (BANQIAO, DOCTORS[BANQIAO], 3),
        (BANQIAO, DOCTORS[BANQIAO], None),
    ]


def test_a_clinic_states_no_places_of_another_clinics_doctor(office):
    with pytest.raises(refusals.NotYourDoctor):
        office.ask(commands.StatePlaces(DOCTORS[DAAN], 3), doctor_at(BANQIAO))


def test_a_doctor_who_has_moved_has_no_places_at_the_former_institution(office):
    office.registry.moves(DOCTORS[BANQIAO], DAAN)
    with pytest.raises(refusals.DoctorNotAtInstitution):
        office.ask(commands.StatePlaces(DOCTORS[BANQIAO], 3), doctor_at(BANQIAO))
