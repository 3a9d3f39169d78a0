"""Families apply, once a child; the same submission is answered alike; whatever is wrong is told at once."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from hashlib import sha256
from uuid import uuid4

import msgspec
import pytest

from services.matching import commands
from services.matching.commands import PreferenceEntry
from services.matching.domain import refusals
from services.matching.domain.statuses import MatchStatus
from services.matching.events import Child, Contact, WithdrawReason
from shared.application import Result
from shared.refusals import Refusal
from shared.vault.blind_index import Identifier
from tests.controls.applicants import (
    BANQIAO,
    DAAN,
    DOCTORS,
    HOME,
    OPERATOR,
    ZHONGHE,
    FamilyOf,
    bureau_of,
    doctor_at,
    taipei,
)

LIN, CHEN = FamilyOf(1), FamilyOf(2)


# Applying


def test_an_application_is_a_case_asked_of_its_first_preference(office):
    outcome = office.submit(LIN)
    case = office.case(outcome.id)
    assert office.told(outcome.id) == ["CaseSubmitted", "PreferenceOffered"]
    assert outcome.version == case.version == 2
    assert outcome.number == case.case_no == "250218P1621001"
    assert case.preferences.open.institution == BANQIAO
    assert office.matching.holder_of("case-no", outcome.number) == outcome.id


def test_what_a_family_told_is_sealed_for_the_person_it_is_about(office):
    case = office.case(office.submit(LIN).id)
    assert office.vault.open(case.family.child, Child).name == "寶寶1"
    assert office.vault.open(case.family.contact, Contact).mobile == LIN.contact.mobile
    people = {case.family.child_subject, case.family.mother_subject, case.family.contact_subject}
    assert len(people) == 3


def test_only_the_phone_that_was_proved_can_be_the_contact(office):
    with pytest.raises(refusals.PhoneNotProved) as refused:
        office.ask(LIN.application(), office.parent(CHEN))
    assert refused.value.field == "contact.mobile"


def test_text_that_nobody_can_see_is_refused_by_its_field(office):
    unseen = LIN.application(
        contact=replace(LIN.contact, name="\u200b\u200f"),
        mother=replace(LIN.mother, identifier="\ud800"),
        child=replace(LIN.child, name="\0"),
        preferences=(PreferenceEntry(BANQIAO, "\u202eD1"),),
    )
    with pytest.raises(refusals.InvalidForm) as refused:
        office.ask(unseen, office.parent(LIN))
    assert {refusal.field: refusal.code for refusal in refused.value.refusals} == dict.fromkeys(
        ("contact.name", "mother.identifier", "child.name", "preferences.0.doctor"), "text-unprintable"
    )


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("", "field-missing"),
        ("  ", "field-missing"),
        ("a\0b", "text-unprintable"),
        ("\ud800", "text-unprintable"),
        ("k" * 201, "text-too-long"),
    ],
)
def test_an_idempotency_key_that_cannot_be_kept_is_refused_by_name(office, key, code):
    with pytest.raises(Refusal) as refused:
        office.matching.handle(LIN.application(), office.parent(LIN), key, taipei(2, 18, 16, 21))
    assert (refused.value.code, refused.value.field) == (code, "idempotency_key")


def test_every_fault_of_an_application_is_told_and_nothing_is_stored(office):
    wrong = LIN.application(
        contact=replace(LIN.contact, name=""),
        mother=replace(LIN.mother, identifier="A123456788"),
        child=replace(LIN.child, birth_date=date(2021, 1, 20)),
        preferences=(PreferenceEntry(BANQIAO, DOCTORS[DAAN]),),
    )
    with pytest.raises(refusals.InvalidForm) as refused:
        office.ask(wrong, office.parent(LIN))
    assert {refusal.field: refusal.code for refusal in refused.value.refusals} == {
        "contact.name": "field-missing",
        "mother.identifier": "wrong-checksum",
        "child.birth_date": "child-too-old",
        "preferences.0.doctor": "doctor-not-at-institution",
    }
    assert office.submit(LIN).number.endswith("001")  # not even a case number was spent


def test_a_child_given_its_mothers_number_is_refused(office):
    with pytest.raises(refusals.ChildIsMother):
        office.submit(LIN, child=replace(LIN.child, identifier=LIN.mother.identifier))


# Once


def test_the_same_submission_under_one_key_is_one_case_and_one_answer(office):
    first = office.ask(LIN.application(), office.parent(LIN), key="form/1")
    again = office.ask(LIN.application(), office.parent(LIN), key="form/1", now=taipei(2, 19))
    assert again == first


def test_a_key_used_before_is_refused_for_anything_and_anybody_else(office):
    office.ask(LIN.application(), office.parent(LIN), key="form/1")
    with pytest.raises(refusals.IdempotencyKeyReused):
        office.ask(LIN.application(BANQIAO), office.parent(LIN), key="form/1")
    with pytest.raises(refusals.IdempotencyKeyReused):
        office.ask(LIN.application(), replace(office.parent(LIN), id="somebody/else"), key="form/1")


def test_the_answer_kept_of_a_command_cannot_be_found_by_guessing_the_command(office):
    caller = office.parent(LIN)
    office.ask(LIN.application(), caller, key="form/1")
    guess = msgspec.json.encode(["SubmitApplication", LIN.application(), caller.id])
    assert office.matching.answer_to("form/1").digest != sha256(guess).digest()


def test_a_refused_command_leaves_its_key_free(office):
    with pytest.raises(refusals.InvalidForm):
        office.ask(LIN.application(preferences=()), office.parent(LIN), key="form/1")
    assert office.ask(LIN.application(), office.parent(LIN), key="form/1").number


def test_a_command_without_a_key_is_refused(office):
    with pytest.raises(refusals.FieldMissing) as refused:
        office.matching.handle(LIN.application(), office.parent(LIN), "", office.now)
    assert refused.value.field == "idempotency_key"


def test_the_same_submission_twice_at_once_is_one_case(office):
    caller, now = office.parent(LIN), office.now
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(office.matching.handle, LIN.application(), caller, "form/1", now) for _ in range(8)]
        outcomes = {future.result() for future in asked}
    assert len(outcomes) == 1


# One live case a child


def test_a_second_application_for_a_child_tells_its_own_phone_which_case_to_track(office):
    first = office.submit(LIN)
    with pytest.raises(refusals.LiveCaseExists) as refused:
        office.submit(LIN, DAAN)
    assert refused.value.params == {"case_no": first.number}


def test_another_phone_is_not_told_the_case_number(office):
    office.submit(LIN)
    with pytest.raises(refusals.LiveCaseExists) as refused:
        office.submit(CHEN, child=LIN.child, mother=LIN.mother)
    assert refused.value.params == {"case_no": ""}


def test_a_child_is_known_by_mother_birth_order_and_date_while_it_has_no_number(office):
    unregistered = replace(LIN.child, identifier="")
    office.submit(LIN, child=unregistered)
    with pytest.raises(refusals.LiveCaseExists):
        office.submit(LIN, child=unregistered)
    with pytest.raises(refusals.LiveCaseExists):
        office.submit(LIN, child=LIN.child)  # its number has come meanwhile


def test_a_child_may_be_applied_for_again_after_the_case_has_ended(office):
    first = office.submit(LIN)
    office.ask(commands.Withdraw(first.id, WithdrawReason.MISTAKE), office.parent(LIN))
    assert office.submit(LIN).id != first.id


def test_one_of_many_applications_for_a_child_at_once_becomes_its_case(office):
    caller, now = office.parent(LIN), office.now

    def submit(number):
        try:
            return office.matching.handle(LIN.application(), caller, f"form/{number}", now).number
        except refusals.LiveCaseExists as refusal:
            return refusal

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(submit, range(8)))
    cases = [answer for answer in answers if isinstance(answer, str)]
    assert len(cases) == 1
    assert [answer.params for answer in answers if answer not in cases] == [{"case_no": cases[0]}] * 7


def test_many_families_at_once_get_different_numbers_of_the_day(office):
    families = [FamilyOf(number) for number in range(10, 30)]
    callers = [office.parent(family) for family in families]

    def submit(number):
        command = families[number].application()
        return office.matching.handle(command, callers[number], f"form/{number}", office.now).number

    with ThreadPoolExecutor(8) as pool:
        numbers = sorted(pool.map(submit, range(20)))
    assert numbers == [f"250218P1621{number:03d}" for number in range(1, 21)]


def test_case_numbers_begin_anew_at_midnight_in_taipei(office):
    def submitted(number, moment):
        family = FamilyOf(number)
        return office.ask(family.application(), office.parent(family), now=moment).number

    assert submitted(1, taipei(2, 18, 23, 59)) == "250218P2359001"
    assert submitted(2, taipei(2, 19, 0, 0)) == "250219P0000001"
    assert submitted(3, taipei(2, 19, 7, 59)) == "250219P0759002"  # still the 18th in UTC


def test_the_thousandth_case_of_a_day_widens_the_number(office):
    for _ in range(999):
        office.matching.next_number("case-no/2025-02-18")
    assert re.fullmatch(r"250218P16211000", office.submit(LIN).number)


# Amending and withdrawing


def test_preferences_that_were_not_asked_can_be_amended(office):
    case = office.submit(LIN)
    wishes = tuple(PreferenceEntry(code, DOCTORS[code]) for code in (BANQIAO, ZHONGHE))
    outcome = office.ask(commands.AmendPreferences(case.id, wishes), office.parent(LIN))
    assert outcome.result == Result.DONE
    assert [wish.institution for wish in office.case(case.id).preferences.preferences] == [BANQIAO, ZHONGHE]


def test_preferences_sent_as_they_were_change_nothing(office):
    case = office.submit(LIN)
    as_they_were = commands.AmendPreferences(case.id, LIN.application().preferences)
    outcome = office.ask(as_they_were, office.parent(LIN), key="amend/1")
    assert (outcome.result, outcome.version) == (Result.UNCHANGED, 2)
    assert office.told(case.id) == ["CaseSubmitted", "PreferenceOffered"]
    assert office.ask(as_they_were, office.parent(LIN), key="amend/1") == outcome


def test_a_locked_preference_is_told_with_the_other_faults(office):
    case = office.submit(LIN)
    wishes = (PreferenceEntry(ZHONGHE, DOCTORS[ZHONGHE]), PreferenceEntry(DAAN, "DR-NOBODY"))
    with pytest.raises(refusals.InvalidForm) as refused:
        office.ask(commands.AmendPreferences(case.id, wishes), office.parent(LIN))
    assert {refusal.code for refusal in refused.value.refusals} == {"first-preference-locked", "doctor-unknown"}


def test_a_preference_kept_is_kept_although_its_institution_has_left(office):
    case = office.submit(LIN)
    office.registry.leaves(DAAN)
    wishes = tuple(PreferenceEntry(code, DOCTORS[code]) for code in (BANQIAO, DAAN))
    office.ask(commands.AmendPreferences(case.id, wishes), office.parent(LIN))
    assert len(office.case(case.id).preferences.preferences) == 2


def test_strangers_can_do_nothing_to_a_case(office):
    case = office.submit(LIN)
    with pytest.raises(refusals.CaseNotYours):
        office.ask(commands.Withdraw(case.id, WithdrawReason.OTHER), office.parent(CHEN))
    with pytest.raises(refusals.RoleNotAllowed):
        office.ask(commands.Withdraw(case.id, WithdrawReason.OTHER), doctor_at(BANQIAO))
    with pytest.raises(refusals.CaseUnknown):
        office.ask(commands.Withdraw(uuid4(), WithdrawReason.OTHER), office.parent(LIN))


# Birth and contact


def test_a_birth_is_reported_to_the_case_that_expected_it(office):
    case = office.submit(LIN, child=LIN.expected)
    office.ask(
        commands.ReportBirth(case.id, replace(LIN.child, birth_date=date(2025, 4, 1))),
        office.parent(LIN),
        now=taipei(4, 4),
    )
    born = office.case(case.id)
    assert born.born
    assert office.vault.open(born.family.child, Child).identifier == LIN.child.identifier
    assert office.told(case.id)[-1] == "ChildBorn"
    with pytest.raises(refusals.LiveCaseExists):  # the case is now known by the child itself
        office.ask(
            LIN.application(child=replace(LIN.child, birth_date=date(2025, 4, 1))), office.parent(LIN), now=taipei(4, 5)
        )


def test_whoever_forgets_a_child_forgets_what_was_told_of_it_before_its_birth(office):
    family = FamilyOf(911)
    case = office.submit(family, child=family.expected)
    before = office.case(case.id).family.child
    birth = commands.ReportBirth(case.id, replace(family.child, birth_date=date(2025, 4, 1)))
    office.ask(birth, office.parent(family), now=taipei(4, 4))
    born = office.case(case.id).family.child
    office.ask(commands.Withdraw(case.id, WithdrawReason.OTHER), office.parent(family))
    assert office.vault.open(before, Child).due_date == family.expected.due_date
    forgotten = office.ask(commands.ForgetSubject(born.subject, "retention ended"), OPERATOR)
    assert [office.vault.open(box, Child) for box in (before, born)] == [None, None]
    assert office.told(forgotten.id) == ["SubjectForgotten"]


def test_a_child_is_found_again_although_the_command_that_recognised_it_came_to_nothing(office):
    family = FamilyOf(912)
    case = office.submit(family, child=replace(family.child, identifier=""))
    number = office.vault.subject_for([Identifier("national_id", family.child.identifier)])
    office.vault.merge(number, office.case(case.id).family.child_subject)
    for child in (family.child, replace(family.child, identifier="")):
        with pytest.raises(refusals.LiveCaseExists) as refused:
            office.submit(family, child=child)
        assert refused.value.params == {"case_no": case.number}


def test_a_lost_phone_is_replaced_by_the_bureau_and_the_new_one_opens_the_case(office):
    case = office.submit(LIN)
    office.ask(commands.ChangeContact(case.id, CHEN.contact), bureau_of("新北市"))
    with pytest.raises(refusals.CaseNotYours):
        office.ask(commands.Withdraw(case.id, WithdrawReason.OTHER), office.parent(LIN))
    office.ask(commands.Withdraw(case.id, WithdrawReason.OTHER), office.parent(CHEN))
    assert office.case(case.id).match_status == MatchStatus.WITHDRAWN


def test_a_family_changes_its_mail_address_itself(office):
    case = office.submit(LIN)
    contact = replace(LIN.contact, email="")
    office.ask(commands.ChangeContact(case.id, contact), office.parent(LIN))
    assert office.vault.open(office.case(case.id).family.contact, Contact).email == ""
    with pytest.raises(refusals.InvalidForm):
        office.ask(commands.ChangeContact(case.id, replace(contact, mobile="02-2345")), office.parent(LIN))


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"mobile": "0922333444"}, ["contact.mobile"]),
        ({"email": "new@example.tw"}, ["contact.email"]),
        ({"mobile": "0922333444", "email": "new@example.tw"}, ["contact.mobile", "contact.email"]),
    ],
)
def test_a_new_contact_counts_once_the_family_has_proved_it(office, changes, fields):
    case = office.submit(LIN)
    contact = replace(LIN.contact, **changes)

    with pytest.raises(refusals.InvalidForm) as refused:
        office.ask(commands.ChangeContact(case.id, contact), office.parent(LIN))

    assert [(one.code, one.field) for one in refused.value.refusals] == [
        ("contact-not-proved", name) for name in fields
    ]
    assert office.told(case.id)[-1] != "ContactChanged"
    office.ask(commands.ChangeContact(case.id, contact), office.proving(LIN, contact))
    assert office.vault.open(office.case(case.id).family.contact, Contact).mobile == contact.mobile


def test_the_residence_decides_the_county(office):
    elsewhere = replace(LIN.child, residence=replace(HOME, county="台北市", district="大安區"))
    assert office.case(office.submit(LIN, child=elsewhere).id).family.county == "臺北市"
