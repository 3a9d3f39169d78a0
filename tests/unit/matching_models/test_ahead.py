"""What a family is shown as still to come, whatever has become of its case."""

from __future__ import annotations

import pytest

from services.matching.read_models.ahead import Ahead, StepAhead, ahead_of
from services.matching.read_models.family_cases import FamilyCases
from tests.unit.matching_models.story import (
    CASE,
    FIRST,
    KEELUNG,
    KEELUNG_DOCTOR,
    MATSU,
    MATSU_DOCTOR,
    SECOND,
    GlassOpener,
    Story,
    fold,
)


def ahead(story):
    return ahead_of(fold(FamilyCases(GlassOpener()), story.events)[CASE,])


def at_first(what):
    return StepAhead(what, 1, MATSU, MATSU_DOCTOR)


def at_second(what, by_itself=None):
    return StepAhead(what, 2, KEELUNG, KEELUNG_DOCTOR, by_itself)


def test_of_an_open_offer_the_way_to_enrolment_is_ahead_and_the_next_preference_by_itself():
    story = Story().submitted(FIRST, SECOND).offered()
    assert ahead(story) == (
        at_first(Ahead.INSTITUTION_ANSWERS),
        at_first(Ahead.NOTICE_SIGNED),
        at_first(Ahead.ENROLLED),
        at_second(Ahead.PREFERENCE_ASKED, story.days_on(7)),
    )


def test_behind_the_last_preference_the_bureau_takes_over():
    story = Story().submitted(FIRST).offered()
    assert ahead(story)[-1] == StepAhead(Ahead.BUREAU_TAKES_OVER, by_itself=story.days_on(7))


def test_of_an_agreement_the_signature_is_ahead_and_the_next_preference_without_it():
    story = Story().submitted(FIRST, SECOND).offered().accepted()
    assert ahead(story) == (
        at_first(Ahead.NOTICE_SIGNED),
        at_first(Ahead.ENROLLED),
        at_second(Ahead.PREFERENCE_ASKED, story.days_on(28)),
    )


def test_once_it_is_signed_only_the_enrolment_is_ahead():
    assert ahead(Story().submitted(FIRST, SECOND).offered().accepted().signed()) == (at_first(Ahead.ENROLLED),)


def test_a_released_family_is_told_when_the_next_preference_is_asked():
    story = Story().submitted(FIRST, SECOND).offered().accepted().released()
    assert ahead(story) == (
        at_second(Ahead.PREFERENCE_ASKED, story.days_on(3)),
        StepAhead(Ahead.NOTICE_SIGNED),
        StepAhead(Ahead.ENROLLED),
    )


def test_a_released_family_without_another_preference_is_told_of_the_bureau_only():
    story = Story().submitted(FIRST).offered().accepted().released()
    assert ahead(story) == (StepAhead(Ahead.BUREAU_TAKES_OVER, by_itself=story.days_on(3)),)


def test_of_a_change_the_closure_comes_before_everything():
    assert [step.what for step in ahead(Story().change_submitted())] == [
        Ahead.FORMER_CLOSED,
        Ahead.PREFERENCE_ASKED,
        Ahead.NOTICE_SIGNED,
        Ahead.ENROLLED,
    ]


@pytest.mark.parametrize(
    "story",
    [
        Story().submitted().offered().declined().unmatched(),
        Story().submitted().offered().withdrawn(),
        Story().submitted().offered().accepted().signed().enrolled(),
        Story().submitted().offered().accepted().enrolled_elsewhere(),
    ],
    ids=["unmatched", "withdrawn", "enrolled", "enrolled elsewhere"],
)
def test_nothing_is_ahead_of_a_case_that_is_over(story):
    assert ahead(story) == ()
