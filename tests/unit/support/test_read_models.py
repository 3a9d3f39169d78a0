"""What the rows of support say after each event, delivered once or twice."""

from datetime import date

import msgspec
import pytest

from services.support import events
from services.support.domain.states import ApplicationState, SupportState
from services.support.read_models.applications import Applications
from services.support.read_models.batches import Batches
from services.support.read_models.beginnings import BeginningMissing
from services.support.read_models.known_institutions import KnownInstitutions
from services.support.read_models.known_places import KnownPlaces
from services.support.read_models.known_practitioners import KnownPractitioners
from services.support.read_models.move_locks import MoveLocks
from services.support.read_models.strengths import Strengths
from services.support.read_models.support_times import SupportTimes
from services.support.read_models.supports import Supports
from tests.controls import registry
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, taipei
from tests.controls.support import (
    AMENDMENT_NO,
    APPLICATION,
    APPROVED_AT,
    CANCELLATION_NO,
    CANCELLED_AT,
    FILE,
    FINDING,
    LINE,
    NEW_TERMS,
    REVIEWER,
    SECOND_LINE,
    SET_AT,
    SUBMITTED_AT,
    SUPPORT,
    TERMS,
    amend_denied,
    amend_requested,
    amendment_drafted,
    application_approved,
    batch_imported,
    cancel_requested,
    change_returned,
    file_attached,
    file_detached,
    lines_removed,
    move_lock_released,
    move_lock_set,
    review_assigned,
    schedule_set,
    strength_stated,
    support_amended,
    support_approved,
    support_brought_over,
    support_cancelled,
    support_denied,
    support_discarded,
    support_drafted,
    support_returned,
    support_submitted,
    supports_named,
)
from tests.unit.matching_models.story import fold


def only(model, *told):
    """The row of the only thing that these events are about."""
    [row] = fold(model, told).values()
    return row


# Applications --------------------------------------------------------------------------------------------------------

DRAFT = (support_drafted(), schedule_set())
COLLEAGUES = msgspec.structs.replace(LINE, practitioner="DR-001235", attachments=())
SUBMITTED = (support_drafted(), schedule_set(LINE), support_submitted())


def test_a_draft_tells_what_has_been_entered_so_far():
    row = only(Applications(), *DRAFT, lines_removed())

    assert (row.id, row.state, row.changed_at) == (APPLICATION, ApplicationState.DRAFT, SET_AT)
    [entry] = row.entries
    assert (entry.id, entry.place, entry.before, entry.after) == (SUPPORT, LINE.place, None, TERMS)
    assert row.practitioners == (BANQIAO_DOCTOR,)


def test_a_line_that_is_entered_again_takes_the_place_of_the_one_before():
    changed = events.Line(SUPPORT, BANQIAO_DOCTOR, SECOND_LINE.place, "", SECOND_LINE.terms)

    row = only(Applications(), support_drafted(), schedule_set(LINE), schedule_set(changed))

    assert [entry.place for entry in row.entries] == [SECOND_LINE.place]


def test_a_line_tells_its_files_and_keeps_them_when_it_is_entered_again():
    told = (support_drafted(), schedule_set(LINE), file_attached())

    assert only(Applications(), *told, schedule_set(LINE)).entries[0].files == (FILE,)
    assert only(Applications(), *told, schedule_set(COLLEAGUES)).entries[0].files == ()
    assert only(Applications(), *told, file_attached()).entries[0].files == (FILE,)
    assert only(Applications(), *told, file_detached()).entries[0].files == ()


def test_a_change_shows_what_was_before_and_what_is_asked_for():
    row = only(Applications(), amendment_drafted(), supports_named())

    [entry] = row.entries
    assert (entry.before, entry.after) == (TERMS, NEW_TERMS)


def test_what_was_submitted_waits_with_its_evidence_and_its_day():
    row = only(Applications(), *SUBMITTED, review_assigned())

    assert (row.state, row.submitted_at, row.due_by) == (
        ApplicationState.UNDER_REVIEW,
        SUBMITTED_AT,
        support_submitted().due_by,
    )
    assert (row.findings, row.copied_to, row.reviewer) == ((FINDING,), ("臺北市",), REVIEWER)


@pytest.mark.parametrize(
    ("decided", "state", "reason"),
    [
        (application_approved(), ApplicationState.APPROVED, ""),
        (support_denied(), ApplicationState.DENIED, "overlap"),
        (support_returned(), ApplicationState.RETURNED, "schedule"),
    ],
    ids=["approved", "denied", "returned"],
)
def test_a_decision_stands_with_its_reason(decided, state, reason):
    row = only(Applications(), *SUBMITTED, decided)

    assert (row.state, row.reason, row.decided_at) == (state, reason, APPROVED_AT)
    assert (row.explanation is None) == (not reason)


def test_what_comes_again_waits_anew_and_keeps_its_first_day():
    again = support_submitted(number=2, timestamp=CANCELLED_AT)

    row = only(Applications(), *SUBMITTED, support_returned(), again)

    assert (row.state, row.reason, row.explanation) == (ApplicationState.UNDER_REVIEW, "", None)
    assert (row.first_submitted_at, row.submitted_at) == (SUBMITTED_AT, CANCELLED_AT)


def test_a_draft_that_was_thrown_away_says_so():
    assert only(Applications(), *DRAFT, support_discarded()).state is ApplicationState.DISCARDED


# Workbooks -----------------------------------------------------------------------------------------------------------


def test_a_workbook_tells_its_rows_and_how_far_its_draft_is():
    row = only(Batches(), batch_imported(), support_submitted(), support_returned())

    assert (row.application, row.taken, row.refused) == (APPLICATION, (2, 3), (4,))
    assert row.state is ApplicationState.RETURNED


def test_a_draft_that_was_entered_by_hand_is_no_workbook():
    assert fold(Batches(), [support_submitted()]) == {}


# Supports ------------------------------------------------------------------------------------------------------------


def test_a_support_stands_as_it_was_approved():
    row = only(Supports(), support_approved())

    assert (row.state, row.terms, row.place_code) == (SupportState.APPROVED, TERMS, DAAN_CLINIC)
    assert (row.starts_at, row.ends_at) == (taipei(3, 4, 18), taipei(5, 29, 21))


def test_a_change_under_review_leaves_the_terms_and_shows_what_is_asked():
    row = only(Supports(), support_approved(), amend_requested())

    assert (row.state, row.terms, row.asked) == (SupportState.AMEND_PENDING, TERMS, NEW_TERMS)
    assert row.pending_case_no == AMENDMENT_NO


@pytest.mark.parametrize("settled", [amend_denied(), change_returned()], ids=["denied", "returned"])
def test_a_change_that_comes_to_nothing_leaves_no_trace_of_it(settled):
    before, after = (
        only(Supports(), support_approved()),
        only(Supports(), support_approved(), amend_requested(), settled),
    )
    assert after == before


def test_a_change_that_is_approved_brings_new_terms_and_times():
    row = only(Supports(), support_approved(), amend_requested(), support_amended())

    assert (row.state, row.terms, row.asked, row.pending_case_no) == (SupportState.APPROVED, NEW_TERMS, None, "")
    assert row.starts_at == taipei(3, 18, 18)


def test_a_cancelled_support_says_when_and_how():
    asked = only(Supports(), support_approved(), cancel_requested())
    assert (asked.state, asked.pending_case_no) == (SupportState.CANCEL_PENDING, CANCELLATION_NO)

    row = only(Supports(), support_approved(), cancel_requested(), support_cancelled())
    assert (row.state, row.cancelled_at) == (SupportState.CANCELLED, CANCELLED_AT)
    assert row.cancelled_by is events.CancelledBy.APPLICATION


def test_a_support_of_the_system_before_stands_in_lists_and_calendar_like_any_other():
    brought, approved = support_brought_over(attachments=support_approved().attachments), support_approved()

    assert only(Supports(), brought) == msgspec.structs.replace(only(Supports(), approved), source="legacy")
    assert fold(SupportTimes(), [brought]) == fold(SupportTimes(), [approved])
    assert only(Supports(), brought, cancel_requested(), support_cancelled()).state is SupportState.CANCELLED


# The calendar --------------------------------------------------------------------------------------------------------


def test_every_time_of_a_support_stands_in_the_calendar():
    rows = fold(SupportTimes(), [support_approved()])

    assert len(rows) == 25
    assert rows[SUPPORT, 0].starts_at == taipei(3, 4, 18)
    assert rows[SUPPORT, 24].ends_at == taipei(5, 29, 21)
    assert {row.starts_at.date() for row in rows.values()}.isdisjoint({date(2025, 4, 3)})  # excepted


def test_fewer_times_leave_none_of_the_old_behind():
    rows = fold(SupportTimes(), [support_approved(), support_amended()])

    assert [rows[SUPPORT, number].starts_at for number in range(6)] == [
        taipei(month, day, 18) for month, day in ((3, 18), (4, 1), (4, 15), (4, 29), (5, 13), (5, 27))
    ]
    assert len(rows) == 6


def test_a_cancelled_support_leaves_the_calendar():
    assert fold(SupportTimes(), [support_approved(), support_cancelled()]) == {}
    longer = support_cancelled(terms=TERMS)
    assert fold(SupportTimes(), [support_approved(), longer]) == {}


# Locks, statements, the register -------------------------------------------------------------------------------------


def test_a_lock_stands_until_it_is_released():
    row = only(MoveLocks(), move_lock_set())

    assert (row.practitioner, row.institution) == (BANQIAO_DOCTOR, BANQIAO_CLINIC)
    assert fold(MoveLocks(), [move_lock_set(), move_lock_released()]) == {}


def test_what_an_institution_said_last_stands():
    row = only(Strengths(), strength_stated(), strength_stated(weekly_sessions=12))

    assert (row.institution, row.weekly_sessions, row.doctors) == (DAAN_CLINIC, 12, 2)


def test_a_practitioner_is_known_with_licence_place_and_standing():
    told = [registry.practitioner_registered(), registry.licence_recorded(), registry.practitioner_suspended()]

    suspended = only(KnownPractitioners(), *told)
    resumed = only(KnownPractitioners(), *told, registry.practitioner_resumed(), registry.practitioner_moved())

    assert (suspended.licensed, suspended.licence_until) == (True, registry.LICENCE.valid_until)
    assert suspended.suspended_since == registry.practitioner_suspended().since
    assert (resumed.suspended_since, resumed.institution) == (None, registry.practitioner_moved().institution)


def test_a_licence_without_end_holds_longest_and_without_any_none_is_known():
    endless = events_licence(valid_until=None, number="無期限")

    unlicensed = only(KnownPractitioners(), registry.practitioner_registered())
    licensed = only(KnownPractitioners(), registry.practitioner_registered(), registry.licence_recorded(), endless)

    assert (unlicensed.licensed, unlicensed.licence_until) == (False, None)
    assert (licensed.licensed, licensed.licence_until) == (True, None)


def events_licence(**changes):
    """Another licence of the same practitioner."""
    licence = registry.LICENCE
    return registry.licence_recorded(
        licence=type(licence)(changes["number"], licence.valid_from, changes["valid_until"])
    )


def test_an_institution_is_known_with_what_closes_it():
    told = [registry.institution_registered(), registry.institution_suspended(), registry.institution_closed()]

    closed = only(KnownInstitutions(), *told)
    resumed = only(KnownInstitutions(), *told, registry.institution_resumed())

    assert closed.closed_since == registry.institution_closed().since
    assert closed.suspended_since == registry.institution_suspended().since
    assert (resumed.suspended_since, resumed.closed_since) == (None, None)


def test_a_place_keeps_its_name_and_follows_its_address():
    row = only(KnownPlaces(), registry.place_registered(), registry.place_changed())

    assert (row.code, row.name) == (registry.PLACE_CODE, registry.PLACE_NAME)
    assert row.county == registry.place_changed().address.county


# All of them ---------------------------------------------------------------------------------------------------------

WHOLE = {
    Applications: [*SUBMITTED, review_assigned(), support_returned(), support_submitted(number=2)],
    Batches: [batch_imported(), support_submitted()],
    Supports: [support_approved(), amend_requested(), support_amended(), cancel_requested(), support_cancelled()],
    SupportTimes: [support_approved(), support_amended()],
    MoveLocks: [move_lock_set()],
    Strengths: [strength_stated()],
    KnownPractitioners: [registry.practitioner_registered(), registry.licence_recorded()],
    KnownInstitutions: [registry.institution_registered(), registry.institution_changed()],
    KnownPlaces: [registry.place_registered(), registry.place_changed()],
}


@pytest.mark.parametrize("model", WHOLE, ids=lambda model: model.table.name)
def test_the_last_event_delivered_twice_changes_nothing(model):
    told = WHOLE[model]

    assert fold(model(), [*told, told[-1]]) == fold(model(), told)


@pytest.mark.parametrize(
    ("model", "event"), [(Applications, support_submitted()), (Supports, amend_requested())], ids=["case", "support"]
)
def test_a_log_without_the_beginning_is_told(model, event):
    with pytest.raises(BeginningMissing):
        fold(model(), [event])
