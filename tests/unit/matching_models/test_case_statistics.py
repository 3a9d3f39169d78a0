"""What is counted of a case and of an enrolment, row by row."""

from __future__ import annotations

from datetime import date

from services.matching import events
from services.matching.domain.statuses import EnrolmentStatus, MatchStatus, PreferenceStatus
from services.matching.read_models.actor import Actor
from services.matching.read_models.case_statistics import CaseFigures, CaseStatistics
from services.matching.read_models.progress import Choice
from tests.unit.matching_models.story import (
    BIRTH,
    CASE,
    CASE_NO,
    CHILD,
    ENROLMENT,
    MATSU,
    MATSU_DOCTOR,
    NOON,
    Story,
    expected,
    fold,
)


def test_a_case_counts_with_its_offers_and_answers():
    story = Story().submitted().offered().declined().unmatched()

    assert fold(CaseStatistics(), story.events) == {
        (CASE,): expected(
            CaseFigures,
            id=CASE,
            kind=events.CaseKind.NEW,
            county="連江縣",
            child_subject=CHILD,
            born=True,
            started_at=NOON,
            case_no=CASE_NO,
            match=MatchStatus.UNMATCHED,
            enrolment=EnrolmentStatus.NOT_ENROLLED,
            choices=(
                Choice(
                    1,
                    MATSU,
                    MATSU_DOCTOR,
                    "連江縣",
                    "南竿鄉",
                    PreferenceStatus.DECLINED,
                    offered_at=story.at(1),
                    answered_at=story.at(2),
                    reason=events.DeclineReason.CAPACITY_FULL,
                ),
            ),
            waits_for=Actor.BUREAU,
            waiting_since=story.at(3),
        )
    }


def test_an_enrolment_counts_beside_the_case_it_came_from_until_it_is_closed():
    story = Story().submitted().offered().accepted().signed().enrolled().recorded(CASE_NO).closed()

    rows = fold(CaseStatistics(), story.events)

    assert (rows[CASE,].match, rows[CASE,].enrolment) == (MatchStatus.MATCHED, EnrolmentStatus.ENROLLED)
    assert rows[ENROLMENT,] == expected(
        CaseFigures,
        id=ENROLMENT,
        kind=None,
        county="連江縣",
        child_subject=CHILD,
        born=True,
        started_at=story.at(-2),
        match=None,
        enrolment=EnrolmentStatus.ENROLLED,
        institution=MATSU,
        doctor=MATSU_DOCTOR,
        enrolment_id=ENROLMENT,
        enrolled_on=date(2025, 2, 21),
        source=events.Source.IMPORT,
        case_no=CASE_NO,
        institution_county="連江縣",
        closed_on=date(2025, 3, 1),
    )


def test_an_enrolment_elsewhere_is_counted_as_one():
    assert fold(CaseStatistics(), Story().submitted().offered().enrolled_elsewhere().events)[CASE,].elsewhere


def test_a_birth_tells_which_child_to_count():
    story = Story().submitted(born=False, child_subject=BIRTH, county="基隆市").born()

    row = fold(CaseStatistics(), story.events)[CASE,]

    assert (row.child_subject, row.county, row.born) == (CHILD, "連江縣", True)
