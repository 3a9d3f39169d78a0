"""Notices: signed in time, lapsed, or released; while one is pending the family is bound."""

from datetime import timedelta

import pytest

from services.matching.domain.refusals import CaseEnded, NoNoticePending, NoticePending
from services.matching.domain.statuses import MatchStatus, PreferenceStatus
from services.matching.events import FreeText, Source, WithdrawReason
from tests.controls.events import (
    case_enrolled,
    case_submitted,
    case_withdrawn,
    institution_accepted,
    notice_lapsed,
    notice_released,
    notice_requested,
    notice_signed,
    preference_offered,
    preferences_amended,
)
from tests.controls.family import CHILD, PREFERENCES, end_of, sealed, taipei
from tests.unit.matching.scenario import POLICY, given

NOW = taipei(2, 24, 14)
ASKED = (case_submitted(), preference_offered())
AGREED = (*ASKED, institution_accepted(), notice_requested())
MOVING = sealed(CHILD, FreeText("家長來電表示將搬家"))


def release(case, rank=1):
    case.release_notice(rank, by=Source.CLINIC, explanation=MOVING, resume_at=end_of(3, 3), now=NOW)


def withdraw(case):
    case.withdraw(WithdrawReason.FOUND_OTHERWISE, POLICY, NOW)


def test_a_notice_lapses_after_its_time_and_not_before():
    sign_by = notice_requested().sign_by
    before = sign_by - timedelta(microseconds=1)
    given(*AGREED).when(lambda case: case.lapse_notice(1, before)).then_refused(NoticePending, sign_by=sign_by)
    case = given(*AGREED).when(lambda case: case.lapse_notice(1, sign_by)).then(notice_lapsed())
    assert case.preferences.status(1) == PreferenceStatus.LAPSED
    assert case.match_status == MatchStatus.MATCHING


def test_a_signed_notice_does_not_lapse():
    enrolled = (*AGREED, notice_signed(), case_enrolled())
    given(*enrolled).when(lambda case: case.lapse_notice(1, end_of(4, 1))).then_refused(NoNoticePending)


def test_a_released_family_may_withdraw():
    case = given(*AGREED).when(release).then(notice_released())
    assert case.match_status == MatchStatus.MATCHING
    assert case.preferences.status(1) == PreferenceStatus.RELEASED
    case = given(*AGREED, notice_released()).when(withdraw).then(case_withdrawn())
    assert case.match_status == MatchStatus.WITHDRAWN


def test_a_released_family_may_amend_what_was_not_asked():
    amended = preferences_amended().preferences
    given(*AGREED, notice_released()).when(lambda case: case.amend_preferences(amended, POLICY, NOW)).then(
        preferences_amended()
    )


@pytest.mark.parametrize(
    "history",
    [
        pytest.param(ASKED, id="nobody has agreed"),
        pytest.param((*AGREED, notice_lapsed()), id="the notice has lapsed"),
        pytest.param((*AGREED, notice_signed(), case_enrolled()), id="the family has signed"),
    ],
)
def test_there_is_nothing_to_release(history):
    given(*history).when(release).then_refused(NoNoticePending)


def test_only_the_institution_that_agreed_can_release():
    given(*AGREED).when(lambda case: release(case, rank=2)).then_refused(NoNoticePending)


def test_a_pending_notice_binds_the_family():
    sign_by = notice_requested().sign_by
    given(*AGREED).when(withdraw).then_refused(NoticePending, sign_by=sign_by)
    given(*AGREED).when(lambda case: case.amend_preferences(PREFERENCES[:2], POLICY, NOW)).then_refused(NoticePending)


def test_an_ended_case_cannot_be_withdrawn():
    given(*AGREED, notice_signed(), case_enrolled()).when(withdraw).then_refused(CaseEnded, became="matched")
    given(*ASKED, case_withdrawn()).when(withdraw).then_refused(CaseEnded, became="withdrawn")
