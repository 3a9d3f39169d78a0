"""A case that found nobody lies with the bureau until its child is enrolled."""

from dataclasses import replace
from datetime import date

import pytest

from services.matching import commands
from services.matching.domain import refusals
from services.matching.domain.statuses import MatchStatus
from shared.application import Result
from tests.controls.applicants import BANQIAO, DAAN, OPERATOR, FamilyOf, national_id, taipei

LIN = FamilyOf(1)


def unmatched(office, family, **changes):
    case = office.submit(family, BANQIAO, **changes)
    office.declined_by(BANQIAO, case.id)
    office.by_platform(commands.OfferNextPreference(case.id))
    assert office.case(case.id).match_status == MatchStatus.UNMATCHED
    return case


@pytest.mark.parametrize("named", [False, True], ids=["found", "named"])
def test_an_enrolment_ends_a_case_that_found_nobody(office, named):
    case = unmatched(office, LIN)
    office.now = taipei(2, 27)
    row = LIN.row(DAAN, contact=None, case_no=case.number if named else "")
    outcome = office.ask(row, OPERATOR)
    assert office.told(case.id)[-2:] == ["CaseUnmatched", "EnrolmentMismatchDetected"]
    ended = office.case(case.id)
    assert (ended.match_status, ended.enrolment_id) == (MatchStatus.MATCHED, outcome.id)
    assert outcome.number == case.number


def test_an_enrolment_through_a_second_case_ends_the_first_that_found_nobody(office):
    first = unmatched(office, LIN)
    second = office.submit(LIN)
    office.accepted_by(BANQIAO, second.id)
    office.now = taipei(2, 27)
    outcome = office.ask(LIN.row(), OPERATOR)
    assert outcome.number == second.number
    assert outcome.notices == ()
    assert [office.case(case.id).enrolment_id for case in (first, second)] == [outcome.id] * 2
    assert [office.told(case.id)[-1] for case in (first, second)] == ["EnrolmentMismatchDetected", "CaseEnrolled"]


def test_the_enrolment_of_a_child_that_was_expected_ends_its_case_that_found_nobody(office):
    case = unmatched(office, LIN, child=LIN.expected)
    office.now = taipei(4, 20)
    newborn = replace(LIN.child, birth_date=date(2025, 4, 1))
    office.ask(LIN.row(DAAN, child=newborn, enrolled_on=date(2025, 4, 18)), OPERATOR)
    assert office.told(case.id)[-2:] == ["ChildBorn", "EnrolmentMismatchDetected"]


def test_a_child_born_long_after_another_was_expected_does_not_end_that_ones_case(office):
    case = unmatched(office, LIN, child=LIN.expected)
    office.now = taipei(4, 20).replace(year=2027)
    later = replace(LIN.child, birth_date=date(2027, 3, 1), identifier=national_id(9230, "A"))
    office.ask(LIN.row(DAAN, child=later, enrolled_on=date(2027, 4, 18)), OPERATOR)
    assert office.case(case.id).match_status == MatchStatus.UNMATCHED


def test_a_family_whose_case_found_nobody_and_whose_contact_is_forgotten_tells_another(office):
    family = FamilyOf(923)
    unmatched(office, family)
    office.ask(commands.ForgetSubject(office.parent(family).subject, "asked for"), OPERATOR)
    office.now = taipei(2, 27)
    with pytest.raises(refusals.ContactMissing):
        office.ask(family.row(contact=None), OPERATOR)
    assert office.ask(family.row(), OPERATOR).result == Result.DONE


def test_a_birth_is_reported_to_a_case_that_found_nobody(office):
    case = unmatched(office, LIN, child=LIN.expected)
    birth = commands.ReportBirth(case.id, replace(LIN.child, birth_date=date(2025, 4, 1)))
    office.ask(birth, office.parent(LIN), now=taipei(4, 4))
    assert office.told(case.id)[-2:] == ["CaseUnmatched", "ChildBorn"]
