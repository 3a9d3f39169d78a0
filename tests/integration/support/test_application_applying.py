"""登錄, 變更, 註銷 as whoever applies does them: what is stored, and what is refused with nothing stored."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from services.support.application import reservations
from services.support.commands import (
    ApproveApplication,
    DiscardDraft,
    DraftApplication,
    NameCancellations,
    RemoveLines,
    ScheduleEntry,
    ScheduleKind,
    SetAmendments,
    SetLines,
    StateStrength,
    SubmitForReview,
)
from services.support.domain import refusals
from services.support.domain.register import Stay
from services.support.domain.schedules import OccurrencesTooMany, RuleUnknown, ScheduleTooLong
from services.support.domain.states import ApplicationState, SupportState
from services.support.domain.support import Span
from services.support.events import ApplicationKind, Picked, Purpose, RecordedBy, Remarks
from shared.refusals import FieldMissing, InvalidForm, TextTooLong
from shared.taiwan.codes import UnknownDepartment
from shared.taiwan.dates import EndNotAfterStart, MalformedTime
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, DAAN_DOCTOR, end_of, taipei
from tests.controls.registry import PLACE_CODE, PLACE_NAME
from tests.controls.support import DAAN, STATION
from tests.controls.supporters import (
    BUREAU,
    COLLEAGUE,
    DAAN_EVENINGS,
    DOCTOR,
    HOME,
    OTHER_INSTITUTION,
    OTHER_PRACTITIONER,
    PRACTITIONER,
    SATURDAY,
    TUESDAYS,
    amendment,
    line,
)


def refused(refusal):
    return pytest.raises(refusal)


def faults(refused):
    """What was wrong, by field."""
    return {objection.field: type(objection) for objection in refused.value.refusals}


# Drafts and their numbers --------------------------------------------------------------------------------------------


def test_a_draft_has_a_number_of_its_taipei_day_and_says_who_recorded_it(office):
    first = office.drafted()
    second = office.drafted(caller=HOME)
    office.now = taipei(2, 19, 0)
    next_day = office.drafted()

    assert [first.number, second.number, next_day.number] == ["11402180001", "11402180002", "11402190001"]
    own, institutions = office.application(first.id).applicant, office.application(second.id).applicant
    assert (own.recorded_by, own.practitioner) == (RecordedBy.PRACTITIONER, BANQIAO_DOCTOR)
    assert (institutions.recorded_by, institutions.practitioner) == (RecordedBy.INSTITUTION, "")
    assert own.county == institutions.county == "新北市"


def test_a_number_widens_past_9999_and_never_wraps():
    assert reservations.case_no(taipei(2, 18, 10), 9999) == "11402189999"
    assert reservations.case_no(taipei(2, 18, 10), 10000) == "114021810000"


def test_the_same_command_under_the_same_key_drafts_once(office):
    first = office.ask(DraftApplication(ApplicationKind.NEW), PRACTITIONER, key="once")
    again = office.ask(DraftApplication(ApplicationKind.NEW), PRACTITIONER, key="once")

    assert first == again
    assert office.drafted().number == "11402180002"


def test_whoever_practises_nowhere_has_no_home_to_apply_from(office):
    office.register.practitioners[BANQIAO_DOCTOR] = replace(DOCTOR, institution="")

    with refused(refusals.NoHomeInstitution):
        office.drafted()


def test_a_draft_is_thrown_away(office):
    case = office.drafted(line())

    office.ask(DiscardDraft(case.id), PRACTITIONER)

    assert office.application(case.id).state is ApplicationState.DISCARDED


# Lines ---------------------------------------------------------------------------------------------------------------


def test_many_people_and_places_go_into_one_case_of_an_institution(office):
    case = office.drafted(
        line(), line(PLACE_CODE, COLLEAGUE.number, name=PLACE_NAME, department="", schedule=SATURDAY), caller=HOME
    )

    entries = office.application(case.id).entries
    assert [entry.practitioner for entry in entries] == [BANQIAO_DOCTOR, COLLEAGUE.number]
    assert [entry.place for entry in entries] == [DAAN, STATION]
    assert entries[0].department == "01"


def test_remarks_are_sealed_under_the_key_of_their_application_alone(office):
    case = office.drafted(line(remarks="夜診支援"), line(remarks=""))

    told, silent = office.application(case.id).entries
    assert "夜診" not in told.terms.remarks.box
    assert office.vault.open(told.terms.remarks, Remarks) == Remarks("夜診支援")
    assert told.terms.remarks.subject == office.supporting.desk.keeper_of(office.application(case.id))
    [other] = office.application(office.drafted(line(remarks="夜診支援")).id).entries
    assert other.terms.remarks.subject != told.terms.remarks.subject
    assert silent.terms.remarks is None


def test_purposes_are_kept_once_each_and_in_their_order(office):
    chosen = (Purpose.VACCINATION, Purpose.GENERAL, Purpose.VACCINATION)

    [entry] = office.application(office.drafted(line(purposes=chosen)).id).entries

    assert entry.terms.purposes == (Purpose.GENERAL, Purpose.VACCINATION)


def test_a_rule_is_kept_in_one_way_of_writing_it(office):
    entry = replace(TUESDAYS, rule="byday=th,tu;freq=weekly", exceptions=(date(2025, 4, 3), date(2025, 3, 6)))

    [stored] = office.application(office.drafted(line(schedule=entry)).id).entries

    assert stored.terms.schedule.rule == "FREQ=WEEKLY;BYDAY=TU,TH"
    assert stored.terms.schedule.exceptions == (date(2025, 3, 6), date(2025, 4, 3))


def test_picked_days_are_kept_in_order(office):
    days = (date(2025, 3, 6), date(2025, 3, 4))

    [stored] = office.application(office.drafted(line(schedule=replace(DAAN_EVENINGS, days=days))).id).entries

    assert isinstance(stored.terms.schedule, Picked)
    assert stored.terms.schedule.days == (date(2025, 3, 4), date(2025, 3, 6))


def test_a_line_is_changed_and_deleted_while_it_is_a_draft(office):
    case = office.drafted(line(), line(schedule=SATURDAY))
    first, second = office.application(case.id).lines

    office.ask(SetLines(case.id, (line(PLACE_CODE, name=PLACE_NAME, line_id=first),)), PRACTITIONER)
    office.ask(RemoveLines(case.id, (second,)), PRACTITIONER)

    [left] = office.application(case.id).entries
    assert (left.id, left.place) == (first, STATION)


def test_a_line_that_the_case_has_not_cannot_be_changed(office):
    case = office.drafted(line())

    with refused(InvalidForm) as told:
        office.ask(SetLines(case.id, (line(line_id=uuid4()),)), PRACTITIONER)
    assert faults(told) == {"lines.0.line_id": refusals.LineUnknown}


def test_every_fault_of_every_line_is_told_at_once_and_nothing_is_stored(office):
    case = office.drafted()
    wrong = (
        line("9999999999", "DR-000000", department="ZZ", purposes=()),
        line(BANQIAO_CLINIC, DAAN_DOCTOR, schedule=replace(SATURDAY, starts="2460", ends="0900")),
        line(schedule=replace(SATURDAY, starts="0200", ends="0130")),
        line(schedule=replace(TUESDAYS, rule="FREQ=YEARLY")),
        line(schedule=replace(TUESDAYS, last=date(2026, 5, 27))),
        line(schedule=ScheduleEntry(ScheduleKind.PICKED, "0900", "1200", date(2025, 3, 8))),
        line(schedule=replace(SATURDAY, first=date(2025, 2, 17), last=date(2025, 2, 17))),
        line(remarks="字" * 501),
    )

    with refused(InvalidForm) as told:
        office.ask(SetLines(case.id, wrong), HOME)

    assert faults(told) == {
        "lines.0.practitioner": refusals.PractitionerUnknown,
        "lines.0.place.code": refusals.PlaceUnknown,
        "lines.0.department": UnknownDepartment,
        "lines.0.terms.purposes": refusals.PurposeMissing,
        "lines.1.practitioner": refusals.NotYourStaff,
        "lines.1.place.code": refusals.PlaceIsHome,
        "lines.1.terms.schedule.starts": MalformedTime,
        "lines.2.terms.schedule.ends": EndNotAfterStart,
        "lines.3.terms.schedule.rule": RuleUnknown,
        "lines.4.terms.schedule": ScheduleTooLong,
        "lines.5.terms.schedule.days": FieldMissing,
        "lines.5.terms.schedule.first": refusals.FieldNotOfKind,
        "lines.6.terms.schedule": refusals.ScheduleInThePast,
        "lines.7.terms.remarks": TextTooLong,
    }
    assert office.application(case.id).entries == ()


def test_a_schedule_of_more_than_a_thousand_times_is_refused_with_their_number(office):
    policy = replace(office.supporting.desk.policy(office.now), schedule_most_occurrences=12)
    object.__setattr__(office.supporting.desk, "policies", (policy,))

    with refused(InvalidForm) as told:
        office.drafted(line())

    [objection] = told.value.refusals
    assert isinstance(objection, OccurrencesTooMany)
    assert objection.params == {"occurrences": 13, "limit": 12}


def test_a_purpose_that_no_longer_can_be_chosen_is_refused(office):
    policy = replace(office.supporting.desk.policy(office.now), purposes=(Purpose.VACCINATION,))
    object.__setattr__(office.supporting.desk, "policies", (policy,))

    with refused(InvalidForm) as told:
        office.drafted(line())
    assert faults(told) == {"lines.0.terms.purposes.0": refusals.PurposeNotInForce}


def test_a_department_is_asked_for_where_policy_needs_one_and_the_place_has_any(office):
    policy = replace(office.supporting.desk.policy(office.now), department_needed=True)
    object.__setattr__(office.supporting.desk, "policies", (policy,))

    with refused(InvalidForm) as told:
        office.drafted(line(department=""))
    assert faults(told) == {"lines.0.department": FieldMissing}
    assert office.drafted(line(PLACE_CODE, name=PLACE_NAME, department=""))


def test_a_person_enters_nobody_but_themselves(office):
    with refused(InvalidForm) as told:
        office.drafted(line(who=COLLEAGUE.number))
    assert faults(told) == {"lines.0.practitioner": refusals.NotYourself}


def test_nobody_touches_what_another_person_or_institution_has_drafted(office):
    case = office.drafted(line())

    for stranger in (OTHER_PRACTITIONER, OTHER_INSTITUTION):
        for command in (
            SetLines(case.id, (line(),)),
            RemoveLines(case.id, (uuid4(),)),
            DiscardDraft(case.id),
            SubmitForReview(case.id, 1),
        ):
            with refused(refusals.NotYourApplication):
                office.ask(command, stranger)


def test_the_home_institution_goes_on_with_what_its_doctor_has_drafted(office):
    case = office.drafted(line())

    office.ask(SubmitForReview(case.id, 1), HOME)

    assert office.application(case.id).state is ApplicationState.UNDER_REVIEW


@pytest.mark.parametrize(
    "command",
    [
        lambda case: SetLines(case, ()),
        lambda case: RemoveLines(case, ()),
    ],
)
def test_nothing_entered_is_nothing_done(office, command):
    case = office.drafted()

    with refused((InvalidForm, FieldMissing)):
        office.ask(command(case.id), PRACTITIONER)


def test_an_application_that_there_is_not_is_not_found(office):
    with refused(refusals.ApplicationUnknown):
        office.ask(DiscardDraft(uuid4()), PRACTITIONER)


# Submitting ----------------------------------------------------------------------------------------------------------


def test_what_is_submitted_carries_what_was_found_and_has_a_day_by_which_to_decide(office):
    other = Stay(uuid4(), BANQIAO_DOCTOR, STATION, Span(taipei(3, 11, 20), taipei(3, 11, 22)))
    office.diaries.stays = [other]
    office.ask(StateStrength(5, 2), OTHER_INSTITUTION)

    case = office.submitted()

    stored = office.application(case.id)
    [finding] = stored.findings
    assert finding.line in stored.lines
    assert finding.occurrences == 13
    assert [overlap.other for overlap in finding.overlaps] == [other.support]
    assert stored.copied_to == ("臺北市",)
    submitted = office.supporting.events.get(case.id)
    assert next(fact.due_by for fact in submitted if hasattr(fact, "due_by")) == end_of(2, 25)


def test_only_as_many_lines_as_were_confirmed_are_submitted(office):
    case = office.drafted(line(), line(schedule=SATURDAY))

    with refused(refusals.LinesChanged) as told:
        office.ask(SubmitForReview(case.id, 1), PRACTITIONER)
    assert told.value.params == {"lines": 2}


def test_whoever_has_moved_since_drafting_submits_nothing_from_there(office):
    case = office.drafted(line(), caller=HOME)
    office.register.practitioners[BANQIAO_DOCTOR] = replace(DOCTOR, institution=DAAN_CLINIC)

    with refused(InvalidForm) as told:
        office.ask(SubmitForReview(case.id, 1), HOME)
    assert faults(told) == {"lines.0": refusals.PractitionerMovedAway}


def test_a_draft_whose_times_have_passed_is_not_submitted(office):
    case = office.drafted(line(schedule=SATURDAY))
    office.now = taipei(3, 8, 12)

    with refused(InvalidForm) as told:
        office.ask(SubmitForReview(case.id, 1), PRACTITIONER)
    assert faults(told) == {"lines.0": refusals.ScheduleInThePast}


# Changes and cancellations -------------------------------------------------------------------------------------------


def test_a_change_keeps_the_old_times_until_it_is_decided(office):
    [granted] = office.granted()

    office.amending(granted)

    support = office.support(granted)
    assert support.state is SupportState.AMEND_PENDING
    assert support.terms.schedule.rule == "FREQ=WEEKLY;BYDAY=TU"
    assert support.pending.after.schedule.days == DAAN_EVENINGS.days


def test_remarks_that_say_the_same_are_those_before(office):
    [granted] = office.granted()
    case = office.drafted(kind=ApplicationKind.AMEND)

    with refused(InvalidForm) as told:
        office.ask(SetAmendments(case.id, (amendment(granted),)), PRACTITIONER)
    assert faults(told) == {"amendments.0.terms": refusals.NothingAmended}

    office.ask(SetAmendments(case.id, (amendment(granted, remarks="改為代診"),)), PRACTITIONER)
    [named] = office.application(case.id).entries
    assert office.vault.open(named.after.remarks, Remarks) == Remarks("改為代診")


def test_a_change_of_what_is_pending_cancelled_or_over_is_refused(office):
    pending, over = office.granted(line(), line(schedule=SATURDAY))
    case = office.drafted(kind=ApplicationKind.AMEND)
    office.amending(pending)
    office.now = taipei(3, 8, 12)

    with refused(InvalidForm) as told:
        office.ask(SetAmendments(case.id, (amendment(pending), amendment(over), amendment(uuid4()))), PRACTITIONER)
    assert faults(told) == {
        "amendments.0.support_id": refusals.ChangePending,
        "amendments.1.support_id": refusals.SupportOver,
        "amendments.2.support_id": refusals.SupportUnknown,
    }


def test_of_two_changes_drafted_at_once_only_the_first_is_submitted(office):
    [granted] = office.granted()
    case = office.drafted(kind=ApplicationKind.CANCEL)
    office.ask(NameCancellations(case.id, (granted,)), PRACTITIONER)
    office.amending(granted)

    with refused(refusals.ChangePending):
        office.ask(SubmitForReview(case.id, 1), PRACTITIONER)


def test_a_change_drafted_before_another_was_granted_is_entered_anew(office):
    [granted] = office.granted()
    case = office.drafted(kind=ApplicationKind.AMEND)
    office.ask(SetAmendments(case.id, (amendment(granted, schedule=SATURDAY),)), PRACTITIONER)
    office.ask(ApproveApplication(office.amending(granted).id), BUREAU)

    with refused(refusals.AmendmentOutdated):
        office.ask(SubmitForReview(case.id, 1), PRACTITIONER)


def test_a_cancellation_names_many_supports(office):
    granted = office.granted(line(), line(schedule=SATURDAY))
    case = office.drafted(kind=ApplicationKind.CANCEL)

    office.ask(NameCancellations(case.id, tuple(granted)), PRACTITIONER)
    office.ask(SubmitForReview(case.id, 2), PRACTITIONER)

    assert {office.support(one).state for one in granted} == {SupportState.CANCEL_PENDING}


def test_nobody_changes_or_cancels_another_s_support(office):
    [granted] = office.granted()
    for stranger in (OTHER_PRACTITIONER, OTHER_INSTITUTION):
        case = office.drafted(caller=stranger, kind=ApplicationKind.CANCEL)
        with refused(InvalidForm) as told:
            office.ask(NameCancellations(case.id, (granted,)), stranger)
        assert faults(told) == {"support_ids.0": refusals.NotYourSupport}


def test_a_support_from_another_home_is_cancelled_from_there(office):
    [granted] = office.granted()
    office.register.practitioners[BANQIAO_DOCTOR] = replace(DOCTOR, institution=DAAN_CLINIC)
    case = office.drafted(kind=ApplicationKind.CANCEL)

    with refused(InvalidForm) as told:
        office.ask(NameCancellations(case.id, (granted,)), PRACTITIONER)
    assert faults(told) == {"support_ids.0": refusals.NotYourSupport}


def test_each_kind_of_application_takes_its_own_entries(office):
    [granted] = office.granted()
    new, amend = office.drafted(), office.drafted(kind=ApplicationKind.AMEND)

    for command in (
        SetAmendments(new.id, (amendment(granted, schedule=SATURDAY),)),
        NameCancellations(amend.id, (granted,)),
        SetLines(amend.id, (line(),)),
    ):
        with refused(refusals.ApplicationOfOtherKind):
            office.ask(command, PRACTITIONER)


# What an institution says of itself ----------------------------------------------------------------------------------


def test_an_institution_states_its_own_sessions_and_doctors(office):
    stated = office.ask(StateStrength(20, 4), HOME)

    assert office.told(stated.id) == ["StrengthStated"]
