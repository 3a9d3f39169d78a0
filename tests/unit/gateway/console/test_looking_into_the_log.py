"""Auditors look at rows, events and requests: what they ask arrives as it was meant, and nothing sealed is shown."""

from __future__ import annotations

import pytest

from shared.rpc.wire import ServiceUnavailable
from shared.words import Language
from tests.controls.remote import _staff, browser, refusal

FACT = {
    "context": "matching",
    "position": 48167,
    "type": "matching.PreferenceOffered.v1",
    "time": "2026-03-10T06:05:31Z",
    "subject": "260309P1021014",
    "actor": "process/offer_next_preference",
    "role": "process",
    "institution": "",
    "assurance": "internal",
    "cause": "matching/48166",
    "correlation": "req-1",
    "policy": "matching/2026-01",
}
CAUSE = {**FACT, "position": 48166, "type": "matching.InstitutionDeclined.v1", "role": "doctor", "cause": "c0ffee"}
CELLS = [
    {"column": "status", "value": "offered"},
    {"column": "due_by", "value": "2026-03-13T09:00:00Z"},
    {"column": "child", "hidden": "sealed", "whose": "s-7f3a21c4"},
    {"column": "district", "hidden": "personal"},
    {"column": "ended_at"},
]
WHY = {
    "context": "matching",
    "source": "matching",
    "model": "clinic_worklist",
    "key": "0b9c/2",
    "form": "case_id/rank",
    "column": "status",
    "position": 48213,
    "head": 48213,
    "live": 48213,
    "exists": True,
    "cells": CELLS,
    "touched": 6,
    "episodes": [
        {
            "fact": FACT,
            "effect": "changed",
            "changes": [{"before": {"column": "status", "value": "<b>"}, "after": CELLS[0], "kept": 0}],
            "error": "",
        }
    ],
    "others": 5,
    "causes": [CAUSE],
    "page": 1,
    "pages": 1,
    "equal": True,
    "differing": [],
}
PROOF = {"verdict": "signed", "first": 48001, "last": 48213, "left_out": 0, "signed": 48213, "key": "2026a"}
LOOK = {"at": "2026-03-12T02:39:07Z", "actor": "account/auditor-b", "role": "auditor", "model": "m", "key": "k"}
ADDRESS = "/console/why/matching/clinic_worklist/260309P1021014/2"


def auditor(role="auditor", **answers):
    listed = {"models": [{"name": "clinic_worklist", "log": "matching", "form": "case_id/rank", "columns": []}]}
    known = {f"{name}__inspectable": listed | {"types": ["CaseSubmitted"]} for name in CONTEXTS}
    why = {"why": WHY, "proof": PROOF, "looks": [LOOK], "looked": 0, "total": 0}
    return _staff(role, {**known, "matching__why_row": why, **answers}, badge={"name": "稽核人員 乙"})


CONTEXTS = ("matching", "identity", "notifier", "gateway", "support")


def asked(remote, method):
    return next(asked for name, asked in remote.asked if name == method)


def test_the_row_the_column_and_the_moment_arrive_as_they_were_meant():
    remote = auditor()
    browser(remote).get(f"{ADDRESS}?column=status&until=2026-03-10+14:05")
    assert asked(remote, "matching.why_row") == {
        "model": "clinic_worklist",
        "key": "260309P1021014/2",
        "column": "status",
        "page": None,
        "at": "2026-03-10T14:05:00+08:00",
    }


@pytest.mark.parametrize("typed", ["48,166", "#48166", "４８１６６"])
def test_a_position_may_be_written_as_it_is_shown(typed):
    remote = auditor()
    browser(remote).get(ADDRESS, query_string={"until": typed})
    assert asked(remote, "matching.why_row")["until"] == 48166


def test_the_answer_is_a_sentence_with_its_events_their_causes_and_the_proof():
    page = browser(auditor(), Language.ENGLISH).get(f"{ADDRESS}?column=status&lang=en").text
    assert "1 events decided this column; 5 others touched the row" in page
    assert page.index("#48,166") < page.index("#48,167")
    assert "offer_next_preference" in page
    assert "#48,213, key 2026a" in page
    assert "caretrail why matching.clinic_worklist 0b9c/2 status" in page
    assert 'href="/console/trace/req-1"' in page


def test_who_has_looked_at_the_row_is_told():
    page = browser(auditor()).get(ADDRESS).text
    assert "2026-03-12 10:39:07" in page
    assert "account/auditor-b" in page


def test_nothing_sealed_is_shown_and_markup_in_a_value_is_text():
    page = browser(auditor()).get(ADDRESS).text
    assert "s-7f3a21c4" in page
    assert "由封存的資料解開，不顯示" in page
    assert "2026-03-13 17:00:00" in page
    assert "&lt;b&gt;" in page


@pytest.mark.parametrize(
    ("proof", "why", "said"),
    [
        ({"verdict": "altered"}, {}, "事件遭到更動"),
        ({"verdict": "rewritten"}, {}, "紀錄遭到改寫"),
        ({"verdict": "forged"}, {}, "簽章與金鑰不符"),
        ({"verdict": "key_unknown"}, {}, "audit verify --key"),
        ({"verdict": "unsigned"}, {}, "還沒有簽章"),
        ({}, {"equal": False, "differing": ["status"]}, "現行資料列與事件推算的結果不同"),
        ({}, {"equal": None}, "沒有與現行資料列比對"),
    ],
)
def test_what_speaks_against_a_row_is_said(proof, why, said):
    answer = {"why": {**WHY, **why}, "proof": {**PROOF, **proof}, "looks": [], "looked": 0, "total": 0}
    assert said in browser(auditor(matching__why_row=answer)).get(ADDRESS).text


def test_a_case_with_several_rows_leads_to_each_of_them():
    def several(_):
        raise refusal("row-ambiguous", "key", rows=["260309P1021014/1", "260309P1021014/2"])

    answer = browser(auditor(matching__why_row=several)).get("/console/why/matching/clinic_worklist/260309P1021014")
    assert answer.status_code == 422
    assert f'href="{ADDRESS}"' in answer.text


def test_the_form_leads_to_the_row_and_says_what_is_missing():
    visitor = browser(auditor())
    leads = visitor.get("/console/why?model=matching.clinic_worklist&key=+260309P1021014/2+")
    assert leads.location == ADDRESS
    missing = visitor.get("/console/why?model=&key=")
    assert missing.status_code == 422
    assert 'href="#model"' in missing.text
    assert 'href="#key"' in missing.text


@pytest.mark.parametrize("typed", ["yesterday", "9" * 5_000])
def test_a_moment_that_is_none_is_refused_beside_its_field(typed):
    answer = browser(auditor()).get(ADDRESS, query_string={"until": typed})
    assert answer.status_code == 422
    assert 'href="#until"' in answer.text


def test_while_the_log_is_looked_through_the_page_says_how_far_that_is():
    looking = {"why": None, "proof": None, "looks": [], "looked": 40_000, "total": 1_000_000}
    page = browser(auditor(matching__why_row=looking)).get(ADDRESS).text
    assert "40,000" in page
    assert "1,000,000" in page


def test_events_are_narrowed_by_type_subject_and_place_and_older_ones_are_a_page_away():
    found = {"facts": [FACT], "before": 48167, "looked": 0, "total": 0}
    remote = auditor(matching__find_events=found)
    page = browser(remote).get("/console/events?type=CaseSubmitted&subject=260309P1021014&before=48213").text
    sought = {"types": ["CaseSubmitted"], "subject": "260309P1021014", "before": 48213}
    assert asked(remote, "matching.find_events") == sought
    assert "subject=260309P1021014&amp;before=48167" in page


def test_an_event_is_shown_as_it_was_published_with_its_cause():
    body = (
        '{"id":"matching/7","type":"matching.CaseSubmitted.v1","time":"2026-03-10T06:05:31Z","actorid":"a",'
        '"actorrole":"parent","causationid":"matching/6","correlationid":"req-1","data":{"box":"<c2VhbGVk>"}}'
    )
    page = browser(auditor(matching__published_event={"body": body})).get("/console/events/matching/7").text
    assert "&lt;c2VhbGVk&gt;" in page
    assert 'href="/console/events/matching/6"' in page
    assert 'href="/console/trace/req-1"' in page


def test_a_position_that_the_log_has_not_reached_is_no_page():
    def unknown(_):
        raise refusal("event-unknown", "position")

    assert browser(auditor(matching__published_event=unknown)).get("/console/events/matching/9").status_code == 404


def test_a_request_is_told_across_contexts_with_what_was_refused_and_who_does_not_answer():
    def away(_):
        raise ServiceUnavailable("incident")

    code = {"at": "2026-03-10T06:05:30Z", "method": "matching.decline", "code": "busy", "correlation": "req-1"}
    refused = {**code, "cause": "", "actor": "account/7", "role": "doctor"}
    nothing = {"traced": {"context": "identity", "facts": [], "refused": [], "more": 0}}
    known = {"context": "matching", "facts": [CAUSE, FACT], "refused": [refused], "more": 0}
    remote = auditor(
        matching__trace_request={"traced": known},
        identity__trace_request=nothing,
        gateway__trace_request=nothing,
        support__trace_request=nothing,
        notifier__trace_request=away,
    )
    page = browser(remote).get("/console/trace/req-1").text
    assert page.index("matching.decline") < page.index("#48,166") < page.index("#48,167")
    assert "ct-below-1" in page
    assert "notifier 現在沒有回應" in page


@pytest.mark.parametrize("role", ["doctor", "bureau_manager", "parent"])
def test_nobody_else_gets_in(role):
    assert browser(auditor(role)).get(ADDRESS).status_code == 403


def test_there_is_no_page_of_a_context_that_there_is_not():
    assert browser(auditor()).get("/console/why/nowhere/orders/7").status_code == 404
    assert browser(auditor()).get("/console/events?context=nowhere").status_code == 404
