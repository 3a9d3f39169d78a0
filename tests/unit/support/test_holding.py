"""支援: what becomes of it once it is approved."""

from datetime import timedelta

import pytest

from services.support.domain import refusals
from services.support.domain.states import SupportState
from services.support.domain.support import Span, Support
from services.support.events import CancelledBy, DenialReason
from tests.controls.deciding import payload
from tests.controls.family import taipei
from tests.controls.support import (
    AMEND_ASKED_AT,
    AMENDED_AT,
    AMENDMENT_NO,
    APPROVED_AT,
    CANCELLATION_NO,
    CANCELLED,
    CANCELLED_AT,
    CASE_NO,
    LINE,
    MOVED_AT,
    NEW_TERMS,
    TERMS,
    amend_denied,
    amend_requested,
    amendment_drafted,
    cancel_denied,
    cancel_requested,
    cancellation_drafted,
    change_returned,
    schedule_set,
    support_amended,
    support_approved,
    support_cancelled,
    support_drafted,
    support_submitted,
    supports_named,
)
from tests.unit.support.scenario import given, replayed

SPAN = Span(taipei(3, 4, 18), taipei(5, 29, 21))
NEW_SPAN = Span(taipei(3, 18, 18), taipei(5, 27, 21))
AMENDMENT = replayed(amendment_drafted(), supports_named(), support_submitted())
CANCELLATION = replayed(cancellation_drafted(), supports_named(CANCELLED), support_submitted())
PENDING = (support_approved(), amend_requested())
LEAVING = (support_approved(), cancel_requested())
BY_LOCK = support_cancelled(application=None, case_no="", cancelled_by=CancelledBy.MOVE_LOCK)


def test_an_approved_line_becomes_a_support_of_the_same_id():
    case = replayed(support_drafted(), schedule_set(LINE), support_submitted())

    support = Support.approve(LINE, case, SPAN, APPROVED_AT)

    assert support.id == LINE.id
    assert [payload(fact) for fact in support.collect_events()] == [payload(support_approved())]
    assert support.state is SupportState.APPROVED


def test_the_old_times_hold_while_a_change_is_asked_for():
    support = given(support_approved()).when(lambda it: it.request_change(AMENDMENT, NEW_TERMS, AMEND_ASKED_AT))

    pending = support.then(amend_requested())

    assert pending.state is SupportState.AMEND_PENDING
    assert (pending.terms, pending.span) == (TERMS, SPAN)


def test_approved_the_new_terms_hold_and_no_change_is_pending():
    amended = given(*PENDING).when(lambda it: it.grant_change(AMENDMENT, NEW_SPAN, AMENDED_AT)).then(support_amended())

    assert amended.state is SupportState.APPROVED
    assert (amended.terms, amended.span) == (NEW_TERMS, NEW_SPAN)
    assert amended.held.place == LINE.place


def test_a_denied_change_leaves_everything_as_it_was():
    denied = (
        given(*PENDING)
        .when(lambda it: it.refuse_change(AMENDMENT, DenialReason.HOME_UNDERSTAFFED, AMENDED_AT))
        .then(amend_denied())
    )

    assert denied.state is SupportState.APPROVED
    assert denied.terms == TERMS


def test_a_returned_change_frees_the_support_for_another():
    given(*PENDING).when(lambda it: it.let_go_of_change(AMENDMENT, AMENDED_AT)).then(change_returned())
    given(*PENDING, change_returned()).when(lambda it: it.request_change(CANCELLATION, None, AMENDED_AT)).then(
        cancel_requested()
    )


def test_a_cancellation_holds_from_its_approval():
    asked = given(support_approved()).when(lambda it: it.request_change(CANCELLATION, None, AMEND_ASKED_AT))
    assert asked.then(cancel_requested()).state is SupportState.CANCEL_PENDING

    gone = given(*LEAVING).when(lambda it: it.grant_change(CANCELLATION, SPAN, CANCELLED_AT)).then(support_cancelled())
    assert gone.state is SupportState.CANCELLED


def test_a_denied_cancellation_leaves_the_support():
    stays = given(*LEAVING).when(lambda it: it.refuse_change(CANCELLATION, DenialReason.OTHER, CANCELLED_AT))

    assert stays.then(cancel_denied()).state is SupportState.APPROVED


@pytest.mark.parametrize(
    ("history", "case_no"), [(PENDING, AMENDMENT_NO), (LEAVING, CANCELLATION_NO)], ids=["amending", "cancelling"]
)
def test_one_change_is_under_review_at_a_time(history, case_no):
    given(*history).when(lambda it: it.request_change(CANCELLATION, None, AMENDED_AT)).then_refused(
        refusals.ChangePending, case_no=case_no
    )


def test_a_change_into_what_it_is_already_is_refused():
    given(support_approved(), amend_requested(), support_amended()).when(
        lambda it: it.request_change(AMENDMENT, NEW_TERMS, AMENDED_AT)
    ).then_refused(refusals.NothingAmended)


def test_what_is_over_cannot_be_changed():
    given(support_approved()).when(lambda it: it.request_change(AMENDMENT, NEW_TERMS, SPAN.ends_at)).then_refused(
        refusals.SupportOver, ended_at=SPAN.ends_at
    )


def test_what_is_cancelled_stays_cancelled():
    gone = given(*LEAVING, support_cancelled())

    gone.when(lambda it: it.request_change(AMENDMENT, NEW_TERMS, AMENDED_AT)).then_refused(
        refusals.SupportCancelledAlready
    )
    gone.when(lambda it: it.cancel_after_departure(MOVED_AT)).then_refused(refusals.SupportCancelledAlready)


def test_whoever_has_left_cancels_at_once_whatever_is_under_review():
    gone = given(*PENDING).when(lambda it: it.cancel_after_departure(MOVED_AT)).then(BY_LOCK)

    assert gone.state is SupportState.CANCELLED


@pytest.mark.parametrize(
    "decide",
    [
        lambda it: it.grant_change(AMENDMENT, NEW_SPAN, AMENDED_AT),
        lambda it: it.refuse_change(AMENDMENT, DenialReason.OTHER, AMENDED_AT),
        lambda it: it.let_go_of_change(AMENDMENT, AMENDED_AT),
    ],
    ids=["granted", "denied", "returned"],
)
def test_a_decision_about_a_change_says_nothing_of_a_support_that_was_cancelled_meanwhile(decide):
    given(*PENDING, BY_LOCK).when(decide).then()


def test_a_decision_about_another_application_says_nothing():
    given(*PENDING).when(lambda it: it.grant_change(CANCELLATION, NEW_SPAN, AMENDED_AT)).then()


def test_a_support_is_outstanding_until_its_last_moment_or_until_it_is_cancelled():
    support = replayed(support_approved())

    assert support.is_outstanding(SPAN.ends_at - timedelta(seconds=1))
    assert not support.is_outstanding(SPAN.ends_at)
    assert not replayed(*LEAVING, support_cancelled()).is_outstanding(APPROVED_AT)


def test_a_support_is_known_by_the_case_that_approved_it():
    assert replayed(*PENDING).stream_subject == CASE_NO
