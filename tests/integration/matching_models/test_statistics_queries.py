"""What is counted, by county and by institution, and who may count."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from services.matching import events
from services.matching.read_models.case_statistics import (
    CaseStatistics,
    CountyCounts,
    InstitutionCounts,
    ReasonCount,
    by_county,
    by_institution,
    declines,
)
from shared.principal import Role
from shared.sealing import SubjectId
from tests.integration.matching_models.people import bureau, doctor, parent, staff
from tests.unit.matching_models.story import (
    CONTACT,
    FIRST,
    HUALIEN,
    KEELUNG,
    KEELUNG_DOCTOR,
    MATSU,
    MATSU_DOCTOR,
    NOON,
    SECOND,
    Story,
    place,
)

pytestmark = pytest.mark.postgres

OPERATOR = staff(Role.OPERATOR)


def case(number: int) -> Story:
    return Story(UUID(int=number), f"250218P120{number:04}", NOON + timedelta(minutes=number - 1))


def child(number: int) -> SubjectId:
    return SubjectId(UUID(int=1000 + number))


def cases() -> list[events.Event]:
    """Answers come an hour after the offer, but for case 2, whose institution never answers."""
    stories = [
        case(1).submitted(FIRST, SECOND, child_subject=child(1)).offered().declined().offered(SECOND).accepted(SECOND),
        case(2).submitted(child_subject=child(2)).offered().happened(events.OfferExpired, **place(FIRST)).unmatched(),
        case(3).submitted(child_subject=child(3)).offered().accepted().signed().enrolled().recorded(case_no="x"),
        case(4).submitted(SECOND, child_subject=child(4), county="基隆市").offered(SECOND).enrolled_elsewhere(SECOND),
        case(5).change_submitted(),
        case(6).submitted(SECOND, child_subject=child(6), county="基隆市").offered(SECOND).withdrawn(),
    ]
    return [event for story in stories for event in story.events]


@pytest.fixture
def reader(shelf):
    return shelf(CaseStatistics(), cases())


HOUR = Decimal("0.04")
MATSU_COUNTS = CountyCounts(
    county="連江縣",
    children=4,
    cases=4,
    changes=1,
    live=2,
    matched=1,
    unmatched=1,
    withdrawn=0,
    elsewhere=0,
    enrolments=1,
    on_paper=0,
    closed=0,
    days_to_answer=HOUR,
)
KEELUNG_COUNTS = CountyCounts(
    county="基隆市",
    children=2,
    cases=2,
    changes=0,
    live=0,
    matched=1,
    unmatched=0,
    withdrawn=1,
    elsewhere=1,
    enrolments=0,
    on_paper=0,
    closed=0,
    days_to_answer=None,
)
MATSU_HOSPITAL = InstitutionCounts(MATSU, 3, 1, 1, 1, 0, 1, 0, HOUR)
KEELUNG_HOSPITAL = InstitutionCounts(KEELUNG, 3, 1, 0, 0, 0, 0, 0, HOUR)


def test_a_county_counts_its_children_by_what_became_of_them(reader):
    assert {counts.county: counts for counts in by_county(reader, OPERATOR)} == {
        "連江縣": MATSU_COUNTS,
        "基隆市": KEELUNG_COUNTS,
    }


def test_an_institution_counts_distinct_cases_by_its_answers(reader):
    assert by_institution(reader, OPERATOR) == [KEELUNG_HOSPITAL, MATSU_HOSPITAL]


def test_the_reasons_of_declines_are_counted(reader):
    assert declines(reader, OPERATOR) == [ReasonCount(MATSU, events.DeclineReason.CAPACITY_FULL, 1)]


def test_a_child_with_two_cases_counts_once(shelf):
    told = [event for number in (1, 2) for event in case(number).submitted(child_subject=child(1)).events]

    (counts,) = by_county(shelf(CaseStatistics(), told), OPERATOR)

    assert (counts.children, counts.cases) == (1, 2)


def test_a_case_asked_twice_of_one_institution_counts_once_there(shelf):
    colleague = events.Preference(2, MATSU, "D0000002", "連江縣", "南竿鄉")
    told = case(1).submitted(FIRST, colleague).offered().declined().offered(colleague).declined(colleague).events

    (counts,) = by_institution(shelf(CaseStatistics(), told), OPERATOR)

    assert (counts.asked, counts.declined) == (1, 1)


def test_the_median_takes_the_middle_answer(shelf):
    told = []
    for number, days in ((1, 1), (2, 2), (3, 9)):
        story = case(number).submitted().offered()
        later = story.days_on(days) + timedelta(hours=1)
        story.declined()
        story.events[-1] = type(story.events[-1])(**{**vars(story.events[-1]), "timestamp": later})
        told += story.events

    (counts,) = by_institution(shelf(CaseStatistics(), told), OPERATOR)

    assert counts.days_to_answer == Decimal("2.00")


def test_paper_enrolments_and_closures_count_where_they_are(shelf):
    (county,) = by_county(reader := shelf(CaseStatistics(), Story().recorded().closed().events), OPERATOR)
    (institution,) = by_institution(reader, OPERATOR)

    assert (county.cases, county.enrolments, county.on_paper, county.closed, county.children) == (0, 1, 1, 1, 1)
    assert (institution.asked, institution.enrolments, institution.closed) == (0, 1, 1)
    assert institution.days_to_answer is None


def test_a_bureau_counts_its_own_county(reader):
    assert by_county(reader, bureau("基隆市")) == [KEELUNG_COUNTS]
    assert by_institution(reader, bureau("基隆市")) == [KEELUNG_HOSPITAL]
    assert by_institution(reader, bureau("連江縣")) == [MATSU_HOSPITAL]
    assert declines(reader, bureau("基隆市")) == []


def test_a_clinic_counts_itself_and_no_county(reader):
    clinic = doctor(MATSU, MATSU_DOCTOR)

    assert by_county(reader, clinic) == []
    assert by_institution(reader, clinic) == [MATSU_HOSPITAL]
    assert by_institution(reader, doctor(HUALIEN, KEELUNG_DOCTOR)) == []


@pytest.mark.parametrize(
    "principal",
    [parent(CONTACT), bureau(None), doctor(None, MATSU_DOCTOR), staff(Role.PROCESS)],
    ids=lambda principal: principal.id,
)
def test_whoever_answers_for_nothing_counts_nothing(reader, principal):
    assert by_county(reader, principal) == []
    assert by_institution(reader, principal) == []
    assert declines(reader, principal) == []
