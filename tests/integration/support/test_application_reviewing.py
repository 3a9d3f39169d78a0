"""審查: what the bureau decides, and what becomes of the supports."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest

from services.support.application import reservations
from services.support.commands import (
    ApproveApplication,
    AssignReview,
    DenyApplication,
    DraftApplication,
    NameCancellations,
    ReturnApplication,
    SetLines,
    SubmitForReview,
)
from services.support.domain import refusals
from services.support.domain.states import ApplicationState, SupportState
from services.support.events import ApplicationKind, DenialReason, ReturnReason, ReviewersRemarks
from shared.application import Result
from shared.refusals import InvalidForm, Refusal
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, taipei
from tests.controls.supporters import (
    BUREAU,
    DAAN_EVENINGS,
    HOME,
    MANAGER,
    OTHER_BUREAU,
    PRACTITIONER,
    SATURDAY,
    SECOND_REVIEWER,
    line,
)


def cancelling(office, *supports):
    """A cancellation of these under review."""
    case = office.ask(DraftApplication(ApplicationKind.CANCEL), PRACTITIONER)
    office.ask(NameCancellations(case.id, supports), PRACTITIONER)
    return office.ask(SubmitForReview(case.id, len(supports)), PRACTITIONER)


def held(office):
    """The supports that are reserved for the doctor."""
    return office.supporting.holders_in([reservations.supports_from(BANQIAO_DOCTOR, BANQIAO_CLINIC)])


def test_every_line_that_is_approved_becomes_a_support(office):
    case = office.submitted(line(), line(schedule=SATURDAY))

    office.ask(ApproveApplication(case.id), BUREAU)

    application = office.application(case.id)
    assert application.state is ApplicationState.APPROVED
    first, second = [office.support(line_id) for line_id in application.lines]
    assert (first.state, first.case_no) == (SupportState.APPROVED, case.number)
    assert first.span == (taipei(3, 4, 18), taipei(5, 27, 21))
    assert second.span == (taipei(3, 8, 9), taipei(3, 8, 12))
    assert set(held(office)) == set(application.lines)


def test_what_is_denied_becomes_no_support_and_says_why_to_whom_it_is_about(office):
    case = office.submitted()

    office.ask(DenyApplication(case.id, DenialReason.OVERLAP, "與原執業機構門診重疊"), BUREAU)

    application = office.application(case.id)
    assert application.state is ApplicationState.DENIED
    denied = list(office.supporting.events.get(case.id))[-1]
    assert office.vault.open(denied.explanation, ReviewersRemarks) == ReviewersRemarks("與原執業機構門診重疊")
    assert held(office) == []


def test_what_is_returned_is_mended_and_submitted_again_under_its_number(office):
    case = office.submitted()
    office.ask(ReturnApplication(case.id, ReturnReason.SCHEDULE), BUREAU)
    [line_id] = office.application(case.id).lines

    office.ask(SetLines(case.id, (line(schedule=SATURDAY, line_id=line_id),)), PRACTITIONER)
    again = office.ask(SubmitForReview(case.id, 1), PRACTITIONER)

    assert again.number == case.number
    assert office.application(case.id).submissions == 2


@pytest.mark.parametrize(
    "command",
    [
        lambda case: DenyApplication(case, DenialReason.OTHER, "  "),
        lambda case: ReturnApplication(case, ReturnReason.OTHER),
    ],
)
def test_another_reason_is_put_into_words(office, command):
    case = office.submitted()

    with pytest.raises(InvalidForm) as told:
        office.ask(command(case.id), BUREAU)
    assert [type(objection) for objection in told.value.refusals] == [refusals.ReasonUnexplained]


def test_a_bureau_takes_a_case_and_a_manager_gives_it_to_another(office):
    case = office.submitted()

    office.ask(AssignReview(case.id), BUREAU)
    again = office.ask(AssignReview(case.id), BUREAU)
    assert again.result is Result.UNCHANGED
    with pytest.raises(refusals.ReviewerNotYou):
        office.ask(AssignReview(case.id, SECOND_REVIEWER.id), BUREAU)
    office.ask(AssignReview(case.id, SECOND_REVIEWER.id), MANAGER)

    assert office.application(case.id).reviewer == SECOND_REVIEWER.id


def test_the_bureau_of_another_county_decides_nothing(office):
    case = office.submitted()

    for command in (
        AssignReview(case.id),
        ApproveApplication(case.id),
        DenyApplication(case.id, DenialReason.OVERLAP),
        ReturnApplication(case.id, ReturnReason.PLACE),
    ):
        with pytest.raises(refusals.NotYourJurisdiction):
            office.ask(command, OTHER_BUREAU)


# Changes and cancellations -------------------------------------------------------------------------------------------


def test_a_change_holds_from_its_approval(office):
    [granted] = office.granted()

    office.ask(ApproveApplication(office.amending(granted).id), BUREAU)

    support = office.support(granted)
    assert support.state is SupportState.APPROVED
    assert support.terms.schedule.days == DAAN_EVENINGS.days
    assert support.span == (taipei(3, 4, 18), taipei(3, 6, 21))


def test_a_change_that_is_denied_leaves_the_old_times(office):
    [granted] = office.granted()

    office.ask(DenyApplication(office.amending(granted).id, DenialReason.HOME_UNDERSTAFFED), BUREAU)

    assert office.told(granted) == ["SupportApproved", "AmendRequested", "AmendDenied"]
    assert office.support(granted).state is SupportState.APPROVED


def test_a_change_that_is_returned_may_be_asked_for_again(office):
    [granted] = office.granted()
    case = office.amending(granted)

    office.ask(ReturnApplication(case.id, ReturnReason.SCHEDULE), BUREAU)
    office.ask(SubmitForReview(case.id, 1), PRACTITIONER)

    assert office.told(granted) == ["SupportApproved", "AmendRequested", "ChangeReturned", "AmendRequested"]


def test_a_cancellation_holds_from_its_approval(office):
    granted = office.granted(line(), line(schedule=SATURDAY))

    office.ask(ApproveApplication(cancelling(office, *granted).id), BUREAU)

    assert {office.support(one).state for one in granted} == {SupportState.CANCELLED}
    assert held(office) == []


def test_a_cancellation_that_is_denied_leaves_the_supports(office):
    [granted] = office.granted()

    office.ask(DenyApplication(cancelling(office, granted).id, DenialReason.NOT_PERMITTED), BUREAU)

    assert office.support(granted).state is SupportState.APPROVED
    assert held(office) == [granted]


# Two at once ---------------------------------------------------------------------------------------------------------


def at_once(office, *asked):
    """What each (command, caller) is answered when all are given at the same moment."""
    start = Barrier(len(asked))

    def give(number):
        command, caller = asked[number]
        start.wait()
        try:
            return office.supporting.handle(command, caller, f"race/{uuid4()}", office.now)
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(give, range(len(asked))))


def test_of_two_reviewers_at_once_one_wins_and_the_other_is_told_what_has_become_of_the_case(office):
    for _ in range(5):
        case = office.submitted()
        answers = at_once(
            office,
            (ApproveApplication(case.id), BUREAU),
            (DenyApplication(case.id, DenialReason.OVERLAP), SECOND_REVIEWER),
        )

        [lost] = [answer for answer in answers if isinstance(answer, Refusal)]
        assert isinstance(lost, refusals.ApplicationNotUnderReview)
        assert lost.params["state"] == office.application(case.id).state
        assert lost.params["state"] in {ApplicationState.APPROVED, ApplicationState.DENIED}


def test_of_two_changes_of_a_support_submitted_at_once_one_is_pending(office):
    for _ in range(5):
        [granted] = office.granted()
        cases = [office.ask(DraftApplication(ApplicationKind.CANCEL), caller) for caller in (PRACTITIONER, HOME)]
        for case in cases:
            office.ask(NameCancellations(case.id, (granted,)), HOME)

        answers = at_once(office, *((SubmitForReview(case.id, 1), HOME) for case in cases))

        [lost] = [answer for answer in answers if isinstance(answer, Refusal)]
        assert isinstance(lost, refusals.ChangePending)
        [won] = [case for case, answer in zip(cases, answers, strict=True) if answer is not lost]
        assert office.support(granted).pending.application == won.id


def test_drafts_of_one_moment_have_numbers_of_their_own(office):
    answers = at_once(office, *[(DraftApplication(ApplicationKind.NEW), PRACTITIONER)] * 6)

    assert sorted(answer.number for answer in answers) == [f"1140218000{number}" for number in range(1, 7)]
