"""What a clinic finds in its list, by filter and page, and that others find nothing."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from services.matching import events
from services.matching.domain.statuses import EnrolmentStatus, PreferenceStatus
from services.matching.read_models.clinic_worklist import ClinicWorklist
from services.matching.read_models.worklist_search import (
    NOTHING,
    Order,
    TabCounts,
    WorklistFilters,
    accepted_offers,
    newest_offers,
    offers_of_case,
    tab_counts,
    worklist,
)
from shared.principal import Role
from shared.read_models.paging import CursorUnknown, PageTooLong
from shared.sealing import SubjectId
from tests.integration.matching_models.people import bureau, doctor, parent, staff
from tests.unit.matching_models.story import (
    CONTACT,
    EXPECTED_BABY,
    KEELUNG,
    KEELUNG_DOCTOR,
    MATSU,
    MATSU_DOCTOR,
    NOON,
    SECOND,
    GlassOpener,
    Story,
    sealed,
)

pytestmark = pytest.mark.postgres

COLLEAGUE = "D0000002"
MATSU_COLLEAGUE = events.Preference(1, MATSU, COLLEAGUE, "連江縣", "南竿鄉")
OTHER_MOTHER = SubjectId(UUID("00000000-0000-4000-8000-000000307e41"))
UNBORN = SubjectId(UUID("00000000-0000-4000-8000-0000000c411e"))
CLINIC = doctor(MATSU, MATSU_DOCTOR, COLLEAGUE)


def case_id(number: int) -> UUID:
    return UUID(int=number)


def case(number: int) -> Story:
    """The case of this number began as many days after the first."""
    return Story(case_id(number), f"2502{17 + number}P1200001", NOON + timedelta(days=number - 1))


def cases() -> list[events.Event]:
    """Five cases at the clinic of Matsu, and one at Keelung's that has not been asked."""
    stories = [
        case(1).submitted().offered(),
        case(2).submitted(SECOND, MATSU_COLLEAGUE, county="基隆市").offered(MATSU_COLLEAGUE).declined(MATSU_COLLEAGUE),
        case(3).submitted(born=False, child=sealed(UNBORN, EXPECTED_BABY), child_subject=UNBORN).offered().accepted(),
        case(4).submitted(birth_order=2, mother_subject=OTHER_MOTHER).offered().accepted().signed().enrolled(),
        case(5).submitted().offered().happened(events.OfferExpired, rank=1, institution=MATSU, doctor=MATSU_DOCTOR),
        case(6).submitted(SECOND),
    ]
    return [event for story in stories for event in story.events]


@pytest.fixture
def reader(shelf):
    return shelf(ClinicWorklist(GlassOpener()), cases())


def found(reader, filters: WorklistFilters, principal=CLINIC) -> list[int]:
    """Numbers of the cases listed."""
    return [entry.case_id.int for entry in worklist(reader, principal, filters).entries]


def test_without_filters_a_clinic_sees_everything_it_was_asked_oldest_first(reader):
    assert found(reader, WorklistFilters()) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({"county": "基隆市"}, [2]),
        ({"district": "北竿鄉"}, [3]),
        ({"birth_from": date(2025, 2, 2)}, [3]),
        ({"birth_until": date(2025, 2, 1)}, [1, 2, 4, 5]),
        ({"birth_from": date(2025, 2, 1), "birth_until": date(2025, 2, 1)}, [1, 2, 4, 5]),
        ({"mother": OTHER_MOTHER}, [4]),
        ({"birth_orders": (2,)}, [4]),
        ({"birth_orders": (0, 2)}, [1, 2, 3, 4, 5]),
        ({"enrolments": (EnrolmentStatus.ENROLLED,)}, [4]),
        ({"enrolments": (EnrolmentStatus.NOT_ENROLLED, EnrolmentStatus.ENROLLED)}, [1, 2, 3, 4, 5]),
        ({"institution": MATSU}, [1, 2, 3, 4, 5]),
        ({"institution": KEELUNG}, []),
        ({"doctor": COLLEAGUE}, [2]),
        ({"applied_from": date(2025, 2, 20)}, [3, 4, 5]),
        ({"applied_until": date(2025, 2, 19)}, [1, 2]),
        ({"case_no": "250220P1200001"}, [3]),
        ({"statuses": (PreferenceStatus.OFFERED,)}, [1]),
        ({"statuses": (PreferenceStatus.DECLINED, PreferenceStatus.EXPIRED)}, [2, 5]),
        ({"statuses": (PreferenceStatus.ACCEPTED,), "enrolments": (EnrolmentStatus.NOT_ENROLLED,)}, [3]),
    ],
)
def test_each_filter_narrows_the_list(reader, filters, numbers):
    assert found(reader, WorklistFilters(**filters)) == numbers


def test_a_doctor_sees_only_the_cases_that_chose_that_doctor(reader):
    assert found(reader, WorklistFilters(), doctor(MATSU, COLLEAGUE)) == [2]
    assert found(reader, WorklistFilters(), doctor(MATSU, COLLEAGUE, role=Role.CASE_MANAGER)) == [2]
    assert found(reader, WorklistFilters(), doctor(KEELUNG, MATSU_DOCTOR)) == []


def test_of_the_cases_that_were_ticked_each_is_told_once_the_nearest_day_first(reader):
    ticked = [case_id(number) for number in (5, 2, 1, 3, 1)]
    assert [offer.case_id.int for offer in newest_offers(reader, ticked, CLINIC)] == [1, 3, 2, 5]


def test_of_a_case_that_was_offered_twice_the_newest_offer_is_told(shelf):
    again = events.Preference(2, MATSU, COLLEAGUE, "連江縣", "南竿鄉")
    told = case(1).submitted(events.Preference(1, MATSU, MATSU_DOCTOR, "連江縣", "南竿鄉"), again)
    told.offered().declined().offered(again)
    [newest] = newest_offers(shelf(ClinicWorklist(GlassOpener()), told.events), [case_id(1)], CLINIC)
    assert newest.rank == 2


def test_a_clinic_hears_nothing_before_it_is_asked(reader):
    keelung = doctor(KEELUNG, KEELUNG_DOCTOR)

    assert found(reader, WorklistFilters(), keelung) == []
    assert newest_offers(reader, [case_id(6)], keelung) == []
    assert offers_of_case(reader, case_id(6), keelung) == []


@pytest.mark.parametrize(
    "principal",
    [
        doctor(None, MATSU_DOCTOR),
        doctor(MATSU),
        parent(CONTACT),
        bureau("連江縣"),
        staff(Role.OPERATOR),
        staff(Role.AUDITOR),
    ],
)
def test_whoever_is_not_of_the_clinic_finds_nothing(reader, principal):
    assert found(reader, WorklistFilters(), principal) == []
    assert newest_offers(reader, [case_id(1)], principal) == []
    assert offers_of_case(reader, case_id(1), principal) == []
    assert tab_counts(reader, principal) == NOTHING
    assert accepted_offers(reader, principal, [case_id(3)]) == []


def test_pages_follow_one_another_without_a_gap_or_a_repetition(reader):
    pages, cursor = [], None
    while True:
        page = worklist(reader, CLINIC, limit=2, cursor=cursor)
        pages.append([entry.case_id.int for entry in page.entries])
        cursor = page.following
        if cursor is None:
            break

    assert pages == [[1, 2], [3, 4], [5]]


def test_a_cursor_that_was_never_given_out_is_refused(reader):
    with pytest.raises(CursorUnknown):
        worklist(reader, CLINIC, cursor="bm90IGEgY3Vyc29y")
    with pytest.raises(CursorUnknown):
        worklist(reader, CLINIC, cursor="頁")


@pytest.mark.parametrize("limit", [0, 201])
def test_a_page_has_bounds(reader, limit):
    with pytest.raises(PageTooLong):
        worklist(reader, CLINIC, limit=limit)


def test_one_offer_is_found_by_its_case(reader):
    [declined] = offers_of_case(reader, case_id(2), CLINIC)
    assert declined.decline_reason == events.DeclineReason.CAPACITY_FULL


def test_only_what_is_accepted_and_not_enrolled_can_be_exported(reader):
    every = [case_id(number) for number in range(1, 7)]

    assert [row.case_id.int for row in accepted_offers(reader, CLINIC, every)] == [3]
    assert accepted_offers(reader, doctor(MATSU, COLLEAGUE), every) == []
    assert accepted_offers(reader, CLINIC, []) == []


def test_the_nearest_deadline_comes_first_and_last_what_has_none(reader):
    listed = worklist(reader, CLINIC, order=Order.DEADLINE).entries
    days = [entry.due_by for entry in listed if entry.due_by]
    assert days == sorted(days)
    assert [entry.case_id.int for entry in listed] == [1, 3, 2, 4, 5]


def test_pages_by_deadline_follow_one_another_without_a_gap_or_a_repetition(reader):
    pages, cursor = [], None
    while not pages or cursor:
        page = worklist(reader, CLINIC, order=Order.DEADLINE, limit=2, cursor=cursor)
        pages.append([entry.case_id.int for entry in page.entries])
        cursor = page.following
    assert pages == [[1, 3], [2, 4], [5]]


def test_a_cursor_belongs_to_the_order_that_it_came_from(reader):
    cursor = worklist(reader, CLINIC, order=Order.DEADLINE, limit=2).following
    with pytest.raises(CursorUnknown):
        worklist(reader, CLINIC, order=Order.OLDEST, cursor=cursor)


def test_each_tab_is_counted_under_the_filters_of_the_list(reader):
    assert tab_counts(reader, CLINIC) == TabCounts(waiting=1, notice=1, enrolled=1, closed=2, all=5)
    assert tab_counts(reader, CLINIC, WorklistFilters(doctor=COLLEAGUE)) == TabCounts(0, 0, 0, 1, 1)


def test_a_case_asked_twice_of_one_clinic_shows_both_offers_the_newest_first(shelf):
    colleague = events.Preference(2, MATSU, COLLEAGUE, "連江縣", "南竿鄉")
    told = case(1).submitted(MATSU_COLLEAGUE, colleague).offered(MATSU_COLLEAGUE).declined(MATSU_COLLEAGUE)
    reader = shelf(ClinicWorklist(GlassOpener()), told.offered(colleague).events)
    assert [offer.rank for offer in offers_of_case(reader, case_id(1), CLINIC)] == [2, 1]
