"""A bureau reviews what waits for it: the evidence beside the application, one decision for one case or for many."""

from __future__ import annotations

import pytest

from tests.controls.remote import browser, bureau, refusal
from tests.controls.support_pages import (
    HOME,
    SATURDAY,
    a_finding,
    a_line,
    a_listed,
    an_application,
    application_id,
    support_of,
    terms,
)

RULE = {"remarks_limit": 500}
STANDING = {"waiting": 2, "overdue": 1, "unassigned": 1, "yours": 0, "oldest_since": "2026-03-09T07:32:00Z"}
REVIEW = f"/bureau/support/{application_id()}"
SEEN = "2026-03-09T07:32:00+00:00"


def desk(told=None, **answers):
    """The bureau of 臺北市, which reviews this application."""
    accounts = {"entries": [], "following": None}
    known = {
        "support__policy_today": RULE,
        "support__application_whole": told or an_application(),
        "identity__find_accounts": accounts,
    }
    return bureau(**{**known, **answers})


def queue_of(*listed, **answers):
    """The bureau, and what waits for it."""
    page = {"entries": list(listed), "following": None}
    return desk(support__review_queue=page, support__review_standing=STANDING, **answers)


def decided(**form):
    return {"seen": SEEN, "idempotency_key": "k", **form}


def test_the_queue_tells_what_waits_how_long_until_when_and_with_whom():
    late = a_listed(2, is_overdue=True, is_yours=True, reviewer="account/1")
    text = browser(queue_of(a_listed(1), late)).get("/bureau/support").text
    for told in ("11503090001", "11503090002", "3 月 16 日（一）23:59", "已等 3 天", "已逾期", "尚未分案", "您"):
        assert told in text


def test_the_queue_asks_for_its_part_and_its_filters_which_can_be_taken_away():
    remote = queue_of(a_listed())
    text = browser(remote).get(f"/bureau/support?tab=unassigned&kinds=amendment&institution={HOME}").text
    [asked] = [asked for method, asked in remote.asked if method == "support.review_queue"]
    assert (asked["part"], asked["kinds"], asked["institution"]) == ("unassigned", ["amendment"], HOME)
    assert f'href="/bureau/support?tab=unassigned&amp;institution={HOME}"' in text


def test_a_tab_that_nobody_offers_shows_everything():
    remote = queue_of(a_listed())
    browser(remote).get("/bureau/support?tab=nonsense")
    [asked] = [asked for method, asked in remote.asked if method == "support.review_queue"]
    assert asked["part"] == "all"


def test_a_review_shows_the_application_beside_what_was_found_of_it():
    week = {"week": "2026-W12", "sessions": 8, "own_sessions": 18, "exceeds": True, "allowed": 7}
    overlap = {
        "other": application_id(9),
        "place": {"kind": "institution", "code": "3501200028", "name": "南港康寧診所", "county": "臺北市"},
        "starts": "2026-03-19T10:00:00Z",
        "ends": "2026-03-19T11:00:00Z",
    }
    found = a_finding(
        weeks=[week], overlap_count=23, overlaps=[overlap], licence="ends_before", standing=["place_suspended"]
    )
    text = browser(desk(an_application(findings=[found]))).get(REVIEW).text
    for told in (
        "44.4%",
        "支援 8 診 ÷ 自有 18 診",
        "115/03/16",
        "南港康寧診所",
        "3 月 19 日（四）18:00–19:00",
        "另外還有 22 次",
    ):
        assert told in text
    for told in ("衛署醫字第0960222467號", "115/11/30", "每週二、四 18:00–21:00"):
        assert told in text


def test_a_line_is_shown_with_the_figures_that_it_was_judged_by():
    found = a_finding(
        weeks=[{"week": "2026-W12", "sessions": 8, "own_sessions": 18, "exceeds": False, "allowed": 9}],
        months=[{"month": "2026-03", "supporting": 5, "own": 2, "exceeds": False, "allowed": 6}],
        share_percent=50,
        supporters_per_doctor=3,
        home_minimum=3,
    )
    text = browser(desk(an_application(findings=[found]))).get(REVIEW).text
    for told in ("50%", "上限 6 位（自有 2 位的 3 倍）", "至少要留 3 位"):
        assert told in text
    assert "40%" not in text


def test_of_an_unknown_denominator_nothing_is_concluded():
    week = {"week": "2026-W12", "sessions": 8, "own_sessions": None, "exceeds": None, "allowed": None}
    text = browser(desk(an_application(findings=[a_finding(weeks=[week])]))).get(REVIEW).text
    assert "還沒有填報自有診次" in text
    assert "超過 40%" not in text


def test_a_change_shows_before_and_after_and_marks_only_what_differs():
    line = a_line(before=terms(SATURDAY), after=terms())
    text = browser(desk(an_application(line, kind="amendment"))).get(REVIEW).text
    assert "<del>115/03/21 09:00–12:00</del>" in text
    assert "<ins>每週二、四 18:00–21:00" in text
    assert text.count("<ins>") == 1
    assert text.count("沒有變更") == 2


def test_what_was_attached_can_be_read_beside_its_line():
    file = {"id": application_id(5), "name": "<協議書>.pdf", "kind": "pdf", "size": 81_000, "parts": 1}
    text = browser(desk(an_application(a_line(files=[file])))).get(REVIEW).text
    assert f'href="/support/applications/{application_id()}/files/{application_id(5)}"' in text
    assert "&lt;協議書&gt;.pdf" in text


def test_what_speaks_against_a_line_comes_first():
    lines = [a_line(1, practitioner_name="甲"), a_line(2, practitioner_name="乙")]
    told = an_application(*lines, findings=[a_finding(1), a_finding(2, overlap_count=1)])
    text = browser(desk(told)).get(REVIEW).text
    assert text.index('id="evidence-2"') < text.index('id="evidence-1"')


@pytest.mark.parametrize(
    ("form", "method", "told"),
    [
        ({"verdict": "approve_application"}, "support.approve_application", {}),
        (
            {"verdict": "return_application", "return_reason": "schedule", "explanation": "週四\r\n重疊"},
            "support.return_application",
            {"reason": "schedule", "explanation": "週四\n重疊"},
        ),
        (
            {"verdict": "deny_application", "denial_reason": "overlap", "explanation": ""},
            "support.deny_application",
            {"reason": "overlap", "explanation": ""},
        ),
    ],
)
def test_a_decision_is_given_once_with_its_reason(form, method, told):
    remote = desk()
    answer = browser(remote).post(REVIEW, data=decided(**form))
    assert answer.status_code == 303
    assert remote.done == [(method, {"application_id": application_id(), **told}, "k")]


@pytest.mark.parametrize(
    ("form", "at"),
    [
        ({}, "verdict"),
        ({"verdict": "assign_review"}, "verdict"),
        ({"verdict": "deny_application"}, "denial_reason"),
        ({"verdict": "return_application", "return_reason": "overlap"}, "return_reason"),
    ],
)
def test_a_decision_without_what_it_needs_is_asked_for_again_and_nothing_is_given(form, at):
    remote = desk()
    answer = browser(remote).post(REVIEW, data=decided(**form, explanation="已經寫的意見"))
    assert answer.status_code == 422
    assert f'href="#{at}"' in answer.text
    assert "已經寫的意見" in answer.text
    assert remote.done == []


def test_of_two_reviewers_the_second_is_told_what_has_become_of_the_case():
    after = an_application(state="approved", decided_at="2026-03-12T02:00:00Z", actions=[])
    remote = desk()

    def too_late(_):
        remote.answers["support.application_whole"] = after
        raise refusal("application-not-under-review", state="approved")

    remote.answers["support.deny_application"] = too_late
    form = decided(verdict="deny_application", denial_reason="overlap")
    answer = browser(remote).post(REVIEW, data=form)
    assert answer.status_code == 422
    assert "application-not-under-review" in answer.text  # the words are support's own
    assert "審查結果：Approved" in answer.text
    assert 'name="verdict"' not in answer.text


def test_what_came_again_since_it_was_looked_at_is_not_decided():
    remote = desk(an_application(submitted_at="2026-03-11T01:00:00Z"))
    answer = browser(remote).post(REVIEW, data=decided(verdict="approve_application"))
    assert answer.status_code == 422
    assert "重新送審" in answer.text
    assert remote.done == []


def test_the_other_countys_bureau_sees_a_copy_and_decides_nothing():
    told = an_application(county="新北市", copied_to=["臺北市"], actions=[])
    text = browser(desk(told)).get(REVIEW).text
    assert "這是副本" in text
    assert 'name="verdict"' not in text
    assert "/assign" not in text


def test_a_reviewer_takes_a_case_and_a_manager_gives_it_to_somebody():
    officer = {"id": application_id(7), "holder": {"name": "林小雅"}, "role": "bureau_officer", "status": "active"}
    remote = desk(identity__find_accounts={"entries": [officer], "following": None})
    page = browser(remote)
    assert "林小雅" in page.get(REVIEW).text
    page.post(f"{REVIEW}/assign", data={"idempotency_key": "k"})
    page.post(f"{REVIEW}/assign", data={"idempotency_key": "l", "reviewer": f"account/{application_id(7)}"})
    assert [(told["reviewer"], key) for _, told, key in remote.done] == [
        ("", "k"),
        (f"account/{application_id(7)}", "l"),
    ]


def test_an_officer_is_shown_no_accounts_of_others():
    remote = desk()
    remote.answers["identity.check_sessions"]["known"][0]["role"] = "bureau_officer"
    assert browser(remote).get(REVIEW).status_code == 200
    assert [method for method, _ in remote.asked if method == "identity.find_accounts"] == []


def ticked(*numbers):
    return [application_id(number) for number in numbers]


def many(*numbers, **form):
    """The form of a bulk decision, with a key for each."""
    keys = {f"key-{one}": f"k{number}" for number, one in enumerate(ticked(*numbers))}
    seen = {f"seen-{one}": SEEN for one in ticked(*numbers)}
    return {"application": ticked(*numbers), **keys, **seen, **form}


def of_each(**answers):
    return desk(support__application_whole=lambda asked: support_of(asked["application_id"]), **answers)


def test_many_are_looked_at_once_more_with_what_there_is_to_look_at():
    address = "/bureau/support/decide?" + "&".join(f"application={one}" for one in ticked(1, 2))
    remote = of_each()
    text = browser(remote).get(address).text
    assert text.count('name="application"') == 2
    assert "審查 2 個案件" in text
    assert remote.done == []


def test_many_are_decided_each_by_itself_under_its_own_key():
    remote = of_each()
    answer = browser(remote).post("/bureau/support/decide", data=many(1, 2, verdict="approve_application"))
    assert answer.status_code == 303
    assert [(told["application_id"], key) for _, told, key in remote.done] == [
        (application_id(1), "k0"),
        (application_id(2), "k1"),
    ]


def test_one_that_was_decided_meanwhile_is_told_and_leaves_the_others_alone():
    def only_the_first(command):
        if command["application_id"] != application_id(1):
            raise refusal("application-not-under-review", state="returned")

    remote = of_each(support__approve_application=only_the_first)
    answer = browser(remote).post("/bureau/support/decide", data=many(1, 2, verdict="approve_application"))
    assert answer.status_code == 422
    assert "完成 1 件，1 件沒有完成" in answer.text
    left, done = answer.text.split('id="done"')
    assert "11503090002" in left
    assert "11503090001" in done


def test_a_bulk_decision_without_a_reason_is_asked_for_again():
    remote = of_each()
    answer = browser(remote).post("/bureau/support/decide", data=many(1, 2, verdict="deny_application"))
    assert answer.status_code == 422
    assert 'href="#denial_reason"' in answer.text
    assert remote.done == []


def test_what_support_says_of_the_reason_stands_beside_it_for_many_too():
    def unexplained(_):
        raise refusal("reason-unexplained", "explanation")

    remote = of_each(support__deny_application=unexplained)
    form = many(1, 2, verdict="deny_application", denial_reason="other")
    answer = browser(remote).post("/bureau/support/decide", data=form)
    assert answer.status_code == 422
    assert 'href="#explanation"' in answer.text


def test_what_cannot_be_decided_is_set_apart():
    told = an_application(state="approved", actions=[], decided_at="2026-03-12T02:00:00Z")
    text = browser(desk(told)).get(f"/bureau/support/decide?application={application_id()}").text
    assert 'name="verdict"' not in text
    assert "1 個案件不能審查" in text


def test_a_queue_of_nothing_ticked_leads_back():
    assert browser(desk()).get("/bureau/support/decide").status_code == 303
