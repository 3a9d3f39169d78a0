"""The register tells of enrolments, row by row."""

from dataclasses import replace
from datetime import date

import pytest

from services.matching import commands
from services.matching.domain import refusals
from services.matching.domain.enrolment import Enrolment
from services.matching.domain.statuses import EnrolmentStatus, MatchStatus
from services.matching.events import Child, Contact, IdentifierKind, WithdrawReason
from shared.application import Result
from tests.controls.applicants import (
    BANQIAO,
    CLOSED,
    DAAN,
    DOCTORS,
    OPERATOR,
    FamilyOf,
    bureau_of,
    doctor_at,
    national_id,
    taipei,
)

LIN, CHEN = FamilyOf(1), FamilyOf(2)


@pytest.fixture(autouse=True)
def later(office):
    office.now = taipei(2, 24)


def test_a_row_as_agreed_ends_the_case_signed_and_enrolled(office):
    case = office.agreed(LIN)
    outcome = office.ask(LIN.row(evidence="ab" * 32), doctor_at(BANQIAO))
    assert office.told(outcome.id) == ["EnrolmentRecorded"]
    assert office.told(case.id)[-2:] == ["NoticeSigned", "CaseEnrolled"]
    assert (outcome.result, outcome.number, outcome.notices) == (Result.DONE, case.number, ())
    ended = office.case(case.id)
    assert (ended.match_status, ended.enrolment_status) == (MatchStatus.MATCHED, EnrolmentStatus.ENROLLED)
    assert ended.enrolment_id == outcome.id


@pytest.mark.parametrize("asked_of", ["the case", "the enrolment"])
def test_an_enrolled_family_is_reached_anew_through_the_case_and_the_enrolment_alike(office, asked_of):
    family = FamilyOf(931 if asked_of == "the case" else 932)
    case = office.agreed(family)
    enrolment = office.ask(family.row(), doctor_at(BANQIAO))
    contact = replace(family.contact, mobile="0922333444", email="new@example.tw")

    about = case.id if asked_of == "the case" else enrolment.id
    office.ask(commands.ChangeContact(about, contact), office.proving(family, contact))

    assert (office.told(case.id)[-1], office.told(enrolment.id)[-1]) == ("ContactChanged", "EnrolmentContactChanged")
    enrolled = office.matching.load(Enrolment, enrolment.id)
    for reached in (office.case(case.id).family, enrolled.family):
        assert office.vault.open(reached.contact, Contact).mobile == "0922333444"


def test_the_contact_of_a_closed_enrolment_and_its_case_stays_as_it_was(office):
    family = FamilyOf(933)
    case = office.agreed(family)
    office.ask(family.row(), doctor_at(BANQIAO))
    office.now = taipei(3, 11)
    office.ask(family.closure(), doctor_at(BANQIAO))
    with pytest.raises(refusals.EnrolmentAlreadyClosed):
        office.ask(commands.ChangeContact(case.id, replace(family.contact, email="")), office.parent(family))


def test_a_row_that_is_only_tried_stores_nothing_and_makes_one_person_of_nobody(office):
    family = FamilyOf(913)
    case = office.submit(family, child=replace(family.child, identifier=""))
    child, known_as = office.case(case.id).family.child_subject, office.matching.desk.people.known_as
    office.now = taipei(2, 27)
    tried = office.matching.consider(family.row(), OPERATOR, office.now)
    assert (tried.number, known_as(child)) == (case.number, (child,))
    assert office.told(tried.id) == []
    office.ask(family.row(), OPERATOR)
    assert len(known_as(child)) == 2


def test_a_row_of_another_institution_ends_the_case_as_a_mismatch(office):
    case = office.agreed(LIN)
    outcome = office.ask(LIN.row(DAAN), OPERATOR)
    assert office.told(case.id)[-1] == "EnrolmentMismatchDetected"
    [notice] = outcome.notices
    assert (notice.code, notice.params) == ("enrolled-elsewhere-than-agreed", {"expected": BANQIAO})
    with pytest.raises(refusals.AlreadyEnrolled):
        office.submit(LIN)


def test_a_family_on_paper_is_enrolled_without_a_case(office):
    outcome = office.enrolled(LIN)
    assert outcome.number == ""
    enrolment = office.matching.load(Enrolment, outcome.id)
    assert enrolment.family.contact_subject == office.parent(LIN).subject


def test_a_family_on_paper_needs_a_contact(office):
    with pytest.raises(refusals.ContactMissing):
        office.ask(LIN.row(contact=None, enrolled_on=date(2025, 2, 20)), OPERATOR)


def test_what_a_row_leaves_out_the_case_knows(office):
    office.agreed(LIN)
    bare = replace(LIN.child, name="", sex=None)
    outcome = office.ask(LIN.row(contact=None, child=bare), OPERATOR)
    family = office.matching.load(Enrolment, outcome.id).family
    assert office.vault.open(family.child, Child).name == LIN.child.name
    assert office.vault.open(family.contact, Contact).mobile == LIN.contact.mobile


def test_a_row_leaves_the_phone_that_the_family_proved(office):
    case = office.agreed(LIN)
    row = LIN.row(DAAN, contact=CHEN.contact)
    enrolment = office.matching.load(Enrolment, office.ask(row, doctor_at(DAAN)).id)
    assert enrolment.family.contact_subject == office.case(case.id).family.contact_subject == office.parent(LIN).subject


def test_the_same_row_again_changes_nothing_even_after_the_closure(office):
    first = office.enrolled(LIN)
    again = office.ask(LIN.row(), OPERATOR)
    assert (again.result, again.id, again.notices) == (Result.UNCHANGED, first.id, ())
    office.now = taipei(3, 11)
    office.ask(LIN.closure(), OPERATOR)
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
    first = office.enrolled(LIN)
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
    office.enrolled(LIN)
    with pytest.raises(refusals.EnrolledElsewhereNotClosed) as refused:
        office.ask(LIN.row(DAAN), OPERATOR)
    assert refused.value.params == {"institution": BANQIAO}


def test_the_birth_of_an_expected_child_is_told_by_its_enrolment(office):
    case = office.agreed(LIN, child=LIN.expected)
    office.now = taipei(4, 20)
    newborn = replace(LIN.child, birth_date=date(2025, 4, 1))
    for_number = LIN.row(child=newborn, enrolled_on=date(2025, 4, 18), case_no=case.number)
    office.ask(for_number, OPERATOR)
    assert office.told(case.id)[-3:] == ["ChildBorn", "NoticeSigned", "CaseEnrolled"]


def test_an_expected_child_is_found_by_its_mother_where_the_row_names_no_case(office):
    case = office.agreed(LIN, child=LIN.expected)
    office.now = taipei(4, 20)
    newborn = replace(LIN.child, birth_date=date(2025, 4, 1))
    office.ask(LIN.row(child=newborn, enrolled_on=date(2025, 4, 18)), OPERATOR)
    assert office.case(case.id).match_status == MatchStatus.MATCHED
    assert office.submit(LIN, child=replace(LIN.expected, due_date=date(2025, 12, 1))).id != case.id


def test_a_row_cannot_name_the_case_of_another_family(office):
    case = office.agreed(LIN)
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
    case = office.agreed(LIN, child=LIN.expected)
    office.now = taipei(4, 20)
    other = replace(LIN.child, birth_order=birth_order, birth_date=born_on, identifier=national_id(9210, "A"))
    with pytest.raises(refusals.CaseOfAnotherChild):
        office.ask(LIN.row(child=other, enrolled_on=date(2025, 4, 18), case_no=case.number), OPERATOR)


def test_whoever_forgets_an_enrolled_child_forgets_what_was_told_before_it_had_a_number(office):
    family = FamilyOf(921)
    case = office.agreed(family, child=replace(family.child, identifier=""))
    before = office.case(case.id).family.child
    row = office.ask(family.row(), OPERATOR)
    enrolment = office.matching.load(Enrolment, row.id)
    office.now = taipei(3, 11)
    office.ask(family.closure(), OPERATOR)
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
    office.ask(family.closure(**by_birth), OPERATOR)
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
