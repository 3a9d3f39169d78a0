"""A context is called over either transport: proved, allowed, answered once, and refused in words that arrive."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.matching.messages import words
from shared.context import utc_now
from shared.principal import Assurance, Principal, Role
from shared.principal_tokens import PrincipalSigner
from shared.words import Catalogue, Language, said
from tests.controls.applicants import FamilyOf
from tests.controls.logbook import eventually
from tests.integration.rpc.switches import Failed, Refused, application

pytestmark = [pytest.mark.postgres, pytest.mark.rabbitmq]


def submitted(board, people, family, preference, key=None):
    key = key or f"submit/{family.number}"
    payload = application(family, preference)
    return board.call("matching.submit_application", people.parent(family), payload=payload, idempotency_key=key)


def refused(board, method, principal="", **rest):
    with pytest.raises(Refused) as caught:
        board.call(method, principal, **rest)
    return caught.value.told


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


def test_what_is_asked_in_one_trace_goes_through_calls_events_read_models_and_processes(
    board, people, family, preference
):
    trace = f"{family.number:032x}"
    belongs = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    form, parent = application(family, preference), people.parent(family)
    case = board.call(
        "matching.submit_application", parent, trace=belongs, payload=form, idempotency_key=f"traced/{trace}"
    )
    declined = {"case_id": case["id"], "rank": 1, "reason": "capacity_full", "explanation": "員額已滿"}
    ours = people.signed(doctor(preference))
    board.call("matching.decline_offer", ours, trace=belongs, payload=declined, idempotency_key=f"declined/{trace}")
    expected = {
        "ask matching.submit_application",
        "matching.submit_application",
        "append SubmitApplication",
        "publish matching",
        "project family_cases",
        "react process/offer_next_preference",
        "append OfferNextPreference",
    }
    eventually(lambda: expected <= {name for of, name in board.call("matching.spans")["found"] if of == trace})


def test_a_case_submitted_by_rpc_is_found_at_once_by_who_submitted_it(board, people, family, preference):
    outcome = submitted(board, people, family, preference)
    written = {"id": outcome["id"], "version": outcome["version"]}

    answer = board.call("matching.family_cases", people.parent(family), written=written)

    [case] = answer["found"]
    assert answer["stale"] is False
    assert case["case_no"] == outcome["number"]
    assert case["contact"]["mobile"] == family.contact.mobile
    assert case["child"]["name"] == family.child.name
    assert [step["what"] for step in case["timeline"]] == ["CaseSubmitted", "PreferenceOffered"]
    assert not any("subject" in name for name in case)


def test_anybody_may_ask_what_the_words_of_a_service_are(board):
    told = board.call("matching.wording", payload={"language": "en"})["found"]
    known = msgspec.convert(told, Catalogue)
    assert said(known, "text-too-long", {"limit": 3, "given": 4}).startswith("This field takes 3 characters")
    assert said(known, "case-unknown", {}) == words("case-unknown", {}, Language.ENGLISH)
    assert refused(board, "matching.wording", payload={"language": "fr"}).code == "choice-unknown"


def test_the_same_command_under_the_same_key_is_carried_out_once(board, people, family, preference):
    first = submitted(board, people, family, preference)
    assert submitted(board, people, family, preference) == first


def test_a_family_sees_no_other_familys_case(board, people, family, preference):
    outcome = submitted(board, people, family, preference)
    stranger = people.parent(FamilyOf(family.number + 5000))
    assert board.call("matching.family_cases", stranger)["found"] == []
    told = refused(board, "matching.family_case", stranger, payload={"case_no": outcome["number"]})
    assert (told.code, told.field) == ("case-unknown", "case_no")


def test_a_clinic_sees_the_cases_that_chose_its_doctor_and_no_other(board, people, family, preference):
    outcome = submitted(board, people, family, preference)
    written = {"id": outcome["id"], "version": outcome["version"]}
    number = {"case_no": outcome["number"]}

    ours = people.signed(doctor(preference))
    page = board.call("matching.clinic_worklist", ours, payload=number, written=written)["found"]
    assert [offer["case_no"] for offer in page["entries"]] == [outcome["number"]]
    assert page["entries"][0]["mother"]["identifier"] == family.mother.identifier

    others = Principal(
        "doctor/2", Role.DOCTOR, frozenset({Assurance.PASSWORD}), institution="3531012346", acts_for=frozenset({"X"})
    )
    page = board.call("matching.clinic_worklist", people.signed(others), payload=number)["found"]
    assert page["entries"] == []


def test_a_clinic_finds_a_child_by_its_mothers_identifier(board, people, family, preference):
    outcome = submitted(board, people, family, preference)
    written = {"id": outcome["id"], "version": outcome["version"]}
    mother = {"kind": family.mother.kind, "identifier": family.mother.identifier.lower()}
    ours = people.signed(doctor(preference))

    found = board.call("matching.clinic_worklist", ours, payload={"mother": mother}, written=written)["found"]
    assert [offer["case_no"] for offer in found["entries"]] == [outcome["number"]]

    unknown = {"kind": "national_id", "identifier": "A123456789"}
    assert board.call("matching.clinic_worklist", ours, payload={"mother": unknown})["found"]["entries"] == []


def test_a_bureau_sees_its_own_county(board, people, family, preference):
    submitted(board, people, family, preference)
    everywhere = people.signed(Principal("auditor/1", Role.AUDITOR, frozenset({Assurance.PASSWORD})))
    counties = {row["county"] for row in board.call("matching.statistics_by_county", everywhere)["found"]["entries"]}

    ours = people.signed(officer(family.child.residence.county))
    assert {row["county"] for row in board.call("matching.statistics_by_county", ours)["found"]["entries"]} == {
        family.child.residence.county
    }
    assert counties >= {family.child.residence.county}
    elsewhere = board.call("matching.board_counts", people.signed(officer("花蓮縣")))["found"]
    assert {queue["cases"] for queue in elsewhere} == {0}


def test_what_can_be_done_is_told_with_why_not(board, people, family, preference):
    outcome = submitted(board, people, family, preference)
    asked = {"case_or_enrolment_id": outcome["id"]}

    actions = board.call("matching.actions", people.parent(family), payload=asked)["found"]

    why_not = {action["command"]: action["objection"] for action in actions}
    assert why_not["withdraw"] is None
    assert why_not["accept_offer"]["code"] == "role-not-allowed"


def test_an_accepted_case_is_exported_as_a_file_to_its_clinic(board, people, family, preference):
    outcome = submitted(board, people, family, preference)
    ours = people.signed(doctor(preference))
    accepted = board.call(
        "matching.accept_offer", ours, payload={"case_id": outcome["id"], "rank": 1}, idempotency_key=f"a/{family}"
    )
    written = {"id": accepted["id"], "version": accepted["version"]}

    asked = {"case_ids": [outcome["id"]], "file_format": "csv"}
    file = board.call("matching.export_file", ours, payload=asked, written=written)["found"]

    assert file["case_ids"] == [outcome["id"]]
    recorded = {"case_ids": file["case_ids"], "digest": file["digest"]}
    exported = board.call("matching.export_cases", ours, payload=recorded, idempotency_key=f"e/{family}")
    assert exported["result"] == "done"


def test_rows_that_did_not_get_there_in_time_are_marked_stale(board, people, family, preference):
    outcome = submitted(board, people, family, preference)
    ahead = {"id": outcome["id"], "version": outcome["version"] + 100}
    assert board.call("matching.family_cases", people.parent(family), written=ahead)["stale"] is True


def test_nobody_a_forged_and_a_stale_caller_are_each_refused_as_what_they_are(board, people):
    parent = Principal("parent/1", Role.PARENT, frozenset({Assurance.OTP}))
    forged = PrincipalSigner(Ed25519PrivateKey.generate()).sign(parent, utc_now())
    stale = people.signed(parent, utc_now() - timedelta(minutes=5))
    codes = [refused(board, "matching.family_cases", token).code for token in ("", forged, "nonsense", stale)]
    assert codes == ["principal-missing", "principal-forged", "principal-forged", "principal-stale"]


def test_another_role_and_another_proof_are_refused_before_the_form_is_read(board, people, preference):
    told = refused(
        board, "matching.submit_application", people.signed(doctor(preference)), payload={}, idempotency_key="r"
    )
    assert (told.code, told.params) == ("role-not-allowed", {"roles": ["parent"]})
    weak = people.signed(Principal("parent/1", Role.PARENT, frozenset({Assurance.PASSWORD})))
    assert refused(board, "matching.family_cases", weak).code == "proof-not-accepted"


def test_an_unknown_field_and_every_fault_of_a_form_are_told_by_field(board, people, family, preference):
    payload = application(family, preference) | {"colour": "red"}
    payload["child"]["sex"] = "unknown"
    told = refused(board, "matching.submit_application", people.parent(family), payload=payload, idempotency_key="f")
    assert told.code == "invalid-form"
    assert {(one.code, one.field) for one in told.refusals} == {
        ("choice-unknown", "child.sex"),
        ("field-unknown", "colour"),
    }


def test_ten_megabytes_of_text_are_refused_and_nothing_is_stored(board, people, family, preference):
    payload = application(family, preference)
    payload["child"]["residence"]["street"] = "路" * 10_000_000
    told = refused(board, "matching.submit_application", people.parent(family), payload=payload, idempotency_key="big")
    assert told.code == "request-too-large"
    assert told.params["limit"] == 1_000_000
    assert board.call("matching.family_cases", people.parent(family))["found"] == []


def test_a_single_text_that_is_too_long_is_refused_by_its_field(board, people, family, preference):
    payload = application(family, preference)
    payload["contact"]["name"] = "x" * 20_000
    told = refused(board, "matching.submit_application", people.parent(family), payload=payload, idempotency_key="long")
    assert (told.code, told.field) == ("text-too-long", "contact.name")


@pytest.mark.parametrize("key", [None, 7, "", "x" * 1000])
def test_an_idempotency_key_that_is_none_is_refused(board, people, family, preference, key):
    told = refused(
        board,
        "matching.submit_application",
        people.parent(family),
        payload=application(family, preference),
        idempotency_key=key,
    )
    assert told.field == "idempotency_key"


@pytest.mark.parametrize("key", ["process/take_back_offers/4711/1", "forgotten/8b2f3d0e", "import/digest/clinic/1"])
def test_nobody_takes_a_key_before_the_process_or_import_that_will_use_it(board, people, family, preference, key):
    parent, payload = people.parent(family), application(family, preference)
    told = refused(board, "matching.submit_application", parent, payload=payload, idempotency_key=key)
    assert (told.code, told.field) == ("idempotency-key-reused", "idempotency_key")
    assert board.call("matching.family_cases", parent)["found"] == []


def test_a_refusal_of_the_domain_arrives_with_its_figures(board, people, preference):
    told = refused(
        board,
        "matching.accept_offer",
        people.signed(doctor(preference)),
        payload={"case_id": "8b2f3d0e-5a51-4a53-9d3c-5e1f0a7d2c11", "rank": 1},
        idempotency_key="nobody",
    )
    assert told.code == "case-unknown"


def test_what_goes_wrong_inside_is_told_by_an_incident_number_and_logged_without_what_was_said(board):
    with pytest.raises(Failed) as caught:
        board.call("matching.fail", trace={"correlation_id": "incident/1"})
    assert (caught.value.kind, caught.value.arguments) == ("ServiceFailed", ["incident/1"])
    eventually(lambda: any("call_failed" in line and "incident/1" in line for line in board.log))
    assert not any("A123456789" in line or "王小明" in line for line in board.log)


def test_a_database_that_is_away_is_told_as_that(board):
    with pytest.raises(Failed) as caught:
        board.call("matching.lose_the_database")
    assert caught.value.kind == "ServiceUnavailable"


def test_an_unknown_method_is_an_error_of_nameko(board):
    with pytest.raises(Failed) as caught:
        board.call("matching.steal")
    assert caught.value.kind == "MethodNotFound"


def test_arguments_that_a_method_does_not_take_are_an_error_of_nameko(board):
    with pytest.raises(Failed, match="IncorrectSignature"):
        board.call("matching.health", nobody="asked")


def test_a_service_that_is_nowhere_is_told_at_once(board):
    with pytest.raises(Failed) as caught:
        board.call("lottery.draw", timeout=60)
    assert caught.value.kind == "ServiceUnknown"


def test_whatever_anybody_puts_into_its_queue_stops_no_service_and_gets_into_no_log(board, people, family, preference):
    for _ in range(5):  # more than it takes at once, if none of them were taken off the queue
        board.call("matching.receive_litter")
    submitted(board, people, family, preference)
    eventually(lambda: sum("request_ignored" in line for line in board.log) >= 20)
    assert not any("system" in line for line in board.log if "request_ignored" in line)


def test_anybody_may_ask_for_the_health_of_a_service(board):
    eventually(lambda: all(check["is_met"] for check in board.call("matching.health")["found"]["checks"]))
    report = board.call("matching.health")["found"]
    assert report["ready"] is True
    assert {check["name"] for check in report["checks"]} == {
        "broker",
        "database",
        "relay",
        "signing",
        "read models",
        "processes",
    }


def test_a_small_call_is_answered_while_others_have_spreadsheets_written(board):
    """Each takes a second or more of a processor: on the hub nobody would be answered before both are written."""
    busy = [board.send("matching.write_a_spreadsheet", timeout=60) for _ in range(2)]
    for _ in range(3):
        refused(board, "matching.family_cases")
    assert not any(map(board.is_answered, busy))
    assert all(board.answer(number)["result"]["found"] > 100_000 for number in busy)


def test_a_command_based_on_what_somebody_else_has_changed_since_is_refused_and_changes_nothing(
    board, people, family, preference
):
    outcome = submitted(board, people, family, preference)
    parent, payload = people.parent(family), {"case_id": outcome["id"], "reason": "other"}
    withdrawal = {"payload": payload, "idempotency_key": f"withdraw/{family.number}"}

    told = refused(board, "matching.withdraw", parent, **withdrawal, based_on=outcome["version"] - 1)
    taken = board.call("matching.withdraw", parent, **withdrawal, based_on=outcome["version"])

    assert (told.code, told.params) == ("changed-meanwhile", {"version": outcome["version"]})
    assert taken["version"] > outcome["version"]
    again = board.call("matching.withdraw", parent, **withdrawal, based_on=outcome["version"])
    assert again == taken
