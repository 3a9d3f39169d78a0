"""Auditors ask a service why a row is so and what a request has led to; nobody else does, and every look is kept."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from shared.principal import Assurance, Principal, Role
from tests.controls.logbook import eventually
from tests.integration.rpc.switches import Refused, application

pytestmark = [
    pytest.mark.postgres,
    # What is asked and answered is the same over either transport, which other tests show.
    pytest.mark.parametrize("installation", ["in process"], indirect=True, scope="session"),
]


@pytest.fixture
def auditor(people):
    return people.signed(Principal("account/auditor", Role.AUDITOR, frozenset({Assurance.PASSWORD})))


@pytest.fixture
def case(board, people, family, preference):
    """A case that was submitted under a correlation id of its own: its outcome, and the id."""
    correlation = str(uuid4())
    payload = application(family, preference)
    outcome = board.call(
        "matching.submit_application",
        people.parent(family),
        trace={"correlation_id": correlation},
        payload=payload,
        idempotency_key=f"inspected/{family.number}",
    )
    written = {"id": outcome["id"], "version": outcome["version"]}
    board.call("matching.family_cases", people.parent(family), written=written)  # waits until the rows know it
    return outcome, correlation


def refused(board, method, principal, **rest):
    with pytest.raises(Refused) as caught:
        board.call(method, principal, **rest)
    return caught.value.told


def test_an_auditor_is_told_why_a_row_is_so_and_nothing_personal(board, auditor, case, family):
    outcome, correlation = case
    asked = {"model": "family_cases", "key": outcome["id"], "column": "match"}

    eventually(lambda: board.call("matching.why_row", auditor, payload=asked)["found"]["why"] is not None)
    found = board.call("matching.why_row", auditor, payload=asked)["found"]
    answer = found["why"]

    assert [episode["fact"]["type"] for episode in answer["episodes"]] == ["matching.CaseSubmitted.v1"]
    assert answer["episodes"][0]["fact"]["correlation"] == correlation
    assert answer["equal"] is True
    assert {(look["actor"], look["key"]) for look in found["looks"]} == {("account/auditor", outcome["id"])}
    assert family.child.name not in json.dumps(answer, ensure_ascii=False)


def test_nobody_but_operators_and_auditors_may_ask(board, people, family, case):
    outcome, correlation = case
    parent = people.parent(family)
    row = {"model": "family_cases", "key": outcome["id"]}
    assert refused(board, "matching.why_row", parent, payload=row).code == "role-not-allowed"
    request = {"correlation_id": correlation}
    assert refused(board, "matching.trace_request", parent, payload=request).code == "role-not-allowed"
    assert refused(board, "matching.find_events", parent, payload={}).code == "role-not-allowed"
    assert refused(board, "matching.published_event", parent, payload={"position": 1}).code == "role-not-allowed"


def test_a_request_is_traced_with_what_was_refused_of_it(board, people, auditor, case, family):
    outcome, correlation = case
    again = {"case_id": outcome["id"], "rank": 1, "explanation": ""}
    code = refused(
        board,
        "matching.release_notice",
        people.parent(family),
        trace={"correlation_id": correlation},
        payload=again,
        idempotency_key=str(uuid4()),
    ).code

    traced = board.call("matching.trace_request", auditor, payload={"correlation_id": correlation})["found"]["traced"]

    assert [fact["type"] for fact in traced["facts"]] == ["matching.CaseSubmitted.v1", "matching.PreferenceOffered.v1"]
    [kept] = traced["refused"]
    assert (kept["method"], kept["code"], kept["role"]) == ("matching.release_notice", code, "parent")


def test_events_are_found_by_subject_and_type_and_shown_as_published(board, auditor, case):
    outcome, _ = case
    asked = {"subject": outcome["number"], "types": ["CaseSubmitted"]}

    [fact] = board.call("matching.find_events", auditor, payload=asked)["found"]["facts"]
    body = board.call("matching.published_event", auditor, payload={"position": fact["position"]})["found"]["body"]

    assert json.loads(body)["id"] == f"matching/{fact['position']}"
    assert json.loads(body)["subject"] == outcome["number"]
    newest = board.call("matching.find_events", auditor, payload={})["found"]["facts"]
    assert [one["position"] for one in newest] == sorted((one["position"] for one in newest), reverse=True)
    nowhere = refused(board, "matching.published_event", auditor, payload={"position": 10**9})
    assert nowhere.code == "event-unknown"


def test_what_there_is_not_is_refused_with_what_there_is(board, auditor):
    def told(**asked):
        return refused(board, "matching.why_row", auditor, payload={"model": "family_cases", "key": "x", **asked})

    assert told(model="family_case").params["known"] == ["family_cases"]
    assert told(model="family_case", at="2026-01-01T00:00:00Z").params["known"] == ["family_cases"]
    assert (told().code, told().params["form"]) == ("row-unknown", "id")
    assert told(column="matc").params["known"] == ["match"]
