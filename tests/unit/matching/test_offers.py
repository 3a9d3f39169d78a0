"""Offers: asked, answered, recalled, run out; one at a time."""

from datetime import timedelta

import pytest

from services.matching.domain.policies import OfferTerms
from services.matching.domain.refusals import (
    CaseEnded,
    ClosureAwaited,
    NoticePending,
    OfferNoLongerOpen,
    OfferNotYours,
    OfferStillOpen,
    ReminderNotDue,
)
from services.matching.domain.statuses import MatchStatus, PreferenceStatus
from services.matching.events import CaseKind, DeclineReason, FreeText, PassedOverCause
from tests.controls.events import (
    case_submitted,
    case_unmatched,
    case_withdrawn,
    change_requested,
    enrolment_mismatch_detected,
    institution_accepted,
    institution_declined,
    notice_released,
    notice_requested,
    offer_expired,
    offer_reminded,
    preference_offered,
    preference_passed_over,
)
from tests.controls.family import (
    CHILD,
    DAAN_CLINIC,
    DAAN_DOCTOR,
    PREFERENCES,
    ZHONGHE_CLINIC,
    ZHONGHE_DOCTOR,
    end_of,
    sealed,
    taipei,
)
from tests.unit.matching.scenario import given

NOW = taipei(2, 19, 10, 5)
SIGN_BY = end_of(3, 19)
TERMS = OfferTerms(answer_by=end_of(2, 26), remind_at=(taipei(2, 21, 9), taipei(2, 25, 9)))
FULL = sealed(CHILD, FreeText("收案員額已滿"))
SECOND = {"rank": 2, "institution": DAAN_CLINIC, "doctor": DAAN_DOCTOR}
THIRD = {"rank": 3, "institution": ZHONGHE_CLINIC, "doctor": ZHONGHE_DOCTOR}

ASKED = (case_submitted(), preference_offered())
DECLINED = (*ASKED, institution_declined())
AGREED = (*ASKED, institution_accepted(), notice_requested())


def everybody_takes_part(_):
    return None


def accept(case, rank=1, now=NOW):
    case.accept(rank, sign_by=SIGN_BY, now=now)


def decline(case, rank=1, now=NOW):
    case.decline(rank, reason=DeclineReason.CAPACITY_FULL, explanation=FULL, now=now)


def offer_next(case):
    case.offer_next(everybody_takes_part, TERMS, NOW)


# Answers


def test_the_institution_asked_accepts_and_the_family_is_asked_to_sign():
    case = given(*ASKED).when(accept).then(institution_accepted(), notice_requested(sign_by=SIGN_BY))
    assert case.match_status == MatchStatus.AWAITING_NOTICE
    assert case.preferences.status(1) == PreferenceStatus.ACCEPTED


def test_the_institution_asked_declines_and_nobody_is_asked_yet():
    case = given(*ASKED).when(decline).then(institution_declined())
    assert case.match_status == MatchStatus.MATCHING
    assert case.preferences.status(1) == PreferenceStatus.DECLINED
    assert case.preferences.open is None


@pytest.mark.parametrize("answer", [accept, decline])
@pytest.mark.parametrize(
    ("settled", "became"),
    [
        pytest.param((institution_declined(),), "declined", id="declined"),
        pytest.param((institution_accepted(), notice_requested()), "accepted", id="accepted"),
        pytest.param((offer_expired(),), "expired", id="expired"),
        pytest.param((institution_accepted(), notice_requested(), notice_released()), "released", id="released"),
        pytest.param((institution_declined(), case_withdrawn()), "declined", id="declined, then the case withdrawn"),
        pytest.param((case_withdrawn(),), "withdrawn", id="the family has withdrawn"),
        pytest.param((enrolment_mismatch_detected(),), "enrolled_elsewhere", id="the child was enrolled elsewhere"),
    ],
)
def test_a_settled_offer_cannot_be_answered_and_says_what_became_of_it(answer, settled, became):
    given(*ASKED, *settled).when(answer).then_refused(OfferNoLongerOpen, rank=1, became=became)


@pytest.mark.parametrize("answer", [accept, decline])
def test_an_institution_that_was_not_asked_cannot_answer(answer):
    given(*ASKED).when(lambda case: answer(case, rank=2)).then_refused(OfferNotYours)
    given(*ASKED).when(lambda case: answer(case, rank=4)).then_refused(OfferNotYours)


def test_an_offer_can_be_answered_to_the_last_moment_and_not_after():
    answer_by = preference_offered().answer_by
    given(*ASKED).when(lambda case: decline(case, now=answer_by)).then(institution_declined())
    too_late = end_of(2, 26)
    given(*ASKED).when(lambda case: decline(case, now=too_late)).then_refused(OfferNoLongerOpen, became="expired")


# The next preference


def test_a_declined_case_is_offered_to_the_next_preference():
    asked_next = preference_offered(**SECOND, answer_by=TERMS.answer_by, remind_at=TERMS.remind_at)
    case = given(*DECLINED).when(offer_next).then(asked_next)
    assert case.preferences.open == PREFERENCES[1]


def test_a_preference_that_no_longer_takes_part_is_passed_over():
    def only_the_third(preference):
        return PassedOverCause.DOCTOR_LEFT if preference.rank == 2 else None

    case = (
        given(*DECLINED)
        .when(lambda case: case.offer_next(only_the_third, TERMS, NOW))
        .then(
            preference_passed_over(),
            preference_offered(**THIRD, answer_by=TERMS.answer_by, remind_at=TERMS.remind_at),
        )
    )
    assert case.preferences.status(2) == PreferenceStatus.PASSED_OVER


def test_a_case_with_no_preference_left_is_unmatched():
    alone = (case_submitted(preferences=PREFERENCES[:1]), preference_offered(), institution_declined())
    case = given(*alone).when(offer_next).then(case_unmatched())
    assert case.match_status == MatchStatus.UNMATCHED
    assert not case.is_live


def test_a_case_whose_last_preferences_have_all_left_is_unmatched():
    def nobody(_):
        return PassedOverCause.INSTITUTION_LEFT

    left = {"cause": PassedOverCause.INSTITUTION_LEFT}
    case = (
        given(*DECLINED)
        .when(lambda case: case.offer_next(nobody, TERMS, NOW))
        .then(preference_passed_over(**SECOND, **left), preference_passed_over(**THIRD, **left), case_unmatched())
    )
    assert case.match_status == MatchStatus.UNMATCHED


@pytest.mark.parametrize(
    ("history", "refusal"),
    [
        pytest.param(ASKED, OfferStillOpen, id="while an answer is open"),
        pytest.param(AGREED, NoticePending, id="while a notice is pending"),
        pytest.param((*DECLINED, case_unmatched()), CaseEnded, id="after the end"),
        pytest.param(
            (case_submitted(kind=CaseKind.CHANGE), change_requested()), ClosureAwaited, id="before the closure"
        ),
    ],
)
def test_nobody_new_is_asked(history, refusal):
    given(*history).when(offer_next).then_refused(refusal)


# Reminders


def test_an_institution_is_reminded_when_the_time_has_come():
    first = preference_offered().remind_at[0]
    given(*ASKED).when(lambda case: case.remind(1, 1, first)).then(offer_reminded())


def test_reminders_come_one_after_the_other_each_once():
    second = preference_offered().remind_at[1]
    reminded = (*ASKED, offer_reminded())
    given(*reminded).when(lambda case: case.remind(1, 2, second)).then(offer_reminded(number=2))
    given(*reminded).when(lambda case: case.remind(1, 1, second)).then_refused(ReminderNotDue, number=1)
    given(*reminded).when(lambda case: case.remind(1, 3, second)).then_refused(ReminderNotDue, number=3)


def test_an_institution_is_not_reminded_too_early_nor_after_its_answer():
    given(*ASKED).when(lambda case: case.remind(1, 1, NOW)).then_refused(ReminderNotDue)
    given(*DECLINED).when(lambda case: case.remind(1, 1, end_of(2, 20))).then_refused(OfferNoLongerOpen)


def test_the_reminders_of_the_next_offer_count_anew():
    asked_next = (*ASKED, offer_reminded(), institution_declined(), preference_offered(**SECOND))
    given(*asked_next).when(lambda case: case.remind(2, 1, end_of(2, 20))).then(offer_reminded(**SECOND))


# Time runs out


def test_an_unanswered_offer_expires_after_its_time_and_not_before():
    answer_by = preference_offered().answer_by
    before = answer_by - timedelta(microseconds=1)
    given(*ASKED).when(lambda case: case.expire_offer(1, before)).then_refused(OfferStillOpen, answer_by=answer_by)
    case = given(*ASKED).when(lambda case: case.expire_offer(1, answer_by)).then(offer_expired())
    assert case.preferences.status(1) == PreferenceStatus.EXPIRED
    assert case.match_status == MatchStatus.MATCHING


def test_while_the_next_institution_is_asked_the_former_is_neither_recalled_nor_expired():
    asked_next = (*DECLINED, preference_offered(**SECOND))
    late = end_of(2, 26)
    given(*asked_next).when(lambda case: case.expire_offer(1, late)).then_refused(OfferNoLongerOpen, became="declined")
    given(*asked_next).when(lambda case: case.remind(1, 1, end_of(2, 20))).then_refused(
        OfferNoLongerOpen, became="declined"
    )


def test_an_answered_offer_does_not_expire():
    given(*AGREED).when(lambda case: case.expire_offer(1, end_of(3, 1))).then_refused(
        OfferNoLongerOpen, became="accepted"
    )
