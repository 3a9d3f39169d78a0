"""How long a doctor's answers take and who waits: offer by offer, and the places that a clinic states."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.matching import events
from services.matching.domain.waiting import LEAST_CASES, Span, median_working_days
from services.matching.read_models.doctor_demand import Asked, Demand, DoctorDemand
from services.matching.read_models.stated_places import Stated, StatedPlaces
from shared.calendar import working_calendar
from tests.controls.enrolments import places_stated
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, taipei
from tests.unit.matching_models.story import CASE, FIRST, MATSU, MATSU_DOCTOR, SECOND, Story, fold, place

DAY = date(2025, 2, 18)
WAITING = Demand(CASE, 1, MATSU, MATSU_DOCTOR, DAY)


def expired(story, at=FIRST):
    return story.happened(events.OfferExpired, **place(at))


def taken_back(story, at=FIRST):
    gone = {"county": "連江縣", "cause": events.ParticipationCause.DOCTOR_SUSPENDED, "agreed": False}
    return story.happened(events.OfferWithdrawn, **place(at), **gone)


def test_an_offer_waits_from_its_day_on():
    assert fold(DoctorDemand(), Story().submitted().offered().events) == {(CASE, 1): WAITING}


@pytest.mark.parametrize(
    ("ending", "became"),
    [
        (Story.accepted, Asked.ANSWERED),
        (Story.declined, Asked.ANSWERED),
        (expired, Asked.UNANSWERED),
        (taken_back, Asked.CALLED_OFF),
        (Story.withdrawn, Asked.CALLED_OFF),
        (Story.enrolled_elsewhere, Asked.CALLED_OFF),
    ],
)
def test_an_offer_is_over_as_it_ended(ending, became):
    story = ending(Story().submitted().offered())
    [demand] = fold(DoctorDemand(), story.events).values()
    assert (demand.asked, demand.over_on) == (became, DAY)


def test_what_was_answered_stays_answered_whatever_becomes_of_the_case():
    for story in (
        Story().submitted().offered().accepted().withdrawn(),
        taken_back(Story().submitted().offered().accepted()),
        Story().submitted().offered().accepted().enrolled_elsewhere(),
    ):
        [demand] = fold(DoctorDemand(), story.events).values()
        assert demand.asked == Asked.ANSWERED


def test_each_preference_that_is_asked_counts_for_its_own_doctor():
    rows = fold(DoctorDemand(), Story().submitted(FIRST, SECOND).offered().declined().offered(SECOND).events)
    assert {key[1]: row.asked for key, row in rows.items()} == {1: Asked.ANSWERED, 2: Asked.OPEN}


def test_what_a_clinic_said_last_of_its_places_stands_until_it_takes_it_back():
    key = (BANQIAO_CLINIC, BANQIAO_DOCTOR)
    said = [places_stated(places=3), replace(places_stated(places=0), timestamp=taipei(2, 21, 9))]

    assert fold(StatedPlaces(), said) == {key: Stated(*key, 0, taipei(2, 21, 9))}
    assert fold(StatedPlaces(), [*said, places_stated(places=None)]) == {}


FRIDAY, MONDAY, TUESDAY = date(2025, 2, 14), date(2025, 2, 17), date(2025, 2, 18)


@pytest.mark.parametrize(
    ("spans", "days"),
    [
        ([Span(FRIDAY, MONDAY, LEAST_CASES)], Decimal("1.0")),
        ([Span(FRIDAY, FRIDAY, LEAST_CASES)], Decimal("0.0")),
        ([Span(FRIDAY, MONDAY, 3), Span(FRIDAY, TUESDAY, 3)], Decimal("1.5")),
        ([Span(FRIDAY, MONDAY, LEAST_CASES - 1)], None),
        ([], None),
    ],
)
def test_a_median_counts_working_days_and_is_told_of_enough_cases_only(spans, days):
    assert median_working_days(spans, working_calendar()) == days
