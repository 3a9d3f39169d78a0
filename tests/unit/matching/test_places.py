"""What a clinic says of the places that a doctor has left."""

import pytest

from services.matching.domain import refusals
from services.matching.domain.access import speaking_for
from services.matching.domain.records import MOST_PLACES, PlacesStatement
from tests.controls.deciding import payload
from tests.controls.enrolments import places_stated
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_DOCTOR, taipei
from tests.unit.matching.callers import DOCTOR

NOW = taipei(2, 20, 9)


@pytest.mark.parametrize("places", [0, 1, MOST_PLACES, None])
def test_a_clinic_states_the_places_that_a_doctor_has_left_or_takes_the_statement_back(places):
    record = PlacesStatement.record(BANQIAO_CLINIC, BANQIAO_DOCTOR, places, NOW)

    assert [payload(fact) for fact in record.collect_events()] == [payload(places_stated(places=places))]


@pytest.mark.parametrize("places", [-1, MOST_PLACES + 1])
def test_nobody_has_fewer_than_no_places_or_more_than_anybody_cares_for(places):
    with pytest.raises(refusals.PlacesOutOfRange) as refused:
        PlacesStatement.record(BANQIAO_CLINIC, BANQIAO_DOCTOR, places, NOW)
    assert refused.value.params == {"limit": MOST_PLACES}


def test_only_who_is_the_doctor_or_acts_for_that_doctor_speaks_of_the_places():
    assert speaking_for(DOCTOR, BANQIAO_DOCTOR) is None
    assert isinstance(speaking_for(DOCTOR, DAAN_DOCTOR), refusals.NotYourDoctor)
