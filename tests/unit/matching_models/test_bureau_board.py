"""What the bureau's board is made of, row by row."""

from __future__ import annotations

from datetime import date

from services.matching import events
from services.matching.domain.statuses import EnrolmentStatus, MatchStatus, PreferenceStatus
from services.matching.read_models.actor import Actor
from services.matching.read_models.bureau_board import BoardCase, BureauBoard
from services.matching.read_models.progress import Choice
from tests.unit.matching_models.story import (
    CASE,
    CASE_NO,
    CHILD,
    FIRST,
    KEELUNG,
    MATSU,
    MATSU_DOCTOR,
    MOTHER,
    NOON,
    OTHER_SEALED_CONTACT,
    SEALED_BABY,
    SEALED_CONTACT,
    SECOND,
    GlassOpener,
    Story,
    expected,
    fold,
)


def case_of(story: Story) -> BoardCase:
    """The only case of the story."""
    found: BoardCase = fold(BureauBoard(GlassOpener()), story.events)[CASE,]
    return found


def test_a_reminded_offer_is_on_the_board_of_the_childs_county():
    story = Story().submitted().offered().reminded()

    assert fold(BureauBoard(GlassOpener()), story.events) == {
        (CASE,): expected(
            BoardCase,
            id=CASE,
            case_no=CASE_NO,
            kind=events.CaseKind.NEW,
            county="連江縣",
            bureau="連江縣",
            applied_at=NOON,
            lies_since=story.at(1),
            born=True,
            birth_order=0,
            district="南竿鄉",
            birth_or_due_date=date(2025, 2, 1),
            child_subject=CHILD,
            mother_subject=MOTHER,
            asked_county="連江縣",
            reminded=True,
            child=SEALED_BABY,
            contact=SEALED_CONTACT,
            match=MatchStatus.MATCHING,
            enrolment=EnrolmentStatus.NOT_ENROLLED,
            choices=(
                Choice(1, MATSU, MATSU_DOCTOR, "連江縣", "南竿鄉", PreferenceStatus.OFFERED, offered_at=story.at(1)),
            ),
            institution=MATSU,
            doctor=MATSU_DOCTOR,
            waits_for=Actor.INSTITUTION,
            waiting_since=story.at(1),
            due_by=story.days_on(7),
        )
    }


def test_the_next_offer_has_not_been_reminded():
    row = case_of(Story().submitted(FIRST, SECOND).offered().reminded().declined().offered(SECOND))

    assert (row.reminded, row.institution) == (False, KEELUNG)


def test_an_unmatched_case_is_the_bureaus_own():
    story = Story().submitted().offered().declined().unmatched()

    row = case_of(story)

    assert (row.match, row.owner, row.lies_since) == (MatchStatus.UNMATCHED, Actor.BUREAU, story.at(3))


def test_a_closure_belongs_to_the_former_institutions_county_until_it_is_done():
    story = Story().submitted(SECOND, kind=events.CaseKind.CHANGE, county="基隆市")
    story.happened(events.BureauTaskOpened, county="連江縣", former_institution=MATSU, due_by=story.days_on(7))

    closing = case_of(story)
    closed = case_of(story.former_closed())

    assert (closing.county, closing.bureau, closing.due_by) == ("基隆市", "連江縣", story.days_on(7))
    assert (closed.bureau, closed.due_by, closed.match) == ("基隆市", None, MatchStatus.MATCHING)


def test_a_change_withdrawn_before_the_closure_goes_back_to_the_childs_county():
    story = Story().submitted(SECOND, kind=events.CaseKind.CHANGE, county="基隆市")
    story.happened(events.BureauTaskOpened, county="連江縣", former_institution=MATSU, due_by=story.days_on(7))

    assert case_of(story.withdrawn()).bureau == "基隆市"


def test_an_enrolment_elsewhere_keeps_with_whom_it_was_agreed():
    story = Story().submitted(FIRST).offered().accepted().enrolled_elsewhere()

    row = case_of(story)

    assert (row.expected_institution, row.found_elsewhere_at) == (MATSU, story.at(-1))
    assert row.owner == Actor.BUREAU


def test_a_child_born_in_another_county_moves_to_that_bureau():
    story = Story().submitted(born=False, county="基隆市").offered()

    assert case_of(story.born()).bureau == "連江縣"


def test_a_birth_does_not_take_a_closure_from_the_former_institutions_bureau():
    story = Story().submitted(SECOND, kind=events.CaseKind.CHANGE, county="基隆市")
    story.happened(events.BureauTaskOpened, county="花蓮縣", former_institution=MATSU, due_by=story.days_on(7))

    row = case_of(story.born())

    assert (row.bureau, row.county) == ("花蓮縣", "連江縣")


def test_the_bureau_calls_the_contact_that_was_proved_last():
    assert case_of(Story().submitted().offered().contact_changed()).contact == OTHER_SEALED_CONTACT


def test_a_finished_case_waits_for_nobody():
    story = Story().submitted().offered().accepted().signed().enrolled()

    row = case_of(story)

    assert (row.match, row.enrolment, row.waits_for) == (MatchStatus.MATCHED, EnrolmentStatus.ENROLLED, None)
    assert NOON < row.lies_since == story.at(-1)
