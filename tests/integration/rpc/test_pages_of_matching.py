"""What the pages of families, clinics and bureaus ask of matching, opened for each and by the names of all."""

from __future__ import annotations

import pytest

from shared.principal import Assurance, Principal, Role
from tests.integration.rpc.switches import Refused, application

pytestmark = [pytest.mark.postgres, pytest.mark.rabbitmq]


def doctor(preference):
    return Principal(
        "doctor/1",
        Role.DOCTOR,
        frozenset({Assurance.PASSWORD}),
        institution=preference.institution,
        acts_for=frozenset({preference.doctor}),
    )


def officer(county):
    return Principal("officer/1", Role.BUREAU_OFFICER, frozenset({Assurance.PASSWORD}), jurisdiction=county)


@pytest.fixture
def submitted(board, people, family, preference):
    outcome = board.call(
        "matching.submit_application",
        people.parent(family),
        payload=application(family, preference),
        idempotency_key=f"pages/{family.number}",
    )
    return outcome | {"written": {"id": outcome["id"], "version": outcome["version"]}}


def test_a_family_is_told_by_name_who_is_asked_and_what_lies_ahead(board, people, family, submitted):
    asked = {"case_no": submitted["number"]}
    call = board.call("matching.family_case", people.parent(family), payload=asked, written=submitted["written"])
    case = call["found"]

    assert case["institution_name"]
    assert case["doctor_name"]
    assert case["choices"][0]["institution_name"] == case["institution_name"]
    assert case["timeline"][-1]["doctor_name"] == case["doctor_name"]
    assert [step["what"] for step in case["ahead"]] == [
        "institution_answers",
        "notice_signed",
        "enrolled",
        "bureau_takes_over",
    ]
    assert (case["waits_for"], case["working_days_waiting"]) == ("institution", 0)


def test_a_clinic_finds_the_record_with_what_it_can_do(board, people, family, preference, submitted):
    ours, asked = people.signed(doctor(preference)), {"case_id": submitted["id"]}
    call = board.call("matching.clinic_case", ours, payload=asked, written=submitted["written"])
    record = call["found"]
    counts = board.call("matching.worklist_counts", ours, payload={"case_no": submitted["number"]})["found"]

    assert record["offer"]["contact"]["mobile"] == family.contact.mobile
    assert record["offer"]["doctor_name"]
    assert record["earlier"] == []
    assert {action["command"] for action in record["actions"] if action["objection"] is None} >= {"accept_offer"}
    assert counts == {"waiting": 1, "notice": 0, "enrolled": 0, "closed": 0, "all": 1}


def test_a_bureau_opens_a_record_of_its_county_and_lists_without_identifiers(board, people, family, submitted):
    county, asked = family.child.residence.county, {"case_no": submitted["number"]}
    ours = people.signed(officer(county))
    [listed] = board.call("matching.bureau_cases", ours, payload=asked, written=submitted["written"])["found"][
        "entries"
    ]
    record = board.call("matching.bureau_case", ours, payload=asked)["found"]

    assert (listed["child_name"], listed["is_overdue"]) == (family.child.name, False)
    assert not any(name in listed for name in ("child", "mother", "contact"))
    assert record["standing"] == listed
    assert record["case"]["mother"]["identifier"] == family.mother.identifier
    assert record["case"]["timeline"][0]["what"] == "CaseSubmitted"
    assert board.call("matching.bureau_case_counts", ours, payload=asked)["found"]["matching"] == 1
    with pytest.raises(Refused) as refused:
        board.call("matching.bureau_case", people.signed(officer("連江縣")), payload=asked)
    assert refused.value.told.code == "case-unknown"


def test_anybody_is_told_the_rules_and_how_long_consent_takes(board):
    policy = board.call("matching.policy_today")["found"]
    assert (policy["preferences"], policy["locked_ranks"]) == (3, [1])
    assert board.call("matching.consent_time")["found"]["least_cases"] == 5


def test_figures_tell_how_much_of_the_log_they_rest_on(board, people, family, submitted):
    ours = people.signed(officer(family.child.residence.county))
    figures = board.call("matching.statistics_by_month", ours, payload={"months": 2}, written=submitted["written"])
    assert len(figures["found"]["entries"]) == 2
    assert figures["found"]["entries"][-1]["submitted"] >= 1
    assert figures["found"]["position"] >= submitted["version"]
