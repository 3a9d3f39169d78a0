"""Operators see what needs them, foresee before they try again, and confirm before they give up; auditors only look."""

from uuid import UUID

import pytest

from shared.rpc.client import NoAnswer
from tests.controls.remote import Remote, browser, checked

AGGREGATE = UUID(int=7)
PARKED = f"/console/parked/matching/case_statistics/{AGGREGATE}"
AT = "2026-03-12T02:30:00Z"

RELAY = {
    "at_work": True,
    "holder": "host/1",
    "generation": 1,
    "heartbeat": AT,
    "head": 9,
    "published": 9,
    "waiting": 0,
    "behind_seconds": 0.0,
    "horizon_seconds": 0.0,
    "signed": 9,
    "signed_at": AT,
    "unsigned_seconds": 0.0,
    "failure": None,
}
FOLLOWER = {
    "name": "case_statistics",
    "kind": "read-model",
    "log": "matching",
    "head": 9,
    "position": 9,
    "behind": 0,
    "behind_seconds": 0.0,
    "moved_at": AT,
    "rebuilt_at": AT,
    "parked": 0,
    "current": True,
    "failure": None,
    "rebuild": None,
}
EVENTS = [
    {
        "model": "case_statistics",
        "position": position,
        "aggregate": str(AGGREGATE),
        "version": position,
        "type": "matching.CaseSubmitted.v1",
        "error": error,
        "attempts": 1,
        "parked_at": AT,
        "dropped_at": None,
    }
    for position, error in ((4, "ValidationError in ready (digest.py:101)"), (5, "waits for an earlier event"))
]
FORESEEN = {
    "position": 4,
    "aggregate": str(AGGREGATE),
    "type": "matching.CaseSubmitted.v1",
    "fate": "taken",
    "error": "",
    "commands": [{"name": "OfferPreference", "refusal": "case-ended"}],
}


def standing(context="matching", alarms=(), **changes):
    follower = {**FOLLOWER, **changes}
    return {
        "context": context,
        "at": AT,
        "relay": RELAY,
        "queues": [{"name": f"{context}.case_statistics", "messages": 3, "consumers": 1}],
        "followers": [follower],
        "workers": [],
        "alarms": list(alarms),
    }


def console(role="operator", **answers):
    session = {"principal": "signed", "session_id": "1", "role": role, "assurances": ["password"], "badge": {}}
    contexts = ("matching", "identity", "notifier", "gateway", "support")
    told = {f"{name}.oversight": standing(name) for name in contexts}
    parked = {f"{name}.parked_events": {"events": [], "deeds": []} for name in contexts}
    named = {method.replace("__", "."): answer for method, answer in answers.items()}
    return Remote({"identity.check_sessions": checked(session), **told, **parked, **named})


def silent(_):
    raise NoAnswer("notifier", "oversight", 10)


def test_what_needs_a_person_is_told_once_a_kind_with_what_to_do():
    alarms = [{"code": "parked", "about": "case_statistics"}, {"code": "parked", "about": "family_cases"}]
    page = browser(console(matching__oversight=standing(alarms=alarms, parked=2))).get("/console").text
    assert "有 1 件事需要處理" in page
    assert "case_statistics、family_cases 有事件無法處理" in page
    assert "試算重試的結果" in page
    assert "一切正常" in browser(console()).get("/console").text


def test_a_context_that_does_not_answer_is_told_of_and_hides_no_other():
    page = browser(console(notifier__oversight=silent)).get("/console").text
    assert "caretrail serve notifier" in page
    assert "case_statistics" in page


def test_the_page_looks_again_by_itself_but_not_for_ever():
    visitor = browser(console())
    assert 'hx-get="/console?round=1"' in visitor.get("/console").text
    assert 'hx-get="/console?round' not in visitor.get("/console?round=60").text
    assert visitor.get("/console?round=-1").status_code == 200


def test_a_rebuild_shows_how_far_it_is_or_that_it_ended_half_way():
    rebuild = {"stage": "folding", "done": 1, "total": 4, "percent": 25, "began_at": AT, "told_at": AT}
    at_work = standing(rebuild={**rebuild, "at_work": True})
    assert 'value="25"' in browser(console(matching__oversight=at_work)).get("/console/rebuilds").text
    ended = standing(rebuild={**rebuild, "at_work": False})
    page = browser(console(matching__oversight=ended)).get("/console/rebuilds").text
    assert "caretrail models rebuild case_statistics --context matching" in page


def test_parked_events_are_listed_by_aggregate_with_who_did_what():
    deed = {"at": AT, "actor": "account/1", "deed": "dropped", "model": "m", "aggregate": "a", "positions": [3]}
    page = browser(console(matching__parked_events={"events": EVENTS, "deeds": [deed]})).get("/console/parked").text
    assert "ValidationError in ready (digest.py:101)" in page
    assert "後面還有 1 個" in page
    assert "account/1" in page
    assert PARKED in page


def test_trying_again_is_foreseen_first_and_then_done():
    remote = console(
        matching__foresee_retry=[FORESEEN],
        matching__retry_parked=[{"aggregate": str(AGGREGATE), "taken": 1, "waiting": 1}],
    )
    visitor = browser(remote)
    page = visitor.get(PARKED).text
    assert "OfferPreference" in page
    assert "case-ended" in page
    visitor.post(f"{PARKED}/retry", data={"idempotency_key": "key"})
    asked = {"model": "case_statistics", "aggregate": str(AGGREGATE)}
    assert ("matching.retry_parked", asked) in remote.asked


def test_giving_up_is_confirmed_with_the_events_that_were_shown():
    remote = console(matching__parked_events={"events": EVENTS, "deeds": []}, matching__drop_parked={})
    visitor = browser(remote)
    page = visitor.get(f"{PARKED}/drop").text
    assert "要放棄事件 #4 嗎" in page
    assert "全部 2 個都放棄" in page
    visitor.post(f"{PARKED}/drop", data={"idempotency_key": "key", "position": ["4", "none", "9" * 5_000]})
    asked = {"model": "case_statistics", "aggregate": str(AGGREGATE), "positions": [4]}
    assert ("matching.drop_parked", asked) in remote.asked


def test_auditors_see_the_same_and_can_change_nothing():
    remote = console("auditor", matching__foresee_retry=[FORESEEN])
    visitor = browser(remote)
    page = visitor.get(PARKED).text
    assert "現在重試" not in page
    assert visitor.post(f"{PARKED}/retry", data={}).status_code == 403
    assert visitor.get(f"{PARKED}/drop").status_code == 403
    assert "matching.retry_parked" not in {method for method, _ in remote.asked}


def test_policy_values_are_told_with_what_was_before_and_what_is_to_come():
    versions = [
        {"value": ["7"], "since": "2027-01-01", "standing": "future"},
        {"value": ["5", "6"], "since": "2025-01-01", "standing": "in-force"},
    ]
    value = {"name": "offer_working_days", "title": "院所回覆期限", "source": "本系統自訂", "versions": versions}
    remote = console(identity__policy_values=[value])
    page = browser(remote).get("/console/policies?context=identity").text
    assert "尚未生效" in page
    assert "116/01/01" in page
    assert ("identity.policy_values", {"language": "zh-Hant"}) in remote.asked


@pytest.mark.parametrize("path", ["/console", "/console/parked", "/console/policies", "/console/rebuilds", PARKED])
def test_nobody_else_comes_in(path):
    assert browser(console("bureau_manager")).get(path).status_code == 403
