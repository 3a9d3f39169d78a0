"""What a bureau finds on its board at a given moment, and that others find nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from services.matching.read_models.board_queues import QueueCount, cases_on, queue_counts
from services.matching.read_models.bureau_board import BureauBoard, Queue
from shared.principal import Role
from shared.read_models.paging import CursorUnknown, PageTooLong
from tests.integration.matching_models.people import bureau, doctor, parent, staff
from tests.unit.matching_models.story import CONTACT, MATSU, MATSU_DOCTOR, NOON, SECOND, GlassOpener, Story, fold

if TYPE_CHECKING:
    from shared.events import Event

pytestmark = pytest.mark.postgres

MATSU_BUREAU = bureau("連江縣")
KEELUNG_BUREAU = bureau("基隆市")
SOON = NOON + timedelta(days=3)


def case(number: int) -> Story:
    """The case of this number began as many minutes after the first."""
    return Story(UUID(int=number), f"250218P120{number:04}", NOON + timedelta(minutes=number - 1))


def cases() -> list[Event]:
    """One case for each reason to be on the board, and some for none. Offers run 7 days, notices 28, closures 7."""
    stories = [
        case(1).submitted().offered().declined().unmatched(),
        case(2).submitted().offered(),
        case(3).submitted().offered().reminded(),
        case(4).submitted().offered().accepted(),
        case(5).submitted().offered().accepted().signed(),
        case(6).submitted().offered().accepted().enrolled_elsewhere(),
        case(7).change_submitted(),
        case(8).submitted().offered().accepted().signed().enrolled(),
        case(9).submitted().offered().withdrawn(),
        case(10).submitted(SECOND, county="基隆市").offered(SECOND).declined(SECOND).unmatched(),
        case(11).submitted().offered().declined().unmatched().enrolled_elsewhere(),
    ]
    return [event for story in stories for event in story.events]


@pytest.fixture
def reader(shelf):
    return shelf(BureauBoard(GlassOpener()), cases())


def lying(reader, now, principal=MATSU_BUREAU) -> dict[str, list[int]]:
    """Numbers of the cases on each queue that is not empty."""
    found = {str(queue): [entry.id.int for entry in cases_on(reader, principal, queue, now).entries] for queue in Queue}
    return {queue: numbers for queue, numbers in found.items() if numbers}


def test_each_case_lies_on_the_queue_of_its_trouble(reader):
    assert lying(reader, SOON) == {
        "unmatched": [1],
        "offer_unanswered": [3],
        "matched_not_enrolled": [4, 5],
        "enrolled_elsewhere": [6, 11],
        "closure_open": [7],
    }


def test_what_was_in_time_becomes_overdue_by_itself(reader):
    late = NOON + timedelta(days=8)

    assert lying(reader, late) == {
        "unmatched": [1],
        "offer_unanswered": [2, 3],
        "matched_not_enrolled": [4, 5],
        "enrolled_elsewhere": [6, 11],
        "closure_overdue": [7],
    }


def test_a_notice_is_on_the_board_a_week_before_its_last_day(reader):
    before = NOON + timedelta(minutes=3, days=21)

    assert "notice_unsigned" not in lying(reader, before)
    assert lying(reader, before + timedelta(seconds=1))["notice_unsigned"] == [4]


def test_an_enrolment_elsewhere_leaves_the_board_after_ninety_days(reader):
    assert "enrolled_elsewhere" not in lying(reader, NOON + timedelta(days=91))


@pytest.mark.parametrize("days", [0, 3, 8, 25, 60, 100])
def test_the_counts_are_those_of_the_lists_and_no_case_lies_twice(reader, days):
    now = NOON + timedelta(days=days)
    lists = lying(reader, now)

    counts = queue_counts(reader, MATSU_BUREAU, now)

    assert {count.queue: count.cases for count in counts if count.cases} == {
        queue: len(numbers) for queue, numbers in lists.items()
    }
    numbers = [number for listed in lists.values() for number in listed]
    assert len(numbers) == len(set(numbers))


def test_a_bureau_sees_its_own_county_only(reader):
    assert lying(reader, SOON, KEELUNG_BUREAU) == {"unmatched": [10]}
    assert lying(reader, SOON, bureau("基隆市", Role.BUREAU_OFFICER)) == {"unmatched": [10]}
    assert lying(reader, SOON, bureau("花蓮縣")) == {}


@pytest.mark.parametrize(
    "principal",
    [bureau(None), parent(CONTACT), doctor(MATSU, MATSU_DOCTOR), staff(Role.OPERATOR), staff(Role.AUDITOR)],
    ids=lambda principal: principal.id,
)
def test_whoever_is_no_bureau_finds_an_empty_board(reader, principal):
    assert lying(reader, SOON, principal) == {}
    assert {count.cases for count in queue_counts(reader, principal, SOON)} == {0}


def test_the_list_shows_the_case_with_its_owner_and_its_day(reader):
    (row,) = cases_on(reader, MATSU_BUREAU, Queue.CLOSURE_OPEN, SOON).entries

    assert row == fold(BureauBoard(GlassOpener()), case(7).change_submitted().events)[UUID(int=7),]
    assert (row.owner, row.due_by) == ("bureau", case(7).days_on(7))


def test_pages_follow_one_another_without_a_gap_or_a_repetition(shelf):
    told = [
        event for number in range(1, 6) for event in case(number).submitted().offered().declined().unmatched().events
    ]
    reader = shelf(BureauBoard(GlassOpener()), told)
    pages, cursor = [], None
    while True:
        page = cases_on(reader, MATSU_BUREAU, Queue.UNMATCHED, SOON, limit=2, cursor=cursor)
        pages.append([entry.id.int for entry in page.entries])
        cursor = page.following
        if cursor is None:
            break

    assert pages == [[1, 2], [3, 4], [5]]


def test_a_page_has_bounds_and_a_cursor_an_origin(reader):
    with pytest.raises(PageTooLong):
        cases_on(reader, MATSU_BUREAU, Queue.UNMATCHED, SOON, limit=0)
    with pytest.raises(CursorUnknown):
        cases_on(reader, MATSU_BUREAU, Queue.UNMATCHED, SOON, cursor="bm90IGEgY3Vyc29y")


def test_a_queue_tells_since_when_its_oldest_case_lies_and_the_first_day_to_act(reader):
    counts = {count.queue: count for count in queue_counts(reader, MATSU_BUREAU, SOON)}

    closures = case(7).change_submitted()
    assert counts[Queue.CLOSURE_OPEN] == QueueCount(Queue.CLOSURE_OPEN, 1, closures.at(0), closures.days_on(7))
    assert counts[Queue.NOTICE_UNSIGNED] == QueueCount(Queue.NOTICE_UNSIGNED, 0, None, None)
