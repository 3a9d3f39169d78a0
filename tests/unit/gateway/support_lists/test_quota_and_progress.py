"""What an institution may be supported with, and how far a case has come for whoever holds its number."""

import pytest

from tests.controls.remote import INSTITUTION, Remote, browser, checked, refusal
from tests.unit.gateway.support_lists.conftest import coming


def a_quota(**changes):
    return {
        "institution": INSTITUTION,
        "institution_name": "青田診所",
        "weekly_sessions": 10,
        "doctors": 3,
        "weeks": [
            {"week": "2026-W10", "sessions": 4, "own_sessions": 10, "allowed": 4, "left": 0, "exceeds": False},
            {"week": "2026-W11", "sessions": 5, "own_sessions": 10, "allowed": 4, "left": 0, "exceeds": True},
        ],
        "months": [{"month": "2026-03", "supporters": 7, "own_doctors": 3, "allowed": 6, "exceeds": True}],
        "source": "衛署醫字第0960222467號",
        **changes,
    }


def test_a_quota_shows_each_week_with_its_limit_and_by_which_rule(asked_of):
    remote = coming("institution", support__quota=a_quota())
    page = browser(remote).get("/support/quota?month=2026-03").text
    assert asked_of(remote, "support.quota") == {"day": "2026-03-01"}
    for told in ("115/03/02", "115/03/08", "衛署醫字第0960222467號", "每週自有診次 10 診"):
        assert told in page
    assert (page.count("未超過"), page.count("超過上限")) == (1, 2)


def test_where_nobody_has_stated_the_strength_nothing_is_concluded():
    week = {"week": "2026-W10", "sessions": 4, "own_sessions": None, "allowed": None, "left": None, "exceeds": None}
    quota = a_quota(weekly_sessions=None, doctors=None, weeks=[week], months=[])
    page = browser(coming("institution", support__quota=quota)).get("/support/quota").text
    assert "還沒有填報" in page
    assert "缺自有診次" in page
    assert "未超過" not in page


def test_an_institution_states_its_strength_in_whole_numbers():
    remote = coming("institution", support__quota=a_quota())
    desk = browser(remote)
    assert 'value="10"' in desk.get("/support/quota/strength").text
    form = {"weekly_sessions": "12", "doctors": "4", "idempotency_key": "k"}
    assert desk.post("/support/quota/strength", data=form).location == "/support/quota"
    assert remote.done == [("support.state_strength", {"weekly_sessions": 12, "doctors": 4}, "k")]


@pytest.mark.parametrize("typed", ["", "ten", "-1", "1.5"])
def test_what_is_no_whole_number_stays_in_its_field_with_the_fault(typed):
    remote = coming("institution")
    answer = browser(remote).post("/support/quota/strength", data={"weekly_sessions": typed, "doctors": "4"})
    assert answer.status_code == 422
    assert 'href="#weekly_sessions"' in answer.text
    assert remote.done == []


def test_what_support_refuses_is_told_beside_the_field():
    def refuse(_):
        raise refusal("figure-out-of-range", "doctors", limit=9999)

    remote = coming("institution", support__state_strength=refuse)
    form = {"weekly_sessions": "1", "doctors": "99999", "idempotency_key": "k"}
    answer = browser(remote).post("/support/quota/strength", data=form)
    assert (answer.status_code, 'href="#doctors"' in answer.text, 'value="k"' in answer.text) == (422, True, True)


# 申辦進度查詢 -----------------------------------------------------------------------------------------------------

PROGRESS = {
    "case_no": "11503100001",
    "kind": "registration",
    "state": "under_review",
    "submitted_at": "2026-03-10T02:00:00Z",
    "due_by": "2026-03-17T09:00:00Z",
    "decided_at": None,
}


def visitor(answer):
    return Remote({"identity.check_sessions": checked(None), "support.progress": answer})


def test_anybody_learns_how_far_a_case_has_come_by_its_number():
    remote = visitor(PROGRESS)
    page = browser(remote).get("/support/progress?case_no=１１５０３１００００１ ").text
    assert remote.asked[-1] == ("support.progress", {"case_no": "11503100001"})
    for told in ("審核中", "登錄", "民國 115 年 3 月 10 日", "民國 115 年 3 月 17 日"):
        assert told in page


def test_a_number_that_is_not_known_is_refused_and_one_that_is_none_is_not_asked_for():
    def refuse(_):
        raise refusal("application-unknown", "case_no")

    remote = visitor(refuse)
    desk = browser(remote)
    assert desk.get("/support/progress?case_no=11503109999").status_code == 422
    answer = desk.get("/support/progress?case_no=abc")
    assert (answer.status_code, 'href="#case_no"' in answer.text) == (422, True)
    assert [method for method, _ in remote.asked].count("support.progress") == 1


def test_numbers_cannot_be_tried_out_one_after_the_other():
    desk = browser(visitor(PROGRESS))
    statuses = [desk.get(f"/support/progress?case_no=1150310{number:04}").status_code for number in range(21)]
    assert statuses == [200] * 20 + [429]
    assert desk.get("/support/progress").status_code == 200
