"""Forms: every fault is told at once, by field; what was typed is folded into one form."""

from dataclasses import dataclass, replace
from datetime import date

import pytest

from services.matching.application.forms import Form
from services.matching.commands import AddressEntry, ChildEntry, ContactEntry, MotherEntry, PreferenceEntry
from services.matching.domain.refusals import InvalidForm
from services.matching.domain.registry import DoctorFacts, InstitutionFacts
from services.matching.events import Address, Contact, IdentifierKind, Relation, Sex
from shared.vault.blind_index import Identifier
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, DAAN_DOCTOR, PREFERENCES
from tests.unit.matching.scenario import POLICY

TODAY = date(2025, 2, 18)
HOME = AddressEntry("新北市", "板橋區", " 中山路一段161號 ")
BORN = ChildEntry(HOME, birth_date=date(2025, 1, 20), name="林小安", sex=Sex.FEMALE, identifier="F200000017")
EXPECTED = ChildEntry(HOME, due_date=date(2025, 4, 2))
FATHER = ContactEntry(Relation.FATHER, "林大明", "0912-345-678", "lin.family@Example.TW")
CLINIC_THAT_LEFT, ELSEWHERE = "3501010014", "3531040091"


@dataclass(frozen=True)
class ListedRegistry:
    """A registry of what a test lists."""

    institutions: dict[str, InstitutionFacts]
    doctors: dict[str, DoctorFacts]

    def institution(self, code):
        return self.institutions.get(code)

    def doctor(self, number):
        return self.doctors.get(number)


REGISTRY = ListedRegistry(
    institutions={
        BANQIAO_CLINIC: InstitutionFacts(BANQIAO_CLINIC, "板橋診所", "新北市", "板橋區", takes_part=True),
        DAAN_CLINIC: InstitutionFacts(DAAN_CLINIC, "大安診所", "臺北市", "大安區", takes_part=True),
        CLINIC_THAT_LEFT: InstitutionFacts(CLINIC_THAT_LEFT, "中正診所", "臺北市", "中正區", takes_part=False),
    },
    doctors={
        BANQIAO_DOCTOR: DoctorFacts(BANQIAO_DOCTOR, "陳", BANQIAO_CLINIC, active=True, training_done=True),
        DAAN_DOCTOR: DoctorFacts(DAAN_DOCTOR, "林", DAAN_CLINIC, active=True, training_done=True),
        "DR-LEFT": DoctorFacts("DR-LEFT", "黃", DAAN_CLINIC, active=False, training_done=True),
        "DR-NEW": DoctorFacts("DR-NEW", "張", DAAN_CLINIC, active=True, training_done=False),
    },
)


def new_form(policy=POLICY):
    return Form(TODAY, policy, REGISTRY)


def faults(fill, policy=POLICY):
    """What `fill` finds wrong, as code by field."""
    form = new_form(policy)
    fill(form)
    with pytest.raises(InvalidForm) as refused:
        form.finish()
    return {refusal.field: refusal.code for refusal in refused.value.refusals}


def test_a_form_without_faults_is_taken():
    form = new_form()
    contact, child = form.contact(FATHER), form.applied_for(BORN)
    form.finish()
    assert contact == Contact(Relation.FATHER, "林大明", "0912345678", "lin.family@example.tw")
    assert child.child.residence == Address("新北市", "板橋區", "220", "中山路一段161號")
    assert child.identifier == Identifier("national_id", "F200000017")
    assert child.born
    assert child.day == date(2025, 1, 20)


def test_every_fault_of_a_form_is_told_at_once():
    def fill(form):
        form.contact(ContactEntry(Relation.MOTHER, " ", "0812345678", "nobody"))
        form.mother(MotherEntry(IdentifierKind.NATIONAL_ID, "A200000031"))
        form.applied_for(replace(BORN, birth_date=date(2025, 2, 19), sex=None))
        form.preferences([])

    assert faults(fill) == {
        "contact.name": "field-missing",
        "contact.mobile": "malformed-mobile-number",
        "contact.email": "malformed-email-address",
        "mother.identifier": "wrong-checksum",
        "child.birth_date": "date-in-future",
        "child.sex": "field-missing",
        "preferences": "preferences-missing",
    }


# The mother


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        (IdentifierKind.NATIONAL_ID, "", "field-missing"),
        (IdentifierKind.NATIONAL_ID, "A12345678", "wrong-length"),
        (IdentifierKind.NATIONAL_ID, "A800000014", "identifier-of-another-kind"),
        (IdentifierKind.RESIDENT_CERTIFICATE, "A123456789", "identifier-of-another-kind"),
        (IdentifierKind.PASSPORT, "12-4", "malformed-passport-number"),
    ],
)
def test_a_mothers_number_is_of_the_kind_said_and_without_typing_errors(kind, number, code):
    assert faults(lambda form: form.mother(MotherEntry(kind, number))) == {"mother.identifier": code}


@pytest.mark.parametrize(
    ("kind", "typed", "number"),
    [
        (IdentifierKind.NATIONAL_ID, " ａ２０００００030 ", "A200000030"),
        (IdentifierKind.RESIDENT_CERTIFICATE, "a800000014", "A800000014"),
        (IdentifierKind.PASSPORT, "x1234567", "X1234567"),
    ],
)
def test_a_mothers_number_is_folded_into_one_form(kind, typed, number):
    form = new_form()
    assert form.mother(MotherEntry(kind, typed)).identifier == number
    form.finish()


# The child


def test_a_child_is_either_born_or_expected():
    assert faults(lambda form: form.applied_for(ChildEntry(HOME))) == {"child.birth_date": "birth-or-due-date-missing"}
    both = replace(BORN, due_date=date(2025, 4, 2))
    assert faults(lambda form: form.applied_for(both)) == {"child.due_date": "birth-and-due-date-given"}


def test_an_expected_child_has_a_due_date_and_a_residence_only():
    form = new_form()
    child = form.applied_for(EXPECTED)
    form.finish()
    assert not child.born
    assert child.day == date(2025, 4, 2)
    told = replace(EXPECTED, name="寶寶", sex=Sex.MALE, identifier="F200000017", household=HOME)
    assert faults(lambda form: form.applied_for(told)) == {
        "child.name": "known-only-after-birth",
        "child.sex": "known-only-after-birth",
        "child.identifier": "known-only-after-birth",
        "child.household": "known-only-after-birth",
    }


@pytest.mark.parametrize("due_date", [date(2025, 1, 27), date(2025, 12, 16)])
def test_a_due_date_is_near(due_date):
    child = replace(EXPECTED, due_date=due_date)
    assert faults(lambda form: form.applied_for(child)) == {"child.due_date": "due-date-out-of-range"}


def test_a_child_past_the_age_limit_is_refused_until_a_policy_takes_it():
    three = replace(BORN, birth_date=date(2022, 2, 18))
    assert faults(lambda form: form.applied_for(three)) == {"child.birth_date": "child-too-old"}
    form = new_form(replace(POLICY, age_limit_years=6))
    form.applied_for(three)
    form.finish()


def test_a_child_without_household_registration_has_no_identifier():
    form = new_form()
    assert form.applied_for(replace(BORN, identifier=" ")).identifier is None
    form.finish()


@pytest.mark.parametrize("birth_order", [-1, 10])
def test_a_birth_order_is_small(birth_order):
    child = replace(BORN, birth_order=birth_order)
    assert faults(lambda form: form.applied_for(child)) == {"child.birth_order": "birth-order-out-of-range"}


THAT_WINTER = (date(2025, 1, 1), date(2025, 2, 28))


@pytest.mark.parametrize(
    ("born_on", "code"),
    [
        (date(2024, 12, 31), "birth-not-expected-then"),
        (date(1900, 1, 1), "birth-not-expected-then"),
        (date(2025, 2, 19), "date-in-future"),
    ],
)
def test_a_birth_is_reported_of_the_child_that_was_expected(born_on, code):
    report = replace(BORN, birth_date=born_on)
    assert faults(lambda form: form.newborn(report, THAT_WINTER)) == {"child.birth_date": code}


def test_the_birth_of_a_child_past_the_age_limit_is_not_reported():
    report = replace(BORN, birth_date=date(2022, 2, 18))
    since_then = (date(2022, 2, 1), TODAY)
    assert faults(lambda form: form.newborn(report, since_then)) == {"child.birth_date": "child-too-old"}
    new_form().newborn(replace(BORN, birth_date=date(2025, 1, 1)), THAT_WINTER)


@pytest.mark.parametrize(
    ("born_on", "enrolled_on", "fault"),
    [
        (date(2025, 1, 20), date(2025, 1, 19), {"enrolled_on": "enrolled-before-birth"}),
        (date(2025, 1, 20), date(1900, 1, 1), {"enrolled_on": "enrolled-before-birth"}),
        (date(1900, 1, 1), date(1900, 1, 2), {"child.birth_date": "child-of-age"}),
        (date(2007, 2, 18), date(2025, 2, 1), {"child.birth_date": "child-of-age"}),
    ],
)
def test_the_register_cannot_say_what_cannot_be(born_on, enrolled_on, fault):
    row = replace(BORN, birth_date=born_on)
    assert faults(lambda form: form.enrolled_child(row, enrolled_on)) == fault


def noticed(fill):
    """What `fill` takes although it is unlikely, as code by field."""
    form = new_form()
    fill(form)
    form.finish()
    return {notice.field: notice.code for notice in form.notices}


def test_the_register_may_say_what_is_unlikely_and_it_is_noticed():
    past_limit, at_birth = replace(BORN, birth_date=date(2007, 2, 19)), replace(BORN, birth_date=TODAY)
    assert noticed(lambda form: form.enrolled_child(past_limit, TODAY)) == {"child.birth_date": "child-past-age-limit"}
    assert noticed(lambda form: form.enrolled_child(at_birth, TODAY)) == {}


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        (IdentifierKind.NATIONAL_ID, "A100000001", "mother-number-like-mans"),
        (IdentifierKind.RESIDENT_CERTIFICATE, "A800000014", "mother-number-like-mans"),
        (IdentifierKind.NATIONAL_ID, "A200000030", None),
    ],
)
def test_a_mothers_number_that_men_have_is_taken_and_noticed(kind, number, code):
    found = noticed(lambda form: form.mother(MotherEntry(kind, number)))
    assert found == ({"mother.identifier": code} if code else {})


@pytest.mark.parametrize(("sex", "seen"), [(Sex.MALE, {"child.identifier": "sex-unlike-number"}), (Sex.FEMALE, {})])
def test_a_childs_sex_unlike_its_number_is_taken_and_noticed(sex, seen):
    assert noticed(lambda form: form.applied_for(replace(BORN, sex=sex))) == seen


def test_a_reported_birth_has_a_birth_date_a_name_and_a_sex():
    assert faults(lambda form: form.newborn(EXPECTED, THAT_WINTER)) == {
        "child.birth_date": "field-missing",
        "child.name": "field-missing",
        "child.sex": "field-missing",
    }


def test_the_register_may_know_less_but_a_birth_date():
    form = new_form()
    form.registered_child(ChildEntry(HOME, birth_date=date(2020, 1, 20)))
    form.finish()
    assert faults(lambda form: form.registered_child(EXPECTED)) == {"child.birth_date": "field-missing"}


def test_an_address_lies_in_a_district_of_its_county():
    assert faults(lambda form: form.address(AddressEntry("新北縣", "板橋區"), "at")) == {"at.county": "unknown-county"}
    assert faults(lambda form: form.address(AddressEntry("新北市", "大安區"), "at")) == {
        "at.district": "unknown-district"
    }
    form = new_form()
    assert form.address(AddressEntry("台北市", "大安區"), "at").county == "臺北市"


def test_names_and_streets_have_a_limit():
    child = replace(BORN, name="安" * 101, residence=replace(HOME, street="路" * 201))
    assert faults(lambda form: form.applied_for(child)) == {
        "child.name": "text-too-long",
        "child.residence.street": "text-too-long",
    }


# The preferences


def test_preferences_take_their_rank_and_their_place_from_the_list_and_the_registry():
    form = new_form()
    entries = [PreferenceEntry(BANQIAO_CLINIC, BANQIAO_DOCTOR), PreferenceEntry(DAAN_CLINIC, DAAN_DOCTOR)]
    assert form.preferences(entries) == PREFERENCES[:2]
    form.finish()


@pytest.mark.parametrize(
    ("entry", "field", "code"),
    [
        (PreferenceEntry("350101001", DAAN_DOCTOR), "institution", "wrong-length"),
        (PreferenceEntry("3501200000", DAAN_DOCTOR), "institution", "institution-unknown"),
        (PreferenceEntry(CLINIC_THAT_LEFT, ""), "doctor", "field-missing"),
        (PreferenceEntry(DAAN_CLINIC, "DR-NOBODY"), "doctor", "doctor-unknown"),
        (PreferenceEntry(DAAN_CLINIC, BANQIAO_DOCTOR), "doctor", "doctor-not-at-institution"),
        (PreferenceEntry(DAAN_CLINIC, "DR-LEFT"), "doctor", "doctor-not-taking-part"),
        (PreferenceEntry(DAAN_CLINIC, "DR-NEW"), "doctor", "training-not-done"),
    ],
)
def test_a_preference_is_an_institution_and_a_doctor_that_take_part(entry, field, code):
    entries = [PreferenceEntry(BANQIAO_CLINIC, BANQIAO_DOCTOR), entry]
    assert faults(lambda form: form.preferences(entries))[f"preferences.1.{field}"] == code


def test_an_institution_that_left_cannot_be_chosen():
    entry = PreferenceEntry(CLINIC_THAT_LEFT, DAAN_DOCTOR)
    assert faults(lambda form: form.preferences([entry]))["preferences.0.institution"] == "institution-not-taking-part"


def test_at_most_three_preferences_are_named():
    entries = [PreferenceEntry(BANQIAO_CLINIC, BANQIAO_DOCTOR)] * 4
    assert faults(lambda form: form.preferences(entries))["preferences"] == "too-many-preferences"


def test_a_doctor_is_named_once_and_by_policy_an_institution_too():
    twice = [PreferenceEntry(DAAN_CLINIC, DAAN_DOCTOR), PreferenceEntry(f" {DAAN_CLINIC}", DAAN_DOCTOR)]
    assert faults(lambda form: form.preferences(twice)) == {"preferences.1": "preferences-not-distinct"}
    strict = replace(POLICY, distinct_institutions=True)
    colleagues = [PreferenceEntry(DAAN_CLINIC, DAAN_DOCTOR), PreferenceEntry(DAAN_CLINIC, "DR-NEW")]
    assert "preferences.1" in faults(lambda form: form.preferences(colleagues), strict)
    assert "preferences.1" not in faults(lambda form: form.preferences(colleagues))


def test_preferences_kept_as_they_were_are_not_looked_up_again():
    form = new_form()
    kept = PREFERENCES[2]
    assert kept.institution not in REGISTRY.institutions
    entries = [
        PreferenceEntry(BANQIAO_CLINIC, BANQIAO_DOCTOR),
        PreferenceEntry(DAAN_CLINIC, DAAN_DOCTOR),
        PreferenceEntry(kept.institution, kept.doctor),
    ]
    assert form.preferences(entries, kept=PREFERENCES) == PREFERENCES
    form.finish()


def test_a_check_digit_that_does_not_fit_is_only_noticed():
    form = new_form()
    assert form.institution("3501200000", "institution") == "3501200000"
    form.finish()
    [notice] = form.notices
    assert (notice.code, notice.field) == ("institution-code-doubtful", "institution")


# Words and digests


def test_an_explanation_is_given_and_within_the_limit():
    assert faults(lambda form: form.explanation("  ", "explanation")) == {"explanation": "reason-missing"}
    assert faults(lambda form: form.explanation("滿" * 4001, "explanation")) == {"explanation": "reason-too-long"}
    form = new_form()
    assert form.explanation(" " + "滿" * 4000, "explanation") == "滿" * 4000
    form.finish()


def test_a_digest_is_sha_256_in_hex():
    assert faults(lambda form: form.digest("abc", "digest")) == {"digest": "digest-malformed"}
    form = new_form()
    assert form.digest("AB" * 32, "digest") == "ab" * 32
    form.finish()
