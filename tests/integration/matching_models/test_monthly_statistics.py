"""How the months compare, and who may compare them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from services.matching.events import DeclineReason
from services.matching.read_models.case_statistics import CaseStatistics
from services.matching.read_models.monthly_statistics import MOST_MONTHS, MonthCounts, by_month
from shared.calendar import working_calendar
from shared.principal import Role
from tests.integration.matching_models.people import bureau, doctor, parent, staff
from tests.unit.matching_models.story import CONTACT, FIRST, MATSU, MATSU_DOCTOR, SECOND, Story

pytestmark = pytest.mark.postgres

OPERATOR = staff(Role.OPERATOR)
TODAY = date(2025, 3, 15)
LAST_OF_FEBRUARY = datetime(2025, 2, 28, 15, tzinfo=UTC)
"""23:00 in Taipei: what follows an hour later belongs to March."""


def case(number, began):
    return Story(UUID(int=number), f"250218P120{number:04}", began)


def events_of(*stories):
    return [event for story in stories for event in story.events]


@pytest.fixture
def counted(shelf):
    early = datetime(2025, 2, 3, 4, tzinfo=UTC)
    told = [
        *(case(number, early).submitted().offered().accepted() for number in range(1, 6)),
        case(6, early).submitted(FIRST, SECOND).offered().declined().offered(SECOND).declined(SECOND),
        case(7, early).change_submitted(),
        case(8, LAST_OF_FEBRUARY).submitted(county="基隆市").offered().accepted(),
        case(9, LAST_OF_FEBRUARY).submitted().offered().declined(),
    ]
    reader = shelf(CaseStatistics(), events_of(*told))
    return lambda principal, months=2: by_month(reader, principal, TODAY, working_calendar(), months)


def test_each_month_counts_what_happened_in_its_taipei_days(counted):
    full = {DeclineReason.CAPACITY_FULL: 2}
    assert counted(OPERATOR) == [
        MonthCounts(date(2025, 2, 1), 9, 1, 5, Decimal("0.0"), 2, full),
        MonthCounts(date(2025, 3, 1), 0, 0, 1, None, 1, {DeclineReason.CAPACITY_FULL: 1}),
    ]


def test_a_bureau_compares_the_months_of_its_own_children(counted):
    february, march = counted(bureau("基隆市"))
    assert (february.submitted, february.matched, march.submitted, march.matched) == (1, 0, 0, 1)
    assert (february.declined, march.declined) == (0, 0)


def test_so_many_months_are_shown_as_are_asked_for_and_never_without_end(counted):
    assert [row.month for row in counted(OPERATOR, 4)] == [
        date(2024, 12, 1),
        date(2025, 1, 1),
        date(2025, 2, 1),
        date(2025, 3, 1),
    ]
    assert len(counted(OPERATOR, 10_000)) == MOST_MONTHS
    assert counted(OPERATOR, 0) == counted(OPERATOR, 1)


@pytest.mark.parametrize(
    "principal", [doctor(MATSU, MATSU_DOCTOR), parent(CONTACT), bureau(None)], ids=["clinic", "parent", "no county"]
)
def test_nobody_else_compares_months(counted, principal):
    assert counted(principal) == []


def test_the_median_of_a_month_counts_from_the_application(shelf):
    stories = [case(number, LAST_OF_FEBRUARY).submitted().offered().accepted() for number in range(1, 6)]
    for story in stories:
        story.events[-2] = replace(story.events[-2], timestamp=story.days_on(5))
    [_, march] = by_month(shelf(CaseStatistics(), events_of(*stories)), OPERATOR, TODAY, working_calendar(), 2)
    assert (march.matched, march.median_working_days) == (5, Decimal("3.0"))
