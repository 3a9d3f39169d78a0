"""The register tells of enrolments and closures, row by row; changes of doctor go on when it does."""

from dataclasses import replace
from datetime import date

import pytest

from services.matching import commands
from services.matching.commands import PreferenceEntry
from services.matching.domain import refusals
from services.matching.domain.enrolment import Enrolment
from services.matching.domain.statuses import EnrolmentStatus, MatchStatus
from services.matching.events import ChangeReason, Child, ClosureReason, Contact, IdentifierKind, WithdrawReason
from shared.application import Result
from tests.controls.applicants import (
    BANQIAO,
    DAAN,
    DOCTORS,
    OPERATOR,
    ZHONGHE,
    FamilyOf,
    bureau_of,
    doctor_at,
    national_id,
    taipei,
)

LIN, CHEN = FamilyOf(1), FamilyOf(2)
CLOSED = date(2025, 3, 10)


@pytest.fixture(autouse=True)
def later(office):
    office.now = taipei(2, 24)


def agreed(office, family, **changes):
    case = office.submit(family, **changes)
    office.accepted_by(BANQIAO, case.id)
    office.now = taipei(2, 27)
    return case


def enrolled(office, family, institution=BANQIAO):
    office.now = taipei(2, 27)
    return office.ask(family.row(institution), OPERATOR)


def change(office, family, about, *institutions):
    wishes = tuple(PreferenceEntry(code, DOCTORS[code]) for code in institutions or (DAAN,))
    command = commands.RequestChange(about, ChangeReason.MOVED, wishes, "搬家")
    return office.ask(command, office.parent(family))


def closure(family, **changes):
    told = {
        "institution": BANQIAO,
        "closed_on": CLOSED,
        "reason": ClosureReason.CHANGE_OF_DOCTOR,
        "child_identifier": family.child.identifier,
    }
    return commands.CloseEnrolment(**(told | changes))


# Enrolments


def test_a_row_as_agreed_ends_the_case_signed_and_enrolled(office):
    case = agreed(office, LIN)
    outcome = office.ask(LIN.row(evidence="ab" * 32), doctor_at(BANQIAO))
    assert office.told(outcome.id) == ["EnrolmentRecorded"]
    assert office.told(case.id)[-2:] == ["NoticeSigned", "CaseEnrolled"]
    assert (outcome.result, outcome.number, outcome.notices) == (Result.DONE, case.number, ())
    ended = office.case(case.id)
    assert (ended.match_status, ended.enrolment_status) == (MatchStatus.MATCHED, EnrolmentStatus.ENROLLED)
    assert ended.enrolment_id == outcome.id


def test_a_row_of_another_institution_ends_the_case_as_a_mismatch(office):
    case = agreed(office, LIN)
    outcome = office.ask(LIN.row(DAAN), OPERATOR)
    assert office.told(case.id)[-1] == "EnrolmentMismatchDetected"
    [notice] = outcome.notices
    assert (notice.code, notice.params) == ("enrolled-elsewhere-than-agreed", {"expected": BANQIAO})
    with pytest.raises(refusals.AlreadyEnrolled):
        office.submit(LIN)


def test_a_family_on_paper_is_enrolled_without_a_case(office):
    outcome = enrolled(office, LIN)
    assert outcome.number == ""
    enrolment = office.matching.load(Enrolment, outcome.id)
    assert enrolment.family.contact_subject == office.parent(LIN).subject


def test_a_family_on_paper_needs_a_contact(office):
    with pytest.raises(refusals.ContactMissing):
        office.ask(LIN.row(contact=None, enrolled_on=date(2025, 2, 20)), OPERATOR)


def test_what_a_row_leaves_out_the_case_knows(office):
    agreed(office, LIN)
    bare = replace(LIN.child, name="", sex=None)
    outcome = office.ask(LIN.row(contact=None, child=bare), OPERATOR)
    family = office.matching.load(Enrolment, outcome.id).family
    assert office.vault.open(family.child, Child).name == LIN.child.name
    assert office.vault.open(family.contact, Contact).mobile == LIN.contact.mobile


def test_a_row_leaves_the_phone_that_the_family_proved(office):
    case = agreed(office, LIN)
    row = LIN.row(DAAN, contact=CHEN.contact)
    enrolment = office.matching.load(Enrolment, office.ask(row, doctor_at(DAAN)).id)
    assert enrolment.family.contact_subject == office.case(case.id).family.contact_subject == office.parent(LIN).subject


def test_the_same_row_again_changes_nothing_even_after_the_closure(office):
    first = enrolled(office, LIN)
    again = office.ask(LIN.row(), OPERATOR)
    assert (again.result, again.id, again.notices) == (Result.UNCHANGED, first.id, ())
    office.now = taipei(3, 11)
    office.ask(closure(LIN), OPERATOR)
    later = office.ask(LIN.row(), OPERATOR)
    assert (later.result, later.id) == (Result.UNCHANGED, first.id)
    [notice] = later.notices
    assert (notice.code, notice.field, notice.params) == (
        "enrolment-closed-since",
        "enrolled_on",
        {"closed_on": CLOSED.isoformat()},
    )
    assert office.told(first.id) == ["EnrolmentRecorded", "EnrolmentClosed"]


def test_a_row_with_another_doctor_or_day_changes_nothing_and_says_what_stands(office):
    office.registry.doctors["DR-OTHER"] = replace(office.registry.doctors[DOCTORS[BANQIAO]], number="DR-OTHER")
    first = enrolled(office, LIN)
    again = office.ask(LIN.row(doctor="DR-OTHER", enrolled_on=date(2025, 2, 27)), OPERATOR)
    assert (again.result, again.id) == (Result.UNCHANGED, first.id)
    assert {notice.code: notice.params for notice in again.notices} == {
        "another-doctor-on-record": {"doctor": DOCTORS[BANQIAO]},
        "another-day-on-record": {"enrolled_on": "2025-02-26"},
    }


def test_a_child_cannot_be_enrolled_before_its_birth(office):
    with pytest.raises(refusals.InvalidForm) as refused:
        office.ask(LIN.row(enrolled_on=date(1900, 1, 1)), OPERATOR)
    assert {refusal.field: refusal.code for refusal in refused.value.refusals} == {
        "enrolled_on": "enrolled-before-birth"
    }


def test_a_child_enrolled_elsewhere_has_to_be_closed_there_first(office):
    enrolled(office, LIN)
    with pytest.raises(refusals.EnrolledElsewhereNotClosed) as refused:
        office.ask(LIN.row(DAAN), OPERATOR)
    assert refused.value.params == {"institution": BANQIAO}


def test_the_birth_of_an_expected_child_is_told_by_its_enrolment(office):
    case = agreed(office, LIN, child=LIN.expected)
    office.now = taipei(4, 20)
    newborn = replace(LIN.child, birth_date=date(2025, 4, 1))
    for_number = LIN.row(child=newborn, enrolled_on=date(2025, 4, 18), case_no=case.number)
    office.ask(for_number, OPERATOR)
    assert office.told(case.id)[-3:] == ["ChildBorn", "NoticeSigned", "CaseEnrolled"]


def test_an_expected_child_is_found_by_its_mother_where_the_row_names_no_case(office):
    case = agreed(office, LIN, child=LIN.expected)
    office.now = taipei(4, 20)
    newborn = replace(LIN.child, birth_date=date(2025, 4, 1))
    office.ask(LIN.row(child=newborn, enrolled_on=date(2025, 4, 18)), OPERATOR)
    assert office.case(case.id).match_status == MatchStatus.MATCHED
    assert office.submit(LIN, child=replace(LIN.expected, due_date=date(2025, 12, 1))).id != case.id


def test_a_row_cannot_name_the_case_of_another_family(office):
    case = agreed(office, LIN)
    with pytest.raises(refusals.CaseOfAnotherFamily):
        office.ask(CHEN.row(case_no=case.number), OPERATOR)
    with pytest.raises(refusals.CaseUnknown):
        office.ask(CHEN.row(case_no="250218P1621999"), OPERATOR)


@pytest.mark.parametrize(
    ("birth_order", "born_on"),
    [(2, date(2025, 4, 1)), (0, date(2023, 4, 1))],
    ids=["the second of twins", "an elder child"],
)
def test_a_row_cannot_name_the_case_of_a_child_still_expected(office, birth_order, born_on):
    case = agreed(office, LIN, child=LIN.expected)
    office.now = taipei(4, 20)
    other = replace(LIN.child, birth_order=birth_order, birth_date=born_on, identifier=national_id(9210, "A"))
    with pytest.raises(refusals.CaseOfAnotherChild):
        office.ask(LIN.row(child=other, enrolled_on=date(2025, 4, 18), case_no=case.number), OPERATOR)


def test_whoever_forgets_an_enrolled_child_forgets_what_was_told_before_it_had_a_number(office):
    family = FamilyOf(921)
    case = agreed(office, family, child=replace(family.child, identifier=""))
    before = office.case(case.id).family.child
    row = office.ask(family.row(), OPERATOR)
    enrolment = office.matching.load(Enrolment, row.id)
    office.now = taipei(3, 11)
    office.ask(closure(family), OPERATOR)
    office.ask(commands.ForgetSubject(enrolment.family.child_subject, "retention ended"), OPERATOR)
    assert [office.vault.open(box, Child) for box in (before, enrolment.family.child)] == [None, None]


@pytest.mark.parametrize("numbered", ["at first", "later"])
def test_the_row_of_a_closed_child_is_known_again_with_its_number_or_without(office, numbered):
    family = FamilyOf(922)
    rows = [family.row(), family.row(child=replace(family.child, identifier=""))]
    first, again = rows if numbered == "at first" else reversed(rows)
    office.now = taipei(2, 27)
    enrolment = office.ask(first, OPERATOR)
    office.now = taipei(3, 11)
    by_birth = {"child_identifier": "", "mother": family.mother, "birth_date": family.child.birth_date}
    office.ask(closure(family, **by_birth), OPERATOR)
    outcome = office.ask(again, OPERATOR)
    assert (outcome.result, outcome.id) == (Result.UNCHANGED, enrolment.id)


def test_a_row_for_a_case_that_has_ended_is_a_family_on_paper(office):
    case = office.submit(LIN)
    office.ask(commands.Withdraw(case.id, WithdrawReason.OTHER), office.parent(LIN))
    office.now = taipei(2, 27)
    assert office.ask(LIN.row(case_no=case.number), OPERATOR).number == ""
    assert office.told(case.id)[-1] == "CaseWithdrawn"


def test_every_fault_of_a_row_is_told(office):
    row = replace(
        LIN.row(),
        institution="3501200000",
        enrolled_on=date(2025, 3, 28),
        mother=replace(LIN.mother, kind=IdentifierKind.RESIDENT_CERTIFICATE),
        child=LIN.expected,
        evidence="scan",
    )
    with pytest.raises(refusals.InvalidForm) as refused:
        office.ask(row, OPERATOR)
    assert {refusal.field: refusal.code for refusal in refused.value.refusals} == {
        "institution": "institution-unknown",
        "enrolled_on": "date-in-future",
        "mother.identifier": "identifier-of-another-kind",
        "child.birth_date": "field-missing",
        "evidence": "digest-malformed",
    }


def test_rows_come_from_the_institution_its_bureau_or_an_operator(office):
    office.now = taipei(2, 27)
    with pytest.raises(refusals.NotYourInstitution):
        office.ask(LIN.row(), doctor_at(DAAN))
    with pytest.raises(refusals.NotYourJurisdiction):
        office.ask(LIN.row(), bureau_of("臺北市"))
    with pytest.raises(refusals.RoleNotAllowed):
        office.ask(LIN.row(), office.parent(LIN))
    assert office.ask(LIN.row(), bureau_of("新北市")).result == Result.DONE


# Changes and closures


def test_a_change_waits_for_the_former_institution_and_then_asks_the_new_one(office):
    enrolment = enrolled(office, LIN)
    case = change(office, LIN, enrolment.id)
    assert office.told(case.id) == ["CaseSubmitted", "ChangeRequested"]
    office.by_platform(commands.NotifyFormerInstitution(case.id))
    with pytest.raises(refusals.ClosureAwaited):
        office.by_platform(commands.OfferNextPreference(case.id))
    office.now = taipei(3, 11)
    office.ask(commands.ConfirmClosure(case.id, CLOSED), bureau_of("新北市"))
    office.by_platform(commands.OfferNextPreference(case.id))
    assert office.told(case.id)[2:] == [
        "FormerInstitutionNotified",
        "BureauTaskOpened",
        "PreviousEnrolmentClosed",
        "PreferenceOffered",
    ]
    assert office.told(enrolment.id) == ["EnrolmentRecorded", "EnrolmentClosed"]
    office.accepted_by(DAAN, case.id)
    office.ask(LIN.row(DAAN, enrolled_on=date(2025, 3, 11)), OPERATOR)
    assert office.case(case.id).match_status == MatchStatus.MATCHED


def test_a_change_can_be_asked_of_the_case_that_led_to_the_enrolment(office):
    case = agreed(office, LIN)
    with pytest.raises(refusals.NoticePending):
        change(office, LIN, case.id)
    office.ask(LIN.row(), OPERATOR)
    assert change(office, LIN, case.id).number != case.number


def test_one_change_at_a_time(office):
    enrolment = enrolled(office, LIN)
    first = change(office, LIN, enrolment.id)
    with pytest.raises(refusals.ChangeUnderWay) as refused:
        change(office, LIN, enrolment.id)
    assert refused.value.params == {"case_no": first.number}


def test_a_change_leads_elsewhere_and_is_the_familys_to_ask(office):
    enrolment = enrolled(office, LIN)
    with pytest.raises(refusals.InvalidForm) as refused:
        change(office, LIN, enrolment.id, BANQIAO)
    assert [refusal.code for refusal in refused.value.refusals] == ["preference-is-former-doctor"]
    with pytest.raises(refusals.EnrolmentNotYours):
        change(office, CHEN, enrolment.id)


def test_what_is_open_is_what_would_be_taken(office):
    def objection(about):
        found = office.matching.actions(about, office.parent(LIN), office.now)
        [change] = [action.objection for action in found if action.command is commands.RequestChange]
        return change and change.code

    case = agreed(office, LIN)
    assert objection(case.id) == "notice-pending"
    enrolment = office.ask(LIN.row(), OPERATOR)
    assert objection(case.id) is None
    assert objection(enrolment.id) is None
    change(office, LIN, enrolment.id)
    assert objection(enrolment.id) == "change-under-way"
    assert objection(case.id) == "change-under-way"


def test_the_case_behind_a_closed_enrolment_offers_no_change(office):
    case = agreed(office, LIN)
    office.ask(LIN.row(), OPERATOR)
    office.now = taipei(3, 11)
    office.ask(closure(LIN), OPERATOR)
    found = {action.command: action for action in office.matching.actions(case.id, office.parent(LIN), office.now)}
    assert isinstance(found[commands.RequestChange].objection, refusals.EnrolmentAlreadyClosed)


def test_a_child_past_the_age_limit_changes_doctors_no_more(office):
    enrolment = enrolled(office, LIN)
    office.now = taipei(2, 27).replace(year=2028)
    with pytest.raises(refusals.InvalidForm) as refused:
        change(office, LIN, enrolment.id)
    assert [refusal.code for refusal in refused.value.refusals] == ["child-too-old"]


def test_a_family_that_has_moved_says_where_to(office):
    enrolment = enrolled(office, LIN)
    command = commands.RequestChange(
        enrolment.id,
        ChangeReason.MOVED,
        (PreferenceEntry(DAAN, DOCTORS[DAAN]),),
        residence=commands.AddressEntry("臺北市", "大安區"),
    )
    family = office.case(office.ask(command, office.parent(LIN)).id).family
    assert family.county == "臺北市"
    assert office.vault.open(family.child, Child).residence.district == "大安區"
    assert office.vault.open(family.child, Child).name == LIN.child.name


def test_a_closure_in_the_register_sets_the_change_free(office):
    enrolment = enrolled(office, LIN)
    case = change(office, LIN, enrolment.id)
    office.now = taipei(3, 11)
    outcome = office.ask(closure(LIN), doctor_at(BANQIAO))
    assert (outcome.id, outcome.number) == (enrolment.id, case.number)
    assert office.told(case.id)[-1] == "PreviousEnrolmentClosed"
    with pytest.raises(refusals.NoClosureAwaited):
        office.ask(commands.ConfirmClosure(case.id, CLOSED), bureau_of("新北市"))


def test_a_closure_that_the_bureau_has_confirmed_is_known_to_the_register(office):
    enrolment = enrolled(office, LIN)
    case = change(office, LIN, enrolment.id)
    office.now = taipei(3, 11)
    office.ask(commands.ConfirmClosure(case.id, CLOSED), bureau_of("新北市"))
    assert office.ask(closure(LIN), OPERATOR).result == Result.UNCHANGED


def test_a_closure_is_confirmed_by_the_former_countys_bureau_for_a_day_that_has_come(office):
    case = change(office, LIN, enrolled(office, LIN).id)
    with pytest.raises(refusals.NotYourJurisdiction):
        office.ask(commands.ConfirmClosure(case.id, date(2025, 2, 27)), bureau_of("臺北市"))
    with pytest.raises(refusals.InvalidForm):
        office.ask(commands.ConfirmClosure(case.id, CLOSED), bureau_of("新北市"))
    with pytest.raises(refusals.ClosedBeforeEnrolled):
        office.ask(commands.ConfirmClosure(case.id, date(2025, 2, 1)), bureau_of("新北市"))


def test_a_child_without_a_number_is_closed_by_mother_birth_order_and_date(office):
    office.now = taipei(2, 27)
    enrolment = office.ask(LIN.row(child=replace(LIN.child, identifier="")), OPERATOR)
    office.now = taipei(3, 11)
    by_birth = closure(LIN, child_identifier="", mother=LIN.mother, birth_date=LIN.child.birth_date)
    assert office.ask(by_birth, OPERATOR).id == enrolment.id
    assert office.ask(by_birth, OPERATOR).result == Result.UNCHANGED


def test_a_closure_of_nobody_is_refused(office):
    office.now = taipei(3, 11)
    with pytest.raises(refusals.EnrolmentUnknown):
        office.ask(closure(CHEN), OPERATOR)
    enrolled(office, LIN)
    office.now = taipei(3, 11)
    with pytest.raises(refusals.EnrolmentUnknown):
        office.ask(closure(LIN, institution=ZHONGHE), OPERATOR)
    with pytest.raises(refusals.InvalidForm) as refused:
        office.ask(closure(LIN, child_identifier=""), OPERATOR)
    assert [refusal.field for refusal in refused.value.refusals] == ["child_identifier"]


def test_after_the_closure_a_family_may_apply_anew(office):
    enrolled(office, LIN)
    with pytest.raises(refusals.AlreadyEnrolled):
        office.submit(LIN)
    office.now = taipei(3, 11)
    office.ask(closure(LIN, reason=ClosureReason.MOVED_AWAY), OPERATOR)
    assert office.submit(LIN).number


def test_an_enrolled_family_with_a_lost_phone_is_reached_again(office):
    enrolment = enrolled(office, LIN)
    office.ask(commands.ChangeContact(enrolment.id, CHEN.contact), doctor_at(BANQIAO))
    assert change(office, CHEN, enrolment.id).number
