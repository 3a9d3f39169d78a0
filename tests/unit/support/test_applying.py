"""案件: what whoever applies can do with it, and the bureau."""

import pytest

from services.support import events
from services.support.domain import refusals
from services.support.domain.application import Applicant, Application
from services.support.domain.states import ApplicationState
from services.support.events import ApplicationKind, DenialReason, RecordedBy, ReturnReason
from tests.controls.deciding import payload
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, end_of, sealed
from tests.controls.registry import PRACTITIONER
from tests.controls.support import (
    AMENDED,
    AMENDMENT_NO,
    APPROVED_AT,
    CANCELLED,
    CASE_NO,
    DRAFTED_AT,
    FINDING,
    LINE,
    OPINION,
    REVIEWER,
    SECOND_LINE,
    SECOND_SUPPORT,
    SET_AT,
    STATION,
    SUBMITTED_AT,
    SUPPORT,
    amendment_drafted,
    application_approved,
    cancellation_drafted,
    lines_removed,
    review_assigned,
    schedule_set,
    support_denied,
    support_discarded,
    support_drafted,
    support_returned,
    support_submitted,
    supports_named,
)
from tests.unit.support.scenario import given, replayed

APPLICANT = Applicant(RecordedBy.PRACTITIONER, BANQIAO_CLINIC, BANQIAO_DOCTOR, "新北市")
DUE_BY = end_of(2, 27)
EXPLANATION = sealed(PRACTITIONER, OPINION)
SUBMITTED = (support_drafted(), schedule_set(LINE), support_submitted())
ENDED = {
    ApplicationState.APPROVED: application_approved(),
    ApplicationState.DENIED: support_denied(),
    ApplicationState.RETURNED: support_returned(),
}


def submit(application, confirmed=1):
    application.submit([FINDING], confirmed=confirmed, due_by=DUE_BY, now=SUBMITTED_AT)


def test_a_draft_has_its_number_and_who_recorded_it_from_the_beginning():
    drafted = Application.draft(ApplicationKind.NEW, APPLICANT, case_no=CASE_NO, now=DRAFTED_AT)

    assert [payload(fact) for fact in drafted.collect_events()] == [payload(support_drafted())]
    assert drafted.state is ApplicationState.DRAFT
    assert drafted.stream_subject == CASE_NO


# Lines ---------------------------------------------------------------------------------------------------------------


def test_many_lines_are_entered_at_once():
    case = given(support_drafted()).when(lambda case: case.set_lines([LINE, SECOND_LINE], 300, SET_AT))

    assert case.then(schedule_set()).practitioners == {BANQIAO_DOCTOR}


def test_a_line_entered_again_takes_the_place_of_the_one_before():
    changed = events.Line(SUPPORT, BANQIAO_DOCTOR, STATION, "", SECOND_LINE.terms)

    case = given(support_drafted(), schedule_set(LINE)).when(lambda case: case.set_lines([changed], 300, SET_AT))

    assert case.then(schedule_set(changed)).entries == (changed,)


def test_a_line_is_taken_out_of_a_draft():
    case = given(support_drafted(), schedule_set()).when(lambda case: case.remove([SECOND_SUPPORT], SET_AT))

    assert case.then(lines_removed()).entries == (LINE,)


def test_a_line_that_is_not_there_cannot_be_taken_out():
    given(support_drafted(), schedule_set(LINE)).when(lambda case: case.remove([SECOND_SUPPORT], SET_AT)).then_refused(
        refusals.LineUnknown
    )


def test_a_case_takes_as_many_lines_as_policy_allows_counting_those_it_has():
    given(support_drafted(), schedule_set(LINE)).when(
        lambda case: case.set_lines([SECOND_LINE], 1, SET_AT)
    ).then_refused(refusals.LinesTooMany, lines=2, limit=1)


def test_a_line_that_is_changed_counts_once():
    given(support_drafted(), schedule_set(LINE)).when(lambda case: case.set_lines([LINE], 1, SET_AT)).then(
        schedule_set(LINE)
    )


@pytest.mark.parametrize("drafted", [amendment_drafted(), cancellation_drafted()], ids=["amendment", "cancellation"])
def test_a_change_or_a_cancellation_takes_no_new_lines(drafted):
    given(drafted).when(lambda case: case.set_lines([LINE], 300, SET_AT)).then_refused(
        refusals.ApplicationOfOtherKind, kind=drafted.kind
    )


def test_an_amendment_says_what_each_support_is_to_become():
    given(amendment_drafted()).when(lambda case: case.name_supports([AMENDED], 300, SET_AT)).then(supports_named())


def test_an_amendment_that_does_not_say_so_is_refused():
    refused = given(amendment_drafted()).when(lambda case: case.name_supports([CANCELLED], 300, SET_AT))

    assert refused.then_refused(refusals.AmendmentMissing).field == "supports.0"


def test_an_amendment_that_changes_nothing_is_refused():
    same = events.NamedSupport(SUPPORT, BANQIAO_DOCTOR, AMENDED.place, AMENDED.before, AMENDED.before)

    given(amendment_drafted()).when(lambda case: case.name_supports([same], 300, SET_AT)).then_refused(
        refusals.NothingAmended
    )


def test_a_cancellation_names_supports_and_says_nothing_of_what_they_become():
    cancelling = given(cancellation_drafted())

    cancelling.when(lambda case: case.name_supports([AMENDED], 300, SET_AT)).then_refused(
        refusals.ApplicationOfOtherKind
    )
    cancelling.when(lambda case: case.name_supports([CANCELLED], 300, SET_AT)).then(
        supports_named(CANCELLED, case_no=cancellation_drafted().case_no)
    )


def test_an_application_for_new_supports_names_none_that_there_are():
    given(support_drafted()).when(lambda case: case.name_supports([AMENDED], 300, SET_AT)).then_refused(
        refusals.ApplicationOfOtherKind, kind=ApplicationKind.NEW
    )


def test_a_change_is_about_as_many_supports_as_policy_allows():
    given(amendment_drafted()).when(lambda case: case.name_supports([AMENDED], 0, SET_AT)).then_refused(
        refusals.LinesTooMany, lines=1, limit=0
    )


# Submitting ----------------------------------------------------------------------------------------------------------


def test_a_submitted_case_is_under_review_with_what_was_found_and_copied_to_the_other_county():
    case = given(support_drafted(), schedule_set(LINE)).when(submit).then(support_submitted())

    assert case.state is ApplicationState.UNDER_REVIEW
    assert case.findings == (FINDING,)


def test_a_case_within_one_county_is_copied_to_nobody():
    ours = events.SupportedPlace(events.PlaceKind.INSTITUTION, "3531040091", "中和診所", "新北市")
    line = events.Line(SUPPORT, BANQIAO_DOCTOR, ours, "", LINE.terms)

    given(support_drafted(), schedule_set(line)).when(submit).then(support_submitted(copied_to=()))


def test_only_what_was_confirmed_is_submitted():
    given(support_drafted(), schedule_set()).when(submit).then_refused(refusals.LinesChanged, lines=2)


def test_an_empty_draft_cannot_be_submitted():
    given(support_drafted()).when(lambda case: submit(case, confirmed=0)).then_refused(refusals.ApplicationEmpty)


def test_what_was_returned_is_mended_and_submitted_again_under_its_number():
    case = given(*SUBMITTED, support_returned(), schedule_set(SECOND_LINE))

    again = case.when(lambda case: submit(case, confirmed=2)).then(support_submitted(number=2))

    assert again.case_no == CASE_NO


@pytest.mark.parametrize("ending", [support_discarded(), *[ENDED[state] for state in ("approved", "denied")]])
def test_what_is_over_can_be_neither_changed_nor_submitted(ending):
    history = (support_drafted(), schedule_set(LINE), *([] if "Discarded" in ending.TOPIC else [support_submitted()]))
    over = given(*history, ending)

    over.when(submit).then_refused(refusals.ApplicationNotOpen)
    over.when(lambda case: case.set_lines([SECOND_LINE], 300, SET_AT)).then_refused(refusals.ApplicationNotOpen)
    over.when(lambda case: case.remove([SUPPORT], SET_AT)).then_refused(refusals.ApplicationNotOpen)


def test_a_case_under_review_cannot_be_changed():
    given(*SUBMITTED).when(lambda case: case.set_lines([SECOND_LINE], 300, SET_AT)).then_refused(
        refusals.ApplicationNotOpen, state=ApplicationState.UNDER_REVIEW
    )


def test_a_change_under_review_is_about_no_further_supports():
    given(amendment_drafted(), supports_named(), support_submitted()).when(
        lambda case: case.name_supports([AMENDED], 300, SET_AT)
    ).then_refused(refusals.ApplicationNotOpen)


def test_a_draft_is_thrown_away():
    case = given(support_drafted()).when(lambda case: case.discard(SET_AT)).then(support_discarded())

    assert case.state is ApplicationState.DISCARDED


def test_what_a_bureau_has_seen_is_not_thrown_away():
    given(*SUBMITTED, support_returned()).when(lambda case: case.discard(SET_AT)).then_refused(
        refusals.ApplicationNotDraft, state=ApplicationState.RETURNED
    )


# The bureau ----------------------------------------------------------------------------------------------------------

DECISIONS = {
    "assign": lambda case: case.assign(REVIEWER, APPROVED_AT),
    "approve": lambda case: case.approve(APPROVED_AT),
    "deny": lambda case: case.deny(DenialReason.OVERLAP, EXPLANATION, APPROVED_AT),
    "return": lambda case: case.send_back(ReturnReason.SCHEDULE, EXPLANATION, APPROVED_AT),
}
FACTS = {
    "assign": review_assigned(),
    "approve": application_approved(),
    "deny": support_denied(),
    "return": support_returned(),
}


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_case_under_review_is_assigned_approved_denied_or_returned(decision):
    given(*SUBMITTED).when(DECISIONS[decision]).then(FACTS[decision])


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("state", ENDED)
def test_of_two_reviewers_the_second_is_told_what_the_first_has_decided(decision, state):
    given(*SUBMITTED, ENDED[state]).when(DECISIONS[decision]).then_refused(
        refusals.ApplicationNotUnderReview, state=state
    )


@pytest.mark.parametrize("decision", DECISIONS)
def test_nobody_decides_about_a_draft(decision):
    given(support_drafted(), schedule_set()).when(DECISIONS[decision]).then_refused(
        refusals.ApplicationNotUnderReview, state=ApplicationState.DRAFT
    )


def test_a_case_that_was_assigned_knows_by_whom_it_is_looked_after():
    assert replayed(*SUBMITTED, review_assigned()).reviewer == REVIEWER


def test_an_amendment_keeps_its_own_number():
    assert replayed(amendment_drafted(), supports_named()).stream_subject == AMENDMENT_NO
