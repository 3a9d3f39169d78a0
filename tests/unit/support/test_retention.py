"""保存期限: kept for three years from the last submission, longer while it is held, under review or in use."""

from datetime import timedelta

import pytest

from services.support.commands import ForgetApplication
from services.support.domain import guards, refusals
from services.support.events import HoldGround
from services.support.processes.forget_applications_after_their_time import ForgetApplicationsAfterTheirTime
from tests.controls.family import taipei
from tests.controls.support import (
    APPLICATION,
    FORGOTTEN_AT,
    HELD_AT,
    KEEPER,
    application_approved,
    application_forgotten,
    retention_held,
    retention_hold_lifted,
    schedule_set,
    support_approved,
    support_cancelled,
    support_denied,
    support_drafted,
    support_returned,
    support_submitted,
)
from tests.unit.matching_models.story import fold
from tests.unit.support.scenario import given, replayed

SUBMITTED = (support_drafted(), schedule_set(), support_submitted())
DENIED = (*SUBMITTED, support_denied())


# The application -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("decided", [application_approved(), support_denied(), support_returned()])
def test_what_was_decided_or_returned_can_be_forgotten(decided):
    given(*SUBMITTED, decided).when(lambda case: case.forget(KEEPER, FORGOTTEN_AT)).then(application_forgotten())


def test_what_waits_for_the_bureau_is_kept():
    given(*SUBMITTED).when(lambda case: case.forget(KEEPER, FORGOTTEN_AT)).then_refused(refusals.ApplicationUndecided)


def test_what_was_never_submitted_has_no_time_that_could_be_over():
    given(*SUBMITTED[:2]).when(lambda case: case.forget(KEEPER, FORGOTTEN_AT)).then_refused(refusals.NothingToForget)


def test_what_was_forgotten_is_not_forgotten_again():
    given(*DENIED, application_forgotten()).when(lambda case: case.forget(KEEPER, FORGOTTEN_AT)).then_refused(
        refusals.NothingToForget
    )


def test_a_hold_keeps_it_until_it_is_lifted():
    given(*DENIED).when(lambda case: case.hold(HoldGround.REMEDY, HELD_AT)).then(retention_held())
    held = (*DENIED, retention_held())
    given(*held).when(lambda case: case.forget(KEEPER, FORGOTTEN_AT)).then_refused(refusals.RetentionHolds)
    given(*held).when(lambda case: case.lift_hold(HELD_AT)).then(retention_hold_lifted())
    given(*held, retention_hold_lifted()).when(lambda case: case.forget(KEEPER, FORGOTTEN_AT)).then(
        application_forgotten()
    )


def test_nobody_holds_it_twice_or_lifts_what_is_not_held():
    given(*DENIED, retention_held()).when(lambda case: case.hold(HoldGround.ORDER, HELD_AT)).then_refused(
        refusals.RetentionHeldAlready
    )
    given(*DENIED).when(lambda case: case.lift_hold(HELD_AT)).then_refused(refusals.RetentionNotHeld)


def test_terms_of_a_support_are_kept_until_it_is_over_or_cancelled():
    support = replayed(support_approved())
    ends_at = support.span.ends_at

    objection = guards.in_use([support], ends_at - timedelta(seconds=1))

    assert isinstance(objection, refusals.RetentionNotOver)
    assert guards.in_use([support], ends_at) is None
    assert guards.in_use([replayed(support_approved(), support_cancelled())], taipei(3, 20, 9)) is None


# When its time is over -----------------------------------------------------------------------------------------------


def due_after(*told):
    rows = fold(ForgetApplicationsAfterTheirTime(), told)
    return [row.forget_at for row in rows.values()]


def test_its_time_is_over_on_the_day_after_three_years_in_taipei():
    assert due_after(support_submitted()) == [taipei(2, 19, 0).replace(year=2028)]


def test_the_last_submission_counts():
    again = support_submitted(number=2, timestamp=taipei(3, 31, 23, 30))
    assert due_after(support_submitted(), again) == [taipei(4, 1, 0).replace(year=2028)]


def test_a_hold_takes_the_deadline_away_until_it_is_lifted():
    assert due_after(support_submitted(), retention_held()) == [None]
    assert due_after(support_submitted(), retention_held(), retention_hold_lifted()) == due_after(support_submitted())
    assert due_after(retention_held(), support_submitted()) == [None]


def test_what_was_forgotten_is_not_asked_about_any_more():
    assert due_after(support_submitted(), application_forgotten()) == []


def test_when_it_is_over_the_application_is_forgotten():
    process = ForgetApplicationsAfterTheirTime()
    [(key, row)] = fold(process, [support_submitted()]).items()

    assert list(process.expire(key, row, row.forget_at)) == [ForgetApplication(APPLICATION)]
