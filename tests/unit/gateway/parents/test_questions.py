"""Which questions are asked of whom, and what speaks against an answer."""

from datetime import date

import msgspec
import pytest

from services.gateway.web.parents.answers import Answers, application, fields_for_twin
from services.gateway.web.parents.drafts import Draft
from services.gateway.web.parents.matters import Matter
from services.gateway.web.parents.places import Place
from services.gateway.web.parents.questions import Questionnaire, question_named, question_of_field
from services.gateway.web.parents.rules import Rules
from tests.controls.family_pages import case

RULES = Rules(
    today=date(2026, 3, 12),
    age_limit_years=3,
    due_date_days_ahead=300,
    due_date_days_past=21,
    preferences=3,
    offer_working_days=5,
    notice_working_days=20,
    release_working_days=3,
    closure_working_days=5,
    explanation_limit=4000,
)
BORN = {
    "born": "yes",
    "child.birth_date-era": "roc",
    "child.birth_date-year": "114",
    "child.birth_date-month": "11",
    "child.birth_date-day": "8",
    "twins": "no",
    "child.name": "林小禾",
    "child.sex": "female",
    "child.identifier": "a200001000",
    "mother.identifier-kind": "national_id",
    "mother.identifier": "Ｂ２００００２００８",
    "child.residence.county": "臺北市",
    "child.residence.district": "大安區",
    "household": "same",
    "contact.relation": "mother",
    "contact.name": "林示範",
}
EXPECTED = {
    **BORN,
    "born": "no",
    "child.due_date-era": "western",
    "child.due_date-year": "2026",
    "child.due_date-month": "6",
    "child.due_date-day": "1",
}
DOCTOR = Place(institution="3501200001", doctor="D001", institution_name="第1診所", doctor_name="醫師1")


def questionnaire(fields, *chosen):
    return Questionnaire(Draft("apply", fields, chosen), RULES)


def codes(name, **fields):
    answers = Answers({**BORN, **{key.replace("__", "."): text for key, text in fields.items()}})
    return [objection.code for objection in question_named(name).check(answers, RULES)]


def test_of_a_child_that_is_expected_nothing_is_asked_that_nobody_knows_yet():
    assert [question.name for question in questionnaire(EXPECTED).questions] == [
        "born",
        "twins",
        "mother",
        "address",
        "contact",
        "doctors",
    ]
    assert len(questionnaire(BORN).questions) == 8


def test_somebody_who_comes_back_goes_on_with_the_first_question_that_is_open():
    assert questionnaire({}).first_open.name == "born"
    assert questionnaire({**BORN, "mother.identifier": "B200002009"}).first_open.name == "mother"
    assert questionnaire(BORN).first_open.name == "doctors"
    assert questionnaire(BORN, DOCTOR).first_open is None


@pytest.mark.parametrize(
    ("year", "month", "day", "told"),
    [
        ("112", "3", "13", []),
        ("112", "3", "12", ["child-too-old"]),
        ("115", "3", "12", []),
        ("115", "3", "13", ["date-in-future"]),
        ("", "", "", ["field-missing"]),
    ],
)
def test_a_birth_date_lies_between_the_age_limit_and_today(year, month, day, told):
    parts = {"year": year, "month": month, "day": day}
    assert codes("born", **{f"child__birth_date-{part}": text for part, text in parts.items()}) == told


@pytest.mark.parametrize(("days", "told"), [((2, 19), []), ((2, 18), ["due-date-out-of-range"])])
def test_a_due_date_lies_within_the_days_of_the_policy(days, told):
    answers = {**EXPECTED, "child.due_date-month": str(days[0]), "child.due_date-day": str(days[1])}
    assert [one.code for one in question_named("born").check(Answers(answers), RULES)] == told


def test_a_child_has_a_number_or_no_registration_yet_and_never_both():
    assert codes("child") == []
    assert codes("child", child__identifier="") == ["field-missing"]
    assert codes("child", child__identifier="", unregistered="yes") == []
    assert codes("child", unregistered="yes") == ["number-and-unregistered"]
    assert codes("child", child__identifier="A200001001") == ["wrong-checksum"]


def test_a_name_may_be_anything_that_can_be_printed():
    assert codes("child", child__name="<script>alert(1)</script> =1+1 👶") == []
    assert codes("child", child__name="林" * 101) == ["text-too-long"]
    assert codes("child", child__name="林\u202e禾") == ["text-unprintable"]


@pytest.mark.parametrize(
    ("kind", "number", "told"),
    [
        ("national_id", "B200002008", []),
        ("resident_certificate", "A900004005", []),
        ("resident_certificate", "B200002008", ["identifier-of-another-kind"]),
        ("passport", "XK1234567", []),
        ("passport", "X", ["malformed-passport-number"]),
        ("", "B200002008", ["field-missing"]),
        ("national_id", "", ["field-missing"]),
    ],
)
def test_a_mothers_number_is_checked_as_its_kind(kind, number, told):
    assert codes("mother", **{"mother__identifier-kind": kind, "mother__identifier": number}) == told


def test_a_district_belongs_to_its_county():
    assert codes("address", child__residence__county="台北市") == []
    assert codes("address", child__residence__county="高雄市") == ["unknown-district"]
    assert codes("address", child__residence__county="") == ["field-missing"]


def test_an_application_says_what_was_answered_in_the_words_of_the_command():
    form = application(Answers(BORN), [DOCTOR], "0912345000")
    assert form["mother"] == {"kind": "national_id", "identifier": "B200002008"}
    assert form["child"]["birth_date"] == "2025-11-08"
    assert form["child"]["household"] is None
    assert form["contact"]["mobile"] == "0912345000"
    assert form["preferences"] == [{"institution": "3501200001", "doctor": "D001"}]


def test_of_a_child_that_is_expected_nothing_is_sent_that_was_answered_before_the_answer_changed():
    child = application(Answers(EXPECTED), [DOCTOR], "0912345000")["child"]
    assert child == {
        "residence": {"county": "臺北市", "district": "大安區", "street": ""},
        "birth_order": 0,
        "due_date": "2026-06-01",
    }


def test_the_next_twin_begins_with_what_both_share():
    fields = fields_for_twin(msgspec.convert(case(birth_order=1), Matter))
    assert fields["child.birth_order"] == "2"
    assert questionnaire(fields, DOCTOR).first_open.name == "child"


@pytest.mark.parametrize(
    ("field", "question"),
    [
        ("child.birth_date", "born"),
        ("child.residence.district", "address"),
        ("child.household", "household"),
        ("mother.identifier", "mother"),
        ("preferences.1.doctor", "doctors"),
        ("child.birth_order", "twins"),
    ],
)
def test_every_field_of_the_command_is_mended_on_some_page(field, question):
    assert question_of_field(field).name == question


def test_the_phone_is_mended_on_no_page_of_the_application():
    assert question_of_field("contact.mobile") is None
