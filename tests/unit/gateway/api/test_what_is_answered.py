"""What the API answers: JSON, tables, versions, and each "no" as a problem in the caller's language."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
import structlog

from services.gateway.web.api.tables import as_csv
from services.gateway.web.known import KEPT_SECONDS, CheckedSessions, Known, known_by_token
from shared.principal import Role
from shared.rpc.client import NoAnswer, ServiceUnknown
from shared.rpc.wire import RemoteRefusal, ServiceFailed, ServiceUnavailable, Told
from shared.transport import BrokerLost
from tests.controls.remote import NOW, checked, refusal
from tests.unit.gateway.api.conftest import CASE, Contexts, Program

SECRET = "A200000003"


def raising(fault):
    def answer(_):
        raise fault

    return answer


def offers(*numbers, following=None):
    return {"entries": [{"case_no": number, "child": {"name": "林小禾"}} for number in numbers], "following": following}


def rows_of(answer):
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


# Answers --------


def test_a_command_answers_with_its_outcome_its_version_and_how_to_read_ones_own_write(program):
    answer = program.command("POST", "/cases", {})

    assert answer.json["number"] == "260309P1021001"
    assert answer.headers["ETag"] == '"3"'
    assert answer.headers["Caretrail-Written"] == f"matching {CASE} 3"
    assert answer.content_type == "application/json"


def test_an_answer_whose_rows_are_behind_says_so(contexts, program):
    contexts.answers["matching.family_cases"] = []
    fresh = program("GET", "/cases")
    contexts.stale = True
    stale = program("GET", "/cases")

    assert "Caretrail-Stale" not in fresh.headers
    assert stale.headers["Caretrail-Stale"] == "true"


def test_what_has_a_version_is_answered_with_it_whatever_compresses_the_answer(contexts, program):
    contexts.answers["matching.family_case"] = {"version": 5, "text": "長" * 2_000}
    plain = program("GET", "/cases/260309P1021001")
    small = program("GET", "/cases/260309P1021001", headers={"Accept-Encoding": "gzip"})
    changed = program.command("POST", f"/cases/{CASE}/withdrawal", {}, If_Match=small.headers["ETag"])

    assert plain.headers["ETag"] == '"5"'
    assert small.headers["Content-Encoding"] == "gzip"
    assert changed.status_code == 200
    assert contexts.asked_for("matching.withdraw")[0][2] == 5


def test_a_version_says_what_to_change_and_spares_nobody_an_answer(contexts, program):
    contexts.answers["matching.family_case"] = {"version": 5}

    assert program("GET", "/cases/260309P1021001", headers={"If-None-Match": '"5"'}).status_code == 200


def test_what_is_answered_is_kept_by_nobody_on_the_way(contexts, program):
    contexts.answers["matching.family_cases"] = []
    answer = program("GET", "/cases")

    assert answer.headers["Cache-Control"] == "no-store"
    assert {"Authorization", "Accept-Language"} <= set(answer.headers["Vary"].split(", "))
    assert "Set-Cookie" not in answer.headers


def test_the_document_is_served_to_everybody(program):
    answer = program("GET", "/openapi.json", token="")

    assert answer.json["openapi"] == "3.1.0"
    assert len(answer.json["paths"]) > 50


# Tables --------


def test_a_list_comes_whole_as_csv_page_by_page_for_whoever_it_was_then(contexts, program):
    pages = iter([offers(1, 2, following="a"), offers(3, following="b"), offers(4)])
    contexts.answers["matching.clinic_worklist"] = lambda _: next(pages)
    answer = program("GET", "/offers?limit=2", headers={"Accept": "text/csv"})

    assert answer.content_type == "text/csv; charset=utf-8"
    assert "clinic_worklist.csv" in answer.headers["Content-Disposition"]
    assert answer.get_data().startswith(b"\xef\xbb\xbfcase_id,")
    assert [row["case_no"] for row in rows_of(answer)] == ["1", "2", "3", "4"]
    assert {row["child.name"] for row in rows_of(answer)} == {"林小禾"}
    assert [form.get("cursor") for form, *_ in contexts.asked_for("matching.clinic_worklist")] == [None, "a", "b"]


def test_a_table_is_sent_while_it_is_read(contexts, program):
    def endless(form):
        return offers(form.get("cursor", "first"), following="again")

    contexts.answers["matching.clinic_worklist"] = endless
    lines = program("GET", "/offers", headers={"Accept": "text/csv"}, buffered=False).iter_encoded()
    for _ in range(4):
        next(lines)

    assert 1 <= len(contexts.asked_for("matching.clinic_worklist")) <= 4
    lines.close()


def test_a_list_that_is_refused_is_a_problem_and_no_empty_table(contexts, program):
    contexts.answers["matching.clinic_worklist"] = raising(refusal("role-not-allowed"))
    answer = program("GET", "/offers", headers={"Accept": "text/csv"})

    assert (answer.status_code, answer.content_type) == (403, "application/problem+json")


@pytest.mark.parametrize("fault", [refusal("principal-missing"), NoAnswer("matching", "clinic_worklist", 10)])
def test_a_table_that_breaks_off_does_not_look_complete(contexts, program, fault):
    pages = iter([lambda: offers(1, following="a"), lambda: raising(fault)(None)])
    contexts.answers["matching.clinic_worklist"] = lambda _: next(pages)()
    answer = program("GET", "/offers", headers={"Accept": "text/csv"}, buffered=False)
    lines = answer.iter_encoded()

    with structlog.testing.capture_logs() as logged, pytest.raises(type(fault)):
        list(lines)
    assert [line["event"] for line in logged] == ["table_broken_off"]


def test_an_answer_that_is_no_list_stays_json(contexts, program):
    contexts.answers["matching.family_case"] = {"version": 1}

    assert program("GET", "/cases/1", headers={"Accept": "text/csv"}).json == {"version": 1}


def test_cells_with_commas_quotes_and_lines_are_read_back_as_they_were(program):
    rows = [{"a": 'say "hi", then\nleave', "b": {"c": "林"}}, {"a": None, "b": None}]
    with program.app.test_request_context():
        answer = as_csv("rows", ["a", "b.c"], rows)

        assert rows_of(answer) == [{"a": 'say "hi", then\nleave', "b.c": "林"}, {"a": "", "b.c": ""}]


# "No" --------


@pytest.mark.parametrize(
    ("code", "field", "status"),
    [
        ("principal-missing", "", 401),
        ("session-over", "", 401),
        ("role-not-allowed", "", 403),
        ("proof-not-accepted", "", 403),
        ("case-unknown", "case_id", 404),
        ("case-not-yours", "", 404),
        ("idempotency-key-reused", "idempotency_key", 409),
        ("changed-meanwhile", "based_on", 412),
        ("reason-missing", "reason", 422),
        ("doctor-unknown", "preferences.0.doctor", 422),
        ("locked-out", "", 429),
        ("log-unsigned", "", 503),
    ],
)
def test_each_no_of_a_context_has_its_status_and_stays_what_it_was(contexts, program, code, field, status):
    contexts.answers["matching.withdraw"] = raising(refusal(code, field, at="2026-03-12"))
    answer = program.command("POST", f"/cases/{CASE}/withdrawal", {})

    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    told = answer.json
    assert (told["status"], told["code"], told["type"]) == (status, code, f"urn:caretrail:problem:{code}")
    [error] = told["errors"]
    assert (error["code"], error["field"], error["params"]) == (code, field, {"at": "2026-03-12"})
    assert told["correlation_id"] == answer.headers["X-Correlation-Id"]
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


def test_every_objection_to_a_form_is_told_by_its_field(contexts, program):
    below = (Told("field-missing", "child.name"), Told("too-long", "contact.name", {"limit": 40}))
    contexts.answers["matching.submit_application"] = raising(RemoteRefusal(Told("invalid", refusals=below)))
    answer = program.command("POST", "/cases", {})

    assert answer.status_code == 422
    assert [(one["code"], one["field"]) for one in answer.json["errors"]] == [
        ("field-missing", "child.name"),
        ("too-long", "contact.name"),
    ]


def test_what_is_not_there_is_not_found(program):
    for path in ("/cases/260309P1021001", "/nowhere", "/cases/not-a-uuid/actions/x"):
        answer = program("GET", path)
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json"), path


def test_a_verb_that_an_address_does_not_take_is_told_those_that_it_takes(program):
    answer = program("DELETE", "/cases")

    assert (answer.status_code, answer.json["code"]) == (405, "method-not-allowed")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_a_token_that_opens_nothing_is_told_so_also_where_everybody_may_ask(contexts, program):
    contexts.answers["identity.check_sessions"] = checked(None)
    answer = program("GET", "/policy")

    assert (answer.status_code, answer.json["code"]) == (401, "session-ended")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="caretrail"'
    assert contexts.asked_for("matching.policy_today") == []


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_problems_are_told_in_the_language_of_the_request(program, language):
    answer = program("GET", "/nowhere", headers={"Accept-Language": language})

    assert ("There is no such address" in answer.json["detail"]) == (language == "en")
    assert ("沒有這個網址" in answer.json["detail"]) == (language == "zh-TW")
    assert answer.headers["Content-Language"] == {"zh-TW": "zh-Hant-TW", "en": "en"}[language]


@pytest.mark.parametrize(
    "fault",
    [
        NoAnswer("matching", "withdraw", 10),
        ServiceUnknown("matching"),
        ServiceUnavailable("incident"),
        BrokerLost("gone"),
    ],
)
def test_a_service_that_cannot_answer_is_worth_asking_again(contexts, program, fault):
    contexts.answers["matching.withdraw"] = raising(fault)
    answer = program.command("POST", f"/cases/{CASE}/withdrawal", {})

    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("fault", [RuntimeError(f"王小明 {SECRET}"), ServiceFailed("incident")])
def test_what_should_not_happen_says_nothing_but_by_what_to_find_it(contexts, program, fault):
    contexts.answers["matching.withdraw"] = raising(fault)
    answer = program.command("POST", f"/cases/{CASE}/withdrawal", {})

    assert (answer.status_code, answer.json["code"]) == (500, "failed")
    assert SECRET not in answer.text


# Limits and sessions --------


def test_what_is_left_is_told_with_every_answer_and_too_much_is_refused_with_when_to_come_back():
    program = Program(Contexts(), api_rate=3)
    answers = [program("GET", "/policy") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    assert answers[0].headers["RateLimit-Policy"] == '"api";q=3;w=60'
    assert [answer.headers["RateLimit"].split(";")[1] for answer in answers[:3]] == ["r=2", "r=1", "r=0"]
    assert answers[3].json["code"] == "too-often"
    assert int(answers[3].headers["Retry-After"]) > 0


def test_who_is_signed_in_is_counted_by_themselves_and_others_by_their_address():
    contexts = Contexts()
    session = contexts.session
    contexts.answers["identity.check_sessions"] = lambda asked: checked({**session, "session_id": asked["sessions"][0]})
    program = Program(contexts, api_rate=1)

    assert [program("GET", "/policy", token=who).status_code for who in ("a", "b", "", "a", "b", "")] == [
        *[404] * 3,
        *[429] * 3,
    ]


@pytest.mark.parametrize("token", ["\x01", "é", "x" * 201], ids=["unprintable", "foreign", "endless"])
def test_what_cannot_be_a_token_opens_nothing_and_is_not_asked_for_beside_those_of_others(contexts, program, token):
    answer = program("GET", "/policy", token=token)

    assert (answer.status_code, answer.json["code"]) == (401, "session-ended")
    assert contexts.asked_for("identity.check_sessions") == []


def test_of_tokens_that_are_asked_for_together_each_is_answered_for_itself(contexts):
    contexts.answers["identity.check_sessions"] = {"known": [contexts.session, None, contexts.session]}

    assert known_by_token(contexts, ["one", "false", "other"]).keys() == {"one", "other"}
    assert contexts.asked_for("identity.check_sessions") == [({"sessions": ["one", "false", "other"]}, "", None)]


def test_a_false_token_gets_nobody_around_the_limit():
    contexts = Contexts()
    contexts.answers["identity.check_sessions"] = checked(None)
    program = Program(contexts, api_rate=2)

    assert [program("GET", "/policy", token=f"{number}").status_code for number in range(3)] == [401, 401, 429]


def test_who_only_reads_is_looked_up_once_in_two_seconds_and_whoever_changes_something_each_time(contexts, program):
    for _ in range(3):
        program("GET", "/policy")
    assert len(contexts.asked_for("identity.check_sessions")) == 1
    for _ in range(2):
        program.command("POST", f"/cases/{CASE}/withdrawal", {})
    assert len(contexts.asked_for("identity.check_sessions")) == 3
    program("GET", "/policy")
    assert len(contexts.asked_for("identity.check_sessions")) == 3


def test_a_session_that_is_ended_here_opens_nothing_at_once(contexts, program):
    program("GET", "/policy")
    program.command("DELETE", "/sessions")
    contexts.answers["identity.check_sessions"] = checked(None)

    assert program("GET", "/policy").status_code == 401


def test_sessions_are_kept_for_two_seconds_and_the_oldest_make_room():
    now = [0.0]
    checked = CheckedSessions(lambda: now[0], most=2)
    known = Known(principal="signed", session_id="1", role=Role.PARENT, assurances=())
    for token in ("a", "b", "c"):
        checked.keep(token, known)

    assert [checked.get(token) for token in ("a", "b", "c")] == [None, known, known]
    now[0] = KEPT_SECONDS
    assert checked.get("c") is None


# Logs --------


def test_no_log_line_names_a_person_or_a_secret(contexts, program):
    contexts.answers |= {
        "identity.log_in": {"session": "new token", "ends_at": (NOW + timedelta(hours=1)).isoformat()},
        "matching.clinic_worklist": offers(1),
        "matching.withdraw": raising(refusal("reason-missing", "reason")),
        "identity.account": raising(RuntimeError(SECRET)),
    }
    with structlog.testing.capture_logs() as logged:
        program("POST", "/sessions", token="", json={"email": "a@b.example", "password": "correct horse"})
        program("POST", "/offers/search", json={"mother": {"identifier": SECRET}})
        program("GET", f"/offers?county=臺北市&nobody={SECRET}")
        program("GET", f"/institutions/{SECRET}")
        program("GET", f"/accounts/{CASE}")
        program.command("POST", f"/cases/{CASE}/withdrawal", {"reason": "林小禾"}, If_Match='"1"')
    told = json.dumps(logged, ensure_ascii=False, default=str)

    assert {line["page"] for line in logged if "page" in line} >= {"/api/v1/sessions", "/api/v1/institutions/<code>"}
    for personal in (
        SECRET,
        "a@b.example",
        "correct horse",
        "new token",
        "token of a session",
        "林小禾",
        str(CASE),
        "臺北",
    ):
        assert personal not in told
