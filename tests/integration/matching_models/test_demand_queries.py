"""What is told to everybody: who waits for a doctor, how long answers take, how long consent took last month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from services.matching import events
from services.matching.domain.waiting import WINDOW_DAYS, Span
from services.matching.read_models.case_statistics import CaseStatistics
from services.matching.read_models.doctor_demand import DoctorDemand, Place, Wait, demand_of
from services.matching.read_models.public_figures import consent_time
from services.matching.read_models.stated_places import StatedPlaces, places_of
from shared.calendar import working_calendar
from tests.controls.enrolments import places_stated
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_DOCTOR
from tests.unit.matching_models.story import FIRST, KEELUNG, KEELUNG_DOCTOR, MATSU, MATSU_DOCTOR, NOON, Story, place

pytestmark = pytest.mark.postgres

DAY = date(2025, 2, 18)
AT_MATSU, AT_KEELUNG = Place(MATSU, MATSU_DOCTOR), Place(KEELUNG, KEELUNG_DOCTOR)


def case(number):
    return Story(UUID(int=number), f"250218P120{number:04}", NOON)


def answered_days_later(story, days):
    story.accepted()
    story.events[-2] = replace(story.events[-2], timestamp=story.days_on(days))
    return story


@pytest.fixture
def demand(shelf):
    told = [
        case(1).submitted().offered(),
        case(2).submitted().offered(),
        answered_days_later(case(3).submitted().offered(), 2),
        answered_days_later(case(4).submitted().offered(), 2),
        case(5).submitted().offered().happened(events.OfferExpired, **place(FIRST)),
        case(6).submitted().offered().withdrawn(),
    ]
    reader = shelf(DoctorDemand(), [event for story in told for event in story.events])
    return lambda today: demand_of(reader, [AT_MATSU, AT_KEELUNG], today)


def test_a_doctor_is_told_with_who_waits_and_what_was_answered(demand):
    assert demand(DAY + timedelta(days=3)) == {
        AT_MATSU: Wait((Span(DAY, DAY + timedelta(days=2), 2),), unanswered=1, waiting=2),
        AT_KEELUNG: Wait(),
    }


def test_answers_are_told_for_as_long_as_the_window_and_who_waits_for_ever(demand):
    last = DAY + timedelta(days=2 + WINDOW_DAYS)
    assert [span.cases for span in demand(last)[AT_MATSU].answers] == [2]
    assert demand(last + timedelta(days=1))[AT_MATSU] == Wait(waiting=2)


def test_places_are_told_of_the_doctors_asked_about(shelf):
    reader = shelf(StatedPlaces(), [places_stated()])
    ours = Place(BANQIAO_CLINIC, BANQIAO_DOCTOR)
    [(of, stated)] = places_of(reader, [ours, Place(BANQIAO_CLINIC, DAAN_DOCTOR)]).items()
    assert (of, stated.places) == (ours, 12)


def test_the_time_to_consent_is_the_median_of_last_months_new_applications(shelf):
    stories = [answered_days_later(case(number).submitted().offered(), 1) for number in range(1, 4)]
    stories += [answered_days_later(case(number).submitted().offered(), 7) for number in (4, 5, 6)]
    stories += [answered_days_later(case(7).submitted().offered(), 20), case(8).submitted().offered()]
    stories += [answered_days_later(case(9).change_submitted().former_closed().offered(), 1)]
    reader = shelf(CaseStatistics(), [event for story in stories for event in story.events])

    told = consent_time(reader, date(2025, 3, 31), working_calendar())
    assert (told.first_day, told.last_day) == (date(2025, 2, 1), date(2025, 2, 28))
    assert (told.cases, told.median_working_days) == (6, Decimal("3.0"))

    next_month = consent_time(reader, date(2025, 4, 1), working_calendar())
    assert (next_month.cases, next_month.median_working_days) == (1, None)


def test_the_first_consent_counts_and_no_later_one(shelf):
    story = answered_days_later(case(1).submitted().offered(), 1)
    story.released().happened(events.PreferenceOffered, **place(FIRST), answer_by=NOON, remind_at=())
    story.accepted()
    told = consent_time(shelf(CaseStatistics(), story.events), date(2025, 3, 1), working_calendar())
    assert told.cases == 1
