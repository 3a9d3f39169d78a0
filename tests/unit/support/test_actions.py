"""What each person is offered, state by state (S001, 管理; DOMAIN §1.2, row 13)."""

import pytest

from services.support import commands
from services.support.domain import refusals
from services.support.domain.actions import application_actions, lock_objection, support_actions
from tests.controls.family import BANQIAO_CLINIC
from tests.controls.support import (
    AMEND_ASKED_AT,
    CANCELLED,
    LINE,
    amend_requested,
    amendment_drafted,
    application_approved,
    cancel_requested,
    cancellation_drafted,
    schedule_set,
    support_approved,
    support_cancelled,
    support_denied,
    support_drafted,
    support_returned,
    support_submitted,
    supports_named,
)
from tests.controls.supporters import BUREAU, HOME, INSURER, OTHER_BUREAU, OTHER_PRACTITIONER, PRACTITIONER
from tests.unit.support.scenario import replayed

FILLED = (support_drafted(), schedule_set(LINE))
SUBMITTED = (*FILLED, support_submitted())
EDITING = {commands.SetLines, commands.RemoveLines, commands.SubmitForReview}
DECIDING = {
    commands.AssignReview,
    commands.ApproveApplication,
    commands.DenyApplication,
    commands.ReturnApplication,
}
LOCKED = lock_objection(BANQIAO_CLINIC, 2)


def opened(actions):
    return {action.command for action in actions if action.is_open}


@pytest.mark.parametrize(
    ("history", "by_applicant", "by_bureau"),
    [
        ((support_drafted(),), {commands.SetLines, commands.RemoveLines, commands.DiscardDraft}, set()),
        (FILLED, EDITING | {commands.DiscardDraft}, set()),
        (SUBMITTED, set(), DECIDING),
        ((*SUBMITTED, support_returned()), EDITING, set()),
        ((*SUBMITTED, application_approved()), set(), set()),
        ((*SUBMITTED, support_denied()), set(), set()),
    ],
    ids=["empty draft", "draft", "under review", "returned", "approved", "denied"],
)
def test_each_state_of_a_case_opens_its_own_actions(history, by_applicant, by_bureau):
    case = replayed(*history)

    assert opened(application_actions(case, PRACTITIONER, None)) == by_applicant
    assert opened(application_actions(case, HOME, None)) == by_applicant
    assert opened(application_actions(case, BUREAU, None)) == by_bureau


@pytest.mark.parametrize("caller", [OTHER_PRACTITIONER, OTHER_BUREAU, INSURER], ids=lambda caller: caller.id)
def test_nothing_is_open_to_whom_the_case_does_not_concern(caller):
    for history in (FILLED, SUBMITTED):
        assert opened(application_actions(replayed(*history), caller, None)) == set()


def test_a_move_lock_closes_what_would_be_new_and_says_how_many_supports_hold_it():
    actions = application_actions(replayed(*FILLED), PRACTITIONER, LOCKED)

    assert opened(actions) == {commands.RemoveLines, commands.DiscardDraft}
    [submitting] = [action for action in actions if action.command is commands.SubmitForReview]
    assert isinstance(submitting.objection, refusals.MoveLocked)
    assert submitting.objection.params == {"institution": BANQIAO_CLINIC, "count": 2}


def test_a_move_lock_closes_a_change_and_leaves_a_cancellation_open():
    amending = replayed(amendment_drafted(), supports_named())
    cancelling = replayed(cancellation_drafted(), supports_named(CANCELLED))

    assert opened(application_actions(amending, PRACTITIONER, LOCKED)) == {
        commands.RemoveLines,
        commands.DiscardDraft,
    }
    assert opened(application_actions(cancelling, PRACTITIONER, LOCKED)) == {
        commands.NameCancellations,
        commands.RemoveLines,
        commands.DiscardDraft,
        commands.SubmitForReview,
    }


CHANGES = {commands.SetAmendments, commands.NameCancellations}


@pytest.mark.parametrize(
    ("history", "open_to_holder"),
    [
        ((support_approved(),), CHANGES),
        ((support_approved(), amend_requested()), set()),
        ((support_approved(), cancel_requested()), set()),
        ((support_approved(), cancel_requested(), support_cancelled()), set()),
    ],
    ids=["approved", "change pending", "cancellation pending", "cancelled"],
)
def test_an_approved_support_is_changed_or_cancelled_unless_that_is_pending(history, open_to_holder):
    support = replayed(*history)

    for holder in (PRACTITIONER, HOME):
        assert opened(support_actions(support, holder, AMEND_ASKED_AT, None)) == open_to_holder
    for other in (OTHER_PRACTITIONER, BUREAU):
        assert opened(support_actions(support, other, AMEND_ASKED_AT, None)) == set()


def test_what_is_over_is_only_looked_at():
    support = replayed(support_approved())

    assert opened(support_actions(support, PRACTITIONER, support.span.ends_at, None)) == set()


def test_a_move_lock_leaves_a_support_to_be_cancelled():
    support = replayed(support_approved())

    assert opened(support_actions(support, PRACTITIONER, AMEND_ASKED_AT, LOCKED)) == {commands.NameCancellations}
