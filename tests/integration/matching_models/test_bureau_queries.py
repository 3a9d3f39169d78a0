"""Every case of a bureau's jurisdiction, by filters, counts and pages; and that others find none."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from services.matching import events
from services.matching.domain.statuses import MatchStatus
from services.matching.read_models.bureau_board import BureauBoard
from services.matching.read_models.bureau_cases import (
    NO_CASES,
    CaseCounts,
    CaseFilters,
    Flag,
    bureau_case,
    bureau_cases,
    case_counts,
)
from shared.principal import Role
from shared.read_models.paging import CursorUnknown, PageTooLong
from shared.sealing import SubjectId
from tests.integration.matching_models.people import bureau, doctor, parent, staff
from tests.unit.matching_models.story import (
    BIRTH,
    CONTACT,
    EXPECTED_BABY,
    KEELUNG,
    MATSU,
    MATSU_DOCTOR,
    NOON,
    SECOND,
    GlassOpener,
    Story,
    sealed,
)

pytestmark = pytest.mark.postgres

MATSU_BUREAU, KEELUNG_BUREAU = bureau("連江縣"), bureau("基隆市", Role.BUREAU_OFFICER)
SOON, LATE = NOON + timedelta(days=6), NOON + timedelta(days=15)
OTHER_MOTHER = SubjectId(UUID("00000000-0000-4000-8000-000000307e41"))


def case(number: int) -> Story:
    """The case of this number began as many days after the first."""
    return Story(UUID(int=number), f"2502{17 + number}P1200001", NOON + timedelta(days=number - 1))


def cases() -> list[events.Event]:
    """Offers run 7 days, closures likewise."""
    unborn = {"born": False, "child": sealed(BIRTH, EXPECTED_BABY), "child_subject": BIRTH}
    stories = [
        case(1).submitted().offered(),
        case(2).submitted(mother_subject=OTHER_MOTHER).offered().declined().unmatched(),
        case(3).submitted(**unborn).offered().accepted(),
        case(4).change_submitted(),
        case(5).submitted().offered().accepted().enrolled_elsewhere(),
        case(6).submitted(SECOND, county="基隆市").offered(SECOND).withdrawn(),
        case(7).submitted(SECOND).offered(SECOND),
    ]
    return [event for story in stories for event in story.events]


@pytest.fixture
def reader(shelf):
    return shelf(BureauBoard(GlassOpener()), cases())


def found(reader, filters=None, principal=MATSU_BUREAU, now=SOON) -> list[int]:
    return [entry.id.int for entry in bureau_cases(reader, principal, filters or CaseFilters(), now).entries]


def test_without_filters_a_bureau_sees_its_whole_jurisdiction_newest_first(reader):
    assert found(reader) == [7, 5, 4, 3, 2, 1]


def test_a_case_put_before_an_institution_of_the_county_is_of_its_jurisdiction_too(reader):
    assert found(reader, principal=KEELUNG_BUREAU) == [7, 6]


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({"statuses": (MatchStatus.MATCHING,)}, [7, 1]),
        ({"statuses": (MatchStatus.UNMATCHED, MatchStatus.AWAITING_NOTICE)}, [3, 2]),
        ({"kinds": (events.CaseKind.CHANGE,)}, [4]),
        ({"institution": KEELUNG}, [7]),
        ({"institution": MATSU}, [4, 3, 1]),
        ({"district": "北竿鄉"}, [3]),
        ({"applied_from": date(2025, 2, 22)}, [7, 5]),
        ({"applied_until": date(2025, 2, 18)}, [1]),
        ({"birth_from": date(2025, 6, 30)}, [3]),
        ({"birth_until": date(2025, 6, 29)}, [7, 5, 4, 2, 1]),
        ({"mother": OTHER_MOTHER}, [2]),
        ({"case_no": "250219P1200001"}, [2]),
        ({"flags": (Flag.MISMATCH,)}, [5]),
        ({"flags": (Flag.OVERDUE,)}, []),
        ({"statuses": (MatchStatus.MATCHING,), "institution": MATSU}, [1]),
    ],
)
def test_each_filter_narrows_the_list(reader, filters, numbers):
    assert found(reader, CaseFilters(**filters)) == numbers


def test_what_was_in_time_becomes_overdue_by_itself(reader):
    assert found(reader, CaseFilters(flags=(Flag.OVERDUE,)), now=LATE) == [7, 4, 1]
    assert found(reader, CaseFilters(flags=(Flag.OVERDUE, Flag.MISMATCH)), now=LATE) == []


def test_the_counts_are_those_of_the_lists(reader):
    assert case_counts(reader, MATSU_BUREAU, CaseFilters(), LATE) == CaseCounts(
        all=6,
        awaiting_closure=1,
        matching=2,
        awaiting_notice=1,
        matched=1,
        unmatched=1,
        withdrawn=0,
        mismatch=1,
        overdue=3,
    )
    assert case_counts(reader, MATSU_BUREAU, CaseFilters(mother=OTHER_MOTHER), LATE).all == 1


def test_a_case_that_left_an_institution_leaves_that_countys_jurisdiction(shelf):
    story = case(1).submitted(SECOND).offered(SECOND).declined(SECOND).unmatched()
    reader = shelf(BureauBoard(GlassOpener()), story.events)
    assert found(reader, principal=KEELUNG_BUREAU) == []
    assert bureau_case(reader, "250218P1200001", KEELUNG_BUREAU) is None


def test_one_case_is_found_by_its_number_within_the_jurisdiction(reader):
    assert bureau_case(reader, "250218P1200001", MATSU_BUREAU).id.int == 1
    assert bureau_case(reader, "250218P1200001", KEELUNG_BUREAU) is None
    assert bureau_case(reader, "250224P1200001", KEELUNG_BUREAU).id.int == 7


@pytest.mark.parametrize(
    "principal",
    [bureau(None), parent(CONTACT), doctor(MATSU, MATSU_DOCTOR), staff(Role.OPERATOR), staff(Role.AUDITOR)],
    ids=lambda principal: principal.id,
)
def test_whoever_is_no_bureau_finds_nothing(reader, principal):
    assert found(reader, principal=principal) == []
    assert case_counts(reader, principal, CaseFilters(), SOON) == NO_CASES
    assert bureau_case(reader, "250218P1200001", principal) is None


def test_pages_follow_one_another_without_a_gap_or_a_repetition(reader):
    pages, cursor = [], None
    while not pages or cursor:
        page = bureau_cases(reader, MATSU_BUREAU, CaseFilters(), SOON, limit=4, cursor=cursor)
        pages.append([entry.id.int for entry in page.entries])
        cursor = page.following
    assert pages == [[7, 5, 4, 3], [2, 1]]


def test_a_page_has_bounds_and_a_cursor_an_origin(reader):
    with pytest.raises(PageTooLong):
        bureau_cases(reader, MATSU_BUREAU, CaseFilters(), SOON, limit=201)
    with pytest.raises(CursorUnknown):
        bureau_cases(reader, MATSU_BUREAU, CaseFilters(), SOON, cursor="bm90IGEgY3Vyc29y")
