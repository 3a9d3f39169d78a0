"""Who is who among a mother's children: twins stay two, and a child met before and after its birth stays one."""

from dataclasses import replace
from datetime import date

import pytest

from services.matching import commands
from services.matching.domain import refusals
from services.matching.domain.enrolment import Enrolment
from services.matching.events import Sex, WithdrawReason
from shared.vault.blind_index import Identifier
from tests.controls.applicants import OPERATOR, FamilyOf, national_id, taipei

LIN, CHEN = FamilyOf(1), FamilyOf(2)


# Applications and births


def test_twins_have_a_case_each(office):
    first, second = (replace(LIN.child, identifier="", birth_order=order) for order in (1, 2))
    assert office.submit(LIN, child=first).id != office.submit(LIN, child=second).id


def test_a_wrong_birth_order_does_not_make_one_person_of_twins(office):
    family = FamilyOf(913)
    first, second = (
        replace(family.child, birth_date=date(2025, 4, 1), identifier=national_id(number, "A"))
        for number in (9131, 9132)
    )
    for twin in (first, second):
        case = office.submit(family, child=family.expected)
        office.ask(commands.ReportBirth(case.id, twin), office.parent(family), now=taipei(4, 4))
        office.ask(commands.Withdraw(case.id, WithdrawReason.OTHER), office.parent(family))
    subjects = [office.vault.find(Identifier("national_id", twin.identifier)) for twin in (first, second)]
    assert subjects[0] != subjects[1]


def test_a_family_that_expects_a_child_applies_once_whatever_the_due_date(office):
    case = office.submit(LIN, child=LIN.expected)
    with pytest.raises(refusals.LiveCaseExists) as refused:
        office.submit(LIN, child=replace(LIN.expected, due_date=date(2025, 4, 9)))
    assert refused.value.params == {"case_no": case.number}


def test_a_child_born_after_its_mother_applied_is_the_one_that_was_expected(office):
    case = office.submit(LIN, child=LIN.expected)
    newborn = replace(LIN.child, birth_date=date(2025, 3, 30))
    with pytest.raises(refusals.LiveCaseExists) as refused:
        office.ask(LIN.application(child=newborn), office.parent(LIN), now=taipei(4, 2))
    assert refused.value.params == {"case_no": case.number}


def test_a_child_born_the_day_before_its_mother_applied_for_an_expected_one_is_that_child(office):
    case = office.submit(LIN, child=replace(LIN.expected, due_date=date(2025, 2, 20)))
    newborn = replace(LIN.child, birth_date=date(2025, 2, 17))
    with pytest.raises(refusals.LiveCaseExists) as refused:
        office.submit(LIN, child=newborn)
    assert refused.value.params == {"case_no": case.number}
    office.ask(commands.ReportBirth(case.id, newborn), office.parent(LIN))
    assert office.case(case.id).born


def test_a_child_that_has_a_case_since_its_birth_is_not_expected_as_another(office):
    case = office.submit(LIN, child=replace(LIN.child, birth_date=date(2025, 2, 17)))
    with pytest.raises(refusals.LiveCaseExists) as refused:
        office.submit(LIN, child=replace(LIN.expected, due_date=date(2025, 2, 20)))
    assert refused.value.params == {"case_no": case.number}
    assert office.submit(LIN, child=replace(LIN.expected, due_date=date(2025, 12, 1))).id != case.id


def test_a_birth_is_reported_for_the_days_and_the_child_that_were_expected(office):
    case = office.submit(LIN, child=LIN.expected)
    for changes, code in (
        ({"birth_date": date(2024, 6, 1)}, "birth-not-expected-then"),
        ({"birth_date": date(2025, 4, 1), "birth_order": 2}, "second-twin-has-own-case"),
    ):
        report = commands.ReportBirth(case.id, replace(LIN.child, **changes))
        with pytest.raises(refusals.InvalidForm) as refused:
            office.ask(report, office.parent(LIN), now=taipei(4, 4))
        assert [refusal.code for refusal in refused.value.refusals] == [code]
    assert not office.case(case.id).born


def test_a_number_unlike_the_childs_sex_is_noticed_when_its_birth_is_reported(office):
    case = office.submit(LIN, child=LIN.expected)
    newborn = replace(LIN.child, birth_date=date(2025, 4, 1), sex=Sex.MALE)
    told = office.ask(commands.ReportBirth(case.id, newborn), office.parent(LIN), now=taipei(4, 4))
    assert [(notice.field, notice.code) for notice in told.notices] == [("child.identifier", "sex-unlike-number")]


@pytest.mark.parametrize(
    "changes", [{"identifier": national_id(9401, "A")}, {"name": "寶寶二", "identifier": ""}], ids=["number", "name"]
)
def test_a_twin_entered_as_a_single_child_is_told_what_to_enter(office, changes):
    office.submit(LIN)
    twin = replace(LIN.child, **changes)
    with pytest.raises(refusals.AnotherChildOfThisBirth) as refused:
        office.submit(LIN, child=twin)
    assert refused.value.field == "child.birth_order"
    assert office.submit(LIN, child=replace(twin, birth_order=2)).number


def test_nobody_learns_by_guessing_what_a_child_of_another_phone_is_called(office):
    office.submit(LIN)
    with pytest.raises(refusals.LiveCaseExists) as refused:
        office.ask(
            LIN.application(contact=CHEN.contact, child=replace(LIN.child, name="別名", identifier="")),
            office.parent(CHEN),
        )
    assert refused.value.params == {"case_no": ""}


def test_an_elder_child_of_an_expecting_mother_has_a_case_of_its_own(office):
    office.submit(LIN, child=LIN.expected)
    elder = replace(LIN.child, birth_date=date(2023, 6, 1))
    assert office.submit(LIN, child=elder).number


def test_the_second_twin_is_applied_for_when_the_first_is_reported(office):
    case = office.submit(LIN, child=LIN.expected)
    first, second = (
        replace(LIN.child, birth_date=date(2025, 4, 1), identifier=national_id(700 + order, "A"), birth_order=order)
        for order in (1, 2)
    )
    office.ask(commands.ReportBirth(case.id, first), office.parent(LIN), now=taipei(4, 4))
    twin = office.ask(LIN.application(child=second), office.parent(LIN), now=taipei(4, 4))
    assert twin.id != case.id
    assert office.case(case.id).family.birth_order == 1


def test_a_birth_cannot_make_a_second_case_of_a_child(office):
    office.submit(CHEN, child=replace(LIN.child, sex=Sex.FEMALE))
    expecting = office.submit(LIN, child=LIN.expected)
    with pytest.raises(refusals.LiveCaseExists):
        office.ask(commands.ReportBirth(expecting.id, LIN.child), office.parent(LIN))


# Rows of the register


def test_twins_entered_as_single_children_are_never_taken_for_one(office):
    first, second = (replace(LIN.child, identifier=national_id(9300 + order, "A")) for order in (1, 2))
    office.now = taipei(2, 27)
    enrolment = office.ask(LIN.row(child=first), OPERATOR)
    with pytest.raises(refusals.AnotherChildOfThisBirth) as refused:
        office.ask(LIN.row(child=second), OPERATOR)
    assert refused.value.field == "child.birth_order"
    other = office.ask(LIN.row(child=replace(second, birth_order=2)), OPERATOR)
    assert other.id != enrolment.id
    office.now = taipei(3, 11)
    by_birth = {"mother": LIN.mother, "birth_date": first.birth_date}
    with pytest.raises(refusals.AnotherChildOfThisBirth) as refused:
        office.ask(LIN.closure(child_identifier=national_id(9303, "A"), **by_birth), OPERATOR)
    assert refused.value.field == "birth_order"
    assert office.matching.load(Enrolment, enrolment.id).is_open


def test_a_row_does_not_end_the_case_of_a_twin_that_was_entered_as_a_single_child(office):
    first, second = (replace(LIN.child, identifier=national_id(9310 + order, "A")) for order in (1, 2))
    case = office.agreed(LIN, child=first)
    with pytest.raises(refusals.AnotherChildOfThisBirth):
        office.ask(LIN.row(child=second), OPERATOR)
    assert office.case(case.id).is_live


def test_a_certificate_that_a_national_id_has_followed_is_the_same_child(office):
    foreigner = replace(LIN.child, identifier="A800000014")
    office.now = taipei(2, 27)
    enrolment = office.ask(LIN.row(child=foreigner), OPERATOR)
    assert office.ask(LIN.row(), OPERATOR).id == enrolment.id


def test_a_row_cannot_name_the_case_of_the_other_twin(office):
    first, second = (
        replace(LIN.child, birth_order=order, identifier=national_id(9200 + order, "A")) for order in (1, 2)
    )
    cases = [office.agreed(LIN, child=twin) for twin in (first, second)]
    with pytest.raises(refusals.CaseOfAnotherChild) as refused:
        office.ask(LIN.row(child=second, case_no=cases[0].number), OPERATOR)
    assert refused.value.field == "case_no"
    assert office.ask(LIN.row(child=second, case_no=cases[1].number), OPERATOR).number == cases[1].number
    assert office.case(cases[0].id).is_live
