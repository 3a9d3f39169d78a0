"""異動執登場所: the lock, what it keeps out, and how it opens."""

from dataclasses import replace
from datetime import date

import pytest

from services.support.application import reservations
from services.support.commands import (
    ApproveApplication,
    CancelAllOutstanding,
    DraftApplication,
    EngageMoveLock,
    NameCancellations,
    NoteDeparture,
    NoteReturn,
    ReleaseMoveLock,
    SetAmendments,
    SetLines,
    SubmitForReview,
)
from services.support.domain import refusals
from services.support.domain.move_lock import Departure
from services.support.domain.states import SupportState
from services.support.events import ApplicationKind, CancelledBy, DepartureCause, ReleaseCause
from shared.application import Result
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, taipei
from tests.controls.supporters import (
    BUREAU,
    COLLEAGUE,
    DOCTOR,
    HOME,
    OTHER_INSTITUTION,
    OTHER_PRACTITIONER,
    PRACTITIONER,
    SATURDAY,
    amendment,
    line,
)

MOVED = DepartureCause.PRACTITIONER_MOVED
ENGAGE = EngageMoveLock(BANQIAO_DOCTOR, BANQIAO_CLINIC, MOVED)


def release(cause):
    return ReleaseMoveLock(BANQIAO_DOCTOR, BANQIAO_CLINIC, cause)


def cancel_all(supports):
    return CancelAllOutstanding(BANQIAO_DOCTOR, BANQIAO_CLINIC, supports)


@pytest.fixture
def locked(office):
    """A doctor who has left with two supports, and both."""
    supports = office.granted(line(), line(schedule=SATURDAY))
    lock = office.by_platform(ENGAGE)
    office.lock_id = lock.id
    return supports


CLOSED = (BANQIAO_CLINIC, "", DepartureCause.INSTITUTION_CLOSED)


def test_departures_and_returns_are_noted_as_facts_of_support(office):
    left = office.by_platform(NoteDeparture(*CLOSED))
    again = office.by_platform(NoteDeparture(*CLOSED))
    back = office.by_platform(NoteReturn(*CLOSED))

    assert left.id == again.id == back.id
    assert again.result is Result.UNCHANGED
    assert office.told(left.id) == ["DepartureNoted", "ReturnNoted"]
    with pytest.raises(refusals.NobodyDeparted):
        office.by_platform(NoteReturn(*CLOSED))


def test_the_lock_knows_how_many_supports_hold_it(office, locked):
    [fact] = office.supporting.events.get(office.lock_id)

    assert fact.count == 2
    assert [one.support for one in fact.outstanding] == [locked[1], locked[0]]  # the next to end first


def test_whoever_leaves_nothing_behind_is_not_locked_out(office):
    with pytest.raises(refusals.NothingOutstanding):
        office.by_platform(ENGAGE)


def test_a_lock_is_set_once(office, locked):
    with pytest.raises(refusals.MoveLockAlreadySet):
        office.by_platform(ENGAGE)
    assert len(locked) == 2


def test_what_is_over_locks_nobody_out(office):
    office.granted(line(schedule=SATURDAY))
    office.now = taipei(3, 8, 12)

    with pytest.raises(refusals.NothingOutstanding):
        office.by_platform(ENGAGE)


@pytest.mark.parametrize("kind", [ApplicationKind.NEW, ApplicationKind.AMEND])
def test_the_lock_keeps_new_applications_and_changes_out_and_says_why(office, locked, kind):
    with pytest.raises(refusals.MoveLocked) as told:
        office.ask(DraftApplication(kind), PRACTITIONER)

    assert told.value.params == {"institution": BANQIAO_CLINIC, "count": len(locked)}


def test_the_lock_keeps_out_what_was_drafted_before(office):
    supports = office.granted(line(), line(schedule=SATURDAY))
    new, amend = office.drafted(line(), caller=HOME), office.drafted(caller=HOME, kind=ApplicationKind.AMEND)
    office.ask(SetAmendments(amend.id, (amendment(supports[0], schedule=SATURDAY),)), HOME)
    office.by_platform(ENGAGE)

    for command in (
        SetLines(new.id, (line(schedule=SATURDAY),)),
        SubmitForReview(new.id, 1),
        SetAmendments(amend.id, (amendment(supports[1]),)),
        SubmitForReview(amend.id, 1),
    ):
        with pytest.raises(refusals.MoveLocked):
            office.ask(command, HOME)


def test_the_lock_on_one_keeps_no_colleague_out(office, locked):
    assert locked
    assert office.submitted(line(who=COLLEAGUE.number), caller=HOME)


def test_the_lock_lets_cancellations_through(office, locked):
    case = office.ask(DraftApplication(ApplicationKind.CANCEL), PRACTITIONER)
    office.ask(NameCancellations(case.id, tuple(locked)), PRACTITIONER)
    office.ask(SubmitForReview(case.id, 2), PRACTITIONER)
    office.ask(ApproveApplication(case.id), BUREAU)

    office.by_platform(release(ReleaseCause.CANCELLED))
    assert office.drafted(line())


def test_on_confirmation_all_are_cancelled_at_once_and_the_lock_opens(office, locked):
    pending = office.support(locked[0])
    assert pending.state is SupportState.APPROVED

    office.ask(cancel_all(2), PRACTITIONER)

    for support_id in locked:
        assert office.support(support_id).state is SupportState.CANCELLED
        cancelled = list(office.supporting.events.get(support_id))[-1]
        assert (cancelled.cancelled_by, cancelled.case_no) == (CancelledBy.MOVE_LOCK, "")
    assert office.told(office.lock_id) == ["MoveLockSet", "MoveLockReleased"]
    assert office.drafted(line())


def test_only_as_many_as_were_confirmed_are_cancelled(office, locked):
    with pytest.raises(refusals.OutstandingChanged) as told:
        office.ask(cancel_all(1), PRACTITIONER)

    assert told.value.params == {"count": 2}
    assert office.support(locked[0]).state is SupportState.APPROVED


def test_a_change_under_review_ends_with_the_support_and_its_approval_changes_nothing(office):
    [granted] = office.granted()
    case = office.amending(granted)
    office.by_platform(ENGAGE)
    office.ask(cancel_all(1), PRACTITIONER)

    office.ask(ApproveApplication(case.id), BUREAU)

    assert office.support(granted).state is SupportState.CANCELLED


@pytest.mark.parametrize("speaks", [HOME, OTHER_INSTITUTION], ids=["former home", "new home"])
def test_the_former_and_the_new_home_may_cancel_for_whoever_has_moved(office, locked, speaks):
    office.register.practitioners[BANQIAO_DOCTOR] = replace(DOCTOR, institution=DAAN_CLINIC)

    office.ask(cancel_all(2), speaks)

    assert office.support(locked[0]).state is SupportState.CANCELLED


def test_nobody_else_cancels_them(office, locked):
    assert locked
    with pytest.raises(refusals.NotYourself):
        office.ask(cancel_all(2), OTHER_PRACTITIONER)
    with pytest.raises(refusals.NotYourStaff):
        office.ask(cancel_all(2), OTHER_INSTITUTION)


def test_without_a_lock_the_bureau_is_asked(office):
    office.granted()

    with pytest.raises(refusals.NoMoveLock):
        office.ask(cancel_all(1), PRACTITIONER)
    with pytest.raises(refusals.NoMoveLock):
        office.by_platform(release(ReleaseCause.EXPIRED))


def test_the_lock_opens_by_itself_when_the_last_support_is_over(office, locked):
    assert locked
    with pytest.raises(refusals.MoveLockHolds) as told:
        office.by_platform(release(ReleaseCause.EXPIRED))
    assert told.value.params == {"count": 2}

    office.now = taipei(5, 27, 21)
    office.by_platform(release(ReleaseCause.EXPIRED))
    assert office.supporting.holders_in([reservations.locks_on(BANQIAO_DOCTOR)]) == []


def test_what_is_over_keeps_nobody_out_before_the_lock_was_told_so(office, locked):
    assert locked
    office.now = taipei(5, 27, 21)
    later = replace(SATURDAY, first=date(2025, 6, 7), last=date(2025, 6, 7))

    assert office.drafted(line(schedule=later))


def test_whoever_comes_back_keeps_their_supports(office, locked):
    office.by_platform(release(ReleaseCause.RETURNED))

    assert office.support(locked[0]).state is SupportState.APPROVED
    assert office.drafted(line())


@pytest.mark.parametrize(
    "departure",
    [
        CLOSED,
        ("", BANQIAO_DOCTOR, DepartureCause.PRACTITIONER_SUSPENDED),
        (BANQIAO_CLINIC, BANQIAO_DOCTOR, MOVED),
    ],
)
def test_whoever_comes_back_stays_locked_out_while_another_cause_holds(office, locked, departure):
    assert locked
    office.by_platform(NoteDeparture(*departure))
    with pytest.raises(refusals.MoveLockHolds):
        office.by_platform(release(ReleaseCause.RETURNED))

    office.by_platform(NoteReturn(*departure))
    office.by_platform(release(ReleaseCause.RETURNED))


def test_what_is_over_is_let_go_on_confirmation_of_none(office, locked):
    assert locked
    office.now = taipei(5, 27, 21)

    office.ask(cancel_all(0), PRACTITIONER)

    assert list(office.supporting.events.get(office.lock_id))[-1].cause is ReleaseCause.EXPIRED


def test_what_is_reserved_can_be_told_from_the_log_alone(office, locked):
    """After a restore the reservations are made anew from the facts."""
    lock = office.supporting.desk.lock(BANQIAO_DOCTOR, BANQIAO_CLINIC)
    support = office.support(locked[0])
    application = office.application(support.application)

    def told(aggregate):
        facts = list(office.supporting.events.get(aggregate.id))
        return office.supporting.held_by(aggregate, facts)

    assert told(lock).reservations == [reservations.lock(lock)]
    assert told(support).reservations == [reservations.support(support)]
    assert told(application).reservations == [reservations.numbered(application)]
    noted = office.by_platform(NoteDeparture(*CLOSED))
    departure = office.supporting.load(Departure, noted.id)
    assert told(departure).reservations == [reservations.departure(departure)]
    office.by_platform(NoteReturn(*CLOSED))
    assert told(office.supporting.load(Departure, noted.id)).reservations == []
    assert told(application).numbers == [("case-no/2025-02-18", 1)]
    office.ask(cancel_all(2), PRACTITIONER)
    assert told(office.support(locked[0])).reservations == []
