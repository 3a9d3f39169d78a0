"""How a request becomes what a context is asked: from the query string, the body and the headers."""

from __future__ import annotations

from uuid import UUID

import pytest

from shared.application import Outcome
from tests.unit.gateway.api.conftest import CASE

PAGE = {"entries": [], "following": None}


@pytest.fixture
def lists(contexts):
    contexts.answers |= dict.fromkeys(("matching.clinic_worklist", "matching.bureau_cases"), PAGE)
    return contexts


def test_a_query_string_is_read_as_the_form_that_it_stands_for(lists, program):
    answer = program("GET", "/offers?county=臺北市&birth_orders=1&birth_orders=2&statuses=offered&limit=20&cursor=x")

    assert answer.status_code == 200
    [(form, principal, _)] = lists.asked_for("matching.clinic_worklist")
    assert principal == "signed"
    assert form == {
        "county": "臺北市",
        "birth_orders": [1, 2],
        "statuses": ["offered"],
        "limit": 20,
        "cursor": "x",
    }


def test_what_stands_in_forms_within_the_form_is_put_there(contexts, program):
    contexts.answers["identity.find_institutions"] = PAGE
    program("GET", "/institutions?text=青田&latitude=25.03&longitude=121.5&metres=500")

    [(form, *_)] = contexts.asked_for("identity.find_institutions")
    assert form == {
        "sought": {"text": "青田", "near": {"latitude": "25.03", "longitude": "121.5", "metres": 500}},
    }


@pytest.mark.parametrize("limit", ["many", "１０", "1.5", "--1", ""])
def test_what_is_no_number_is_left_for_the_context_to_refuse(lists, program, limit):
    program("GET", f"/jurisdiction/cases?limit={limit}")

    assert [form["limit"] for form, *_ in lists.asked_for("matching.bureau_cases")] == [limit]


def test_a_parameter_that_the_document_does_not_name_is_refused_by_its_name(lists, program):
    answer = program("GET", "/offers?identifier=A200000003", headers={"Accept-Language": "en"})

    assert (answer.status_code, answer.json["code"]) == (400, "parameter-unknown")
    assert "identifier" in answer.json["detail"]
    assert "A200000003" not in answer.text
    assert lists.asked_for("matching.clinic_worklist") == []


def test_who_searches_for_a_person_posts_the_form_and_gets_what_a_query_answers(lists, program):
    mother = {"mother": {"kind": "national_id", "identifier": "A200000003"}}

    assert program("POST", "/offers/search", json=mother).json == PAGE
    assert lists.asked_for("matching.clinic_worklist")[0][0] == mother


def test_what_stands_in_the_address_and_in_headers_cannot_be_said_otherwise_in_the_body(contexts, program):
    other = {"case_id": "another", "reason": "moved"}
    program.command("POST", f"/cases/{CASE}/withdrawal", other)
    program("POST", "/sessions", token="", json={"email": "a", "password": "b", "client": {"address": "1.2.3.4"}})

    assert contexts.asked_for("matching.withdraw")[0][0] == {"case_id": str(CASE), "reason": "moved"}
    client = contexts.asked_for("identity.log_in")[0][0]["client"]
    assert (client["address"], client["devices"]) == ("127.0.0.1", [])


def test_a_program_is_known_again_by_the_devices_that_it_kept(contexts, program):
    contexts.answers["identity.log_in"] = {"session": "t", "device": "newest="}
    answer = program(
        "POST", "/sessions", token="", json={"email": "a", "password": "b"}, headers={"Caretrail-Device": "one=, two,"}
    )

    assert answer.json["device"] == "newest="
    assert contexts.asked_for("identity.log_in")[0][0]["client"]["devices"] == ["one=", "two"]


def test_of_very_many_devices_the_latest_are_looked_at(contexts, program):
    many = ",".join(f"d{number}" for number in range(500))
    program("POST", "/sessions", token="", json={"email": "a", "password": "b"}, headers={"Caretrail-Device": many})

    assert contexts.asked_for("identity.log_in")[0][0]["client"]["devices"] == ["d0", "d1", "d2", "d3", "d4"]


def test_a_session_is_told_by_the_token_alone(contexts, program):
    program("POST", "/sessions/proof", json={"password": "b", "session": "of somebody else"})

    assert contexts.asked_for("identity.prove_password")[0][0]["session"] == "token of a session"


@pytest.mark.parametrize("tag", ['"7"', 'W/"7"', '"7:gzip"', 'W/"7:zstd"'])
def test_a_change_is_based_on_the_version_that_was_read_also_where_it_was_marked_on_its_way(contexts, program, tag):
    program.command("POST", f"/cases/{CASE}/withdrawal", {"reason": "moved"}, If_Match=tag)

    assert contexts.asked_for("matching.withdraw")[0][2] == 7


@pytest.mark.parametrize("tag", ["7", "*", '"seven"', '"7', '""', '"99999999999999999"', '"７"'])
def test_what_is_no_version_of_ours_changes_nothing(contexts, program, tag):
    answer = program.command(
        "POST", f"/cases/{CASE}/withdrawal", {"reason": "moved"}, If_Match=tag.encode().decode("latin1")
    )

    assert (answer.status_code, answer.json["code"]) == (400, "version-malformed")
    assert contexts.asked_for("matching.withdraw") == []


def test_a_text_of_an_agency_is_not_overwritten_by_who_does_not_say_what_they_have_read(contexts, program):
    address, text = f"/pages/{CASE}/text", {"content": {}}
    without = program.command("PUT", address, text)
    program.command("PUT", address, text, If_Match='"4"')

    assert (without.status_code, without.json["code"]) == (428, "version-missing")
    [(form, _, based_on)] = contexts.asked_for("gateway.revise_page")
    assert (form["based_on"], based_on) == (4, None)


@pytest.mark.parametrize("key", ["", "a b", "x" * 201, "\t", "\u00e9"])
def test_a_command_without_a_usable_key_is_not_given(contexts, program, key):
    answer = program("POST", "/cases", json={}, headers={"Idempotency-Key": key})

    assert (answer.status_code, answer.json["code"]) == (400, "key-missing")
    assert contexts.asked_for("matching.submit_application") == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"text"', b"\xff", b'{"a": NaN}', b'{"a": "\\ud800"}', b"[" * 50_000]
)
def test_a_body_that_is_no_json_object_is_refused(program, body):
    answer = program("POST", "/sessions", data=body, content_type="application/json", token="")

    assert (answer.status_code, answer.json["code"]) == (400, "no-object")


def test_a_body_of_another_kind_or_size_is_refused(program):
    other = program("POST", "/sessions", data="email=a", content_type="application/x-www-form-urlencoded", token="")
    large = program("POST", "/sessions", data=b" " * 300_000, content_type="application/json", token="")

    assert (other.status_code, other.json["code"]) == (415, "not-json")
    assert (large.status_code, large.json["code"]) == (413, "too-large")


def test_who_has_written_reads_what_they_wrote_and_the_header_of_one_context_says_nothing_to_another(contexts, program):
    contexts.answers |= {"matching.family_cases": [], "gateway.pages": PAGE}
    written = program.command("POST", "/cases", {}).headers["Caretrail-Written"]
    program("GET", "/cases", headers={"Caretrail-Written": written})
    program("GET", "/pages", headers={"Caretrail-Written": written})

    assert written == f"matching {CASE} 3"
    assert contexts.asked_for("matching.family_cases")[0][2] == Outcome(id=UUID(str(CASE)), version=3)
    assert contexts.asked_for("gateway.pages")[0][2] is None


@pytest.mark.parametrize("written", ["matching", "matching x 3", f"matching {CASE}", f"matching {CASE} three"])
def test_a_header_that_no_command_has_answered_with_is_refused(program, written):
    answer = program("GET", "/cases", headers={"Caretrail-Written": written})

    assert (answer.status_code, answer.json["code"]) == (400, "written-malformed")


def test_no_cookie_speaks_for_a_program(contexts, program):
    answer = program("GET", "/cases", token="", headers={"Cookie": "caretrail=token of a session"})

    assert answer.status_code == 404  # nothing was found for a visitor, since nothing was said of who asks
    assert contexts.asked_for("identity.check_sessions") == []
    assert contexts.asked_for("matching.family_cases")[0][1] == ""


def test_the_language_of_a_query_is_that_of_its_reader_unless_it_says_otherwise(contexts, program):
    contexts.answers["gateway.pages"] = PAGE
    for address, accepted in (("/pages", "en"), ("/pages", "zh-TW"), ("/pages?language=en", "zh-TW")):
        program("GET", address, headers={"Accept-Language": accepted})

    assert [form["language"] for form, *_ in contexts.asked_for("gateway.pages")] == ["en", "zh-Hant", "en"]
