"""A case begins with its number, tells what can be done with it, and is submitted after a second look."""

import pytest

from tests.controls.applying import (
    CASE,
    DOCTOR,
    LINE,
    MAY_AMEND,
    MAY_CANCEL,
    SUPPORT,
    a_draft,
    a_lock,
    a_support,
    actions,
    applicant,
    held,
    page_of,
    refuses,
)
from tests.controls.remote import browser, refusal
from tests.controls.support_pages import HOME, SATURDAY, a_finding, a_line, an_application, terms

RECORD = f"/support/applications/{CASE}"
SECOND = a_support(2)["id"]
TERMS = {
    "purposes": "general",
    "kind": "continuous",
    "first-continuous": "115/03/21",
    "last-continuous": "115/03/21",
    "starts": "0900",
    "ends": "1200",
}


def done(remote, command):
    return [payload for method, payload, _ in remote.done if method == f"support.{command}"]


def test_a_case_begins_with_its_number_and_its_first_line():
    remote = applicant()
    answer = browser(remote).post("/support/apply", data={"idempotency_key": "k"})
    assert done(remote, "draft_application") == [{"kind": "registration"}]
    assert answer.location.endswith("/lines/new")


@pytest.mark.parametrize("path", ["/support/apply", "/support/amend"])
def test_whoever_is_locked_out_is_told_how_many_supports_have_to_be_cancelled_first(path):
    told = browser(applicant(support__move_locks=[a_lock(a_support(), a_support(2))])).get(path).text
    assert "尚有 2 筆已核准的報備支援" in told
    assert 'href="/support/locks"' in told
    assert "請先註銷原執業機構" not in browser(applicant()).get(path).text


def test_a_locked_out_practitioner_begins_nothing_and_is_told_why():
    remote = applicant(support__draft_application=refuses("move-locked", institution=HOME, count=1))
    answer = browser(remote).post("/support/apply")
    assert answer.status_code == 422
    assert "data-error-summary" in answer.text


def test_a_case_shows_its_lines_and_who_entered_it():
    page = browser(applicant("institution", told=a_draft(a_line()))).get(RECORD).text
    assert "每週二、四 18:00–21:00，115/03/17–115/05/28" in page
    assert "04 小兒科" in page
    assert "未送審" in page
    assert "人員" in page
    assert f"{RECORD}/submit" in page
    assert f"{RECORD}/lines/new?like={LINE}&amp;keep=place" in page


@pytest.mark.parametrize(
    ("may", "offered"),
    [
        ((), set()),
        (("submit_for_review",), {"/submit"}),
        (("discard_draft",), {"/discard"}),
        (("set_lines",), {"/lines/new", f"/lines/{LINE}"}),
        (("remove_lines",), {f"/lines/{LINE}/remove"}),
    ],
)
def test_only_what_the_server_allows_is_offered(may, offered):
    page = browser(applicant(told=a_draft(a_line(), may=may))).get(RECORD).text
    every = {"/submit", "/discard", "/lines/new", f"/lines/{LINE}", f"/lines/{LINE}/remove"}
    assert {path for path in every if f'href="{RECORD}{path}"' in page} == offered


def test_a_case_of_many_lines_has_a_row_for_each_with_what_is_doubtful():
    lines = [a_line(number) for number in range(1, 10)]
    doubtful = a_finding(9, others_at_home=0, overlap_count=2)
    found = [*(a_finding(number) for number in range(1, 9)), doubtful]
    remote = applicant(told=a_draft(*lines), support__found_so_far=found)
    page = browser(remote).get(RECORD).text
    assert page.count("<tr") == 10
    assert f'href="{RECORD}/lines/{LINE}/remove"' in page
    second_look = browser(remote).get(f"{RECORD}/submit").text
    assert second_look.count("重疊") == 1
    assert "和其他支援時間重疊 2 次" in second_look.split("9. 吳安霖")[1]
    assert 'name="lines" value="9"' in second_look
    remote.answers["support.submit_for_review"] = refuses("practitioner-moved-away", "lines.8", practitioner="吳安霖")
    refused = browser(remote).post(f"{RECORD}/submit", data={"lines": "9"})
    assert 'id="line-8-error"' in refused.text
    assert 'id="line-8"' in refused.text


def test_a_returned_case_tells_what_to_mend_and_is_submitted_again():
    told = an_application(a_line(), state="returned", actions=actions("set_lines", "submit_for_review"))
    page = browser(applicant(told=told | {"reason": "schedule", "explanation": "請調整週四。"})).get(RECORD).text
    assert "支援時間有誤" in page
    assert "請調整週四。" in page
    assert "重送" in page


def test_a_case_that_is_nobodys_here_is_no_page():
    assert browser(applicant(support__application_whole=refuses("application-unknown"))).get(RECORD).status_code == 404


def test_the_second_look_tells_what_is_known_as_facts():
    found = a_finding(
        overlap_count=1,
        overlaps=[
            {
                "other": SECOND,
                "place": a_line()["place"],
                "starts": "2026-03-19T10:00:00Z",
                "ends": "2026-03-19T11:00:00Z",
            }
        ],
        licence="ends_before",
        standing=["place_suspended"],
        weeks=[{"week": "2026-W12", "sessions": 9, "own_sessions": 18, "exceeds": True, "allowed": 7}],
        months=[{"month": "2026-03", "supporting": 5, "own": 2, "exceeds": True, "allowed": 4}],
        others_at_home=0,
    )
    page = browser(applicant(told=a_draft(a_line()), support__found_so_far=[found])).get(f"{RECORD}/submit").text
    for fact in (
        "共 22 次支援",
        "和其他支援時間重疊 1 次",
        "執業執照在支援期間內到期",
        "被支援機構停業",
        "超過被支援機構自有診次的 40%",
        "超過被支援機構醫師數的兩倍",
        "有時沒有其他同類人員",
        "是否核准由衛生局決定",
    ):
        assert fact in page


def test_what_is_not_known_is_said_to_be_unknown():
    week = {"week": "2026-W12", "sessions": 9, "own_sessions": None, "exceeds": None, "allowed": None}
    found = a_finding(weeks=[week])
    page = browser(applicant(told=a_draft(a_line()), support__found_so_far=[found])).get(f"{RECORD}/submit").text
    assert "無法計算支援診次比例" in page


def test_what_is_submitted_says_how_many_lines_were_seen_and_then_what_happens_next():
    remote = applicant(told=a_draft(a_line(), a_line(2)))
    page = browser(remote).get(f"{RECORD}/submit").text
    assert 'name="lines" value="2"' in page
    assert "確認這 2 筆都正確，再送審" in page
    assert browser(remote).post(f"{RECORD}/submit", data={"lines": "2"}).location == f"{RECORD}/submitted"
    assert done(remote, "submit_for_review") == [{"application_id": str(CASE), "lines": 2}]
    remote.answers["support.application_whole"] = an_application(a_line(), actions=[])
    after = browser(remote).get(f"{RECORD}/submitted").text
    assert "已送審" in after
    assert "臺北市衛生局審核中" in after
    assert f"{RECORD}.pdf" in after


@pytest.mark.parametrize(
    ("code", "field", "shown"),
    [
        ("lines-changed", "lines", "data-error-summary"),
        ("move-locked", "", "data-error-summary"),
        ("practitioner-moved-away", "lines.0", 'id="line-0-error"'),
        ("schedule-in-the-past", "lines.0", 'href="#line-0"'),
    ],
)
def test_what_stands_in_the_way_of_a_submission_is_told_at_its_line_or_above_all(code, field, shown):
    remote = applicant(told=a_draft(a_line()), support__submit_for_review=refuses(code, field))
    answer = browser(remote).post(f"{RECORD}/submit", data={"lines": "1"})
    assert answer.status_code == 422
    assert shown in answer.text


def test_a_line_that_cannot_be_submitted_any_more_is_told_at_the_second_look():
    past = refuses("schedule-in-the-past", "lines.0")
    answer = browser(applicant(told=a_draft(a_line()), support__found_so_far=past)).get(f"{RECORD}/submit")
    assert answer.status_code == 422
    assert 'href="#line-0"' in answer.text
    assert "河岸兒童診所" in answer.text


def test_a_draft_is_thrown_away_once_that_was_confirmed():
    remote = applicant(told=a_draft(a_line()))
    assert "不能復原" in browser(remote).get(f"{RECORD}/discard").text
    assert remote.done == []
    assert browser(remote).post(f"{RECORD}/discard").location == "/support/apply"
    assert done(remote, "discard_draft") == [{"application_id": str(CASE)}]


def test_only_approved_supports_about_which_nothing_is_pending_can_be_ticked():
    supports = page_of(a_support(), a_support(2, state="amend_pending", pending_case_no="11503010001"))
    page = browser(applicant(support__supports=supports)).get("/support/cancel").text
    assert f'name="support" value="{SUPPORT}"' in page
    assert f'name="support" value="{SECOND}"' not in page
    assert "已核准，案件變更申請中" in page


def test_nothing_ticked_is_told():
    remote = applicant(support__supports=page_of(a_support()))
    answer = browser(remote).post("/support/cancel")
    assert answer.status_code == 422
    assert 'href="#support">請勾選至少一筆。' in answer.text


def test_no_case_is_begun_about_a_support_that_cannot_be_changed():
    told = held("name_cancellations")
    told["actions"] += actions(set_amendments="move-locked")
    remote = applicant(support__support_whole=told, support__supports=page_of(a_support()))
    answer = browser(remote).post("/support/amend", data={"support": str(SUPPORT)})
    assert answer.status_code == 422
    assert 'id="support-error"' in answer.text
    assert remote.done == []


def test_many_supports_are_cancelled_by_one_case_that_is_looked_at_again():
    remote = applicant()
    answer = browser(remote).post("/support/cancel", data={"support": [str(SUPPORT), SECOND], "idempotency_key": "k"})
    assert done(remote, "draft_application") == [{"kind": "cancellation"}]
    [named] = done(remote, "name_cancellations")
    assert named["support_ids"] == [str(SUPPORT), SECOND]
    assert answer.location.endswith("/submit")
    assert len({key for *_, key in remote.done}) == 2, "each command has a key of its own"


@pytest.mark.parametrize("path", ["/support/amend", "/support/cancel"])
def test_a_draft_whose_id_is_none_is_no_draft_to_go_on_with(path):
    remote = applicant()
    answer = browser(remote).post(path, data={"support": str(SUPPORT), "application": "none-of-ours"})
    assert answer.status_code == 303
    assert len(done(remote, "draft_application")) == 1
    remote = applicant()
    answer = browser(remote).post(path, data={"support": str(SUPPORT), "application": CASE})
    assert f"/applications/{CASE}/" in answer.location
    assert done(remote, "draft_application") == []


def test_the_second_look_at_a_cancellation_asks_for_no_evidence():
    line = a_line(before=terms(), after=None)
    remote = applicant(told=a_draft(line, may=MAY_CANCEL, kind="cancellation"))
    page = browser(remote).get(f"{RECORD}/submit").text
    assert "確認要註銷這 1 筆" in page
    assert "support.found_so_far" not in {method for method, _ in remote.asked}


def test_supports_to_be_changed_are_entered_one_after_the_other():
    remote = applicant()
    answer = browser(remote).post("/support/amend", data={"support": [str(SUPPORT), SECOND]})
    assert f"/supports/{SUPPORT}?rest={SECOND.replace('-', '')}" in answer.location
    remote = applicant(told=a_draft(may=MAY_AMEND, kind="amendment"))
    path = f"{RECORD}/supports/{SUPPORT}"
    page = browser(remote).get(f"{path}?rest={SECOND}").text
    assert "變更前資料" in page
    assert "被支援機構不能變更" in page
    assert 'value="TU" checked' in page
    seen = page.split('name="seen" value="')[1].split('"')[0]
    answer = browser(remote).post(path, data={**TERMS, "seen": seen, "rest": SECOND, "save": "yes"})
    assert answer.location == f"{RECORD}/supports/{SECOND}"
    [entered] = done(remote, "set_amendments")
    assert [one["support_id"] for one in entered["amendments"]] == [str(SUPPORT)]


def test_all_supports_ticked_can_become_alike():
    remote = applicant(told=a_draft(may=MAY_AMEND, kind="amendment"))
    path = f"{RECORD}/supports/{SUPPORT}"
    seen = browser(remote).get(path).text.split('name="seen" value="')[1].split('"')[0]
    typed = {**TERMS, "seen": seen, "rest": SECOND, "alike": "yes"}
    assert 'name="alike" value="yes"' in browser(remote).post(path, data=typed).text
    assert browser(remote).post(path, data=typed | {"save": "yes"}).location == RECORD
    [entered] = done(remote, "set_amendments")
    assert [one["support_id"] for one in entered["amendments"]] == [str(SUPPORT), SECOND]


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("amendments.0.terms", "data-error-summary"),
        ("amendments.0.support_id", "data-error-summary"),
        ("amendments.0.terms.schedule", 'id="kind-error"'),
        ("amendments.0.terms.remarks", 'id="remarks-error"'),
        ("amendments.0.terms.schedule.ends", 'id="ends-error"'),
    ],
)
def test_what_support_objects_to_a_change_stands_beside_its_field(field, shown):
    remote = applicant(
        told=a_draft(may=MAY_AMEND, kind="amendment"), support__set_amendments=refuses("nothing-amended", field)
    )
    path = f"{RECORD}/supports/{SUPPORT}"
    seen = browser(remote).get(path).text.split('name="seen" value="')[1].split('"')[0]
    answer = browser(remote).post(path, data={**TERMS, "seen": seen, "save": "yes"})
    assert answer.status_code == 422
    assert shown in answer.text
    assert 'value="115/03/21"' in answer.text


def test_a_support_that_became_another_meanwhile_is_not_changed_unseen():
    remote = applicant(told=a_draft(may=MAY_AMEND, kind="amendment"))
    path = f"{RECORD}/supports/{SUPPORT}"
    seen = browser(remote).get(path).text.split('name="seen" value="')[1].split('"')[0]
    remote.answers["support.support_whole"] = held(terms=terms(SATURDAY))
    answer = browser(remote).post(path, data={**TERMS, "seen": seen, "save": "yes"})
    assert answer.status_code == 422
    assert "其他人改過" in answer.text
    assert remote.done == []


def test_a_change_is_shown_before_beside_after():
    line = a_line(before=terms(), after=terms(SATURDAY))
    page = browser(applicant(told=a_draft(line, may=MAY_AMEND, kind="amendment"))).get(RECORD).text
    told = [page.index(one) for one in ("變更前資料", "每週二、四", "變更後資料", "115/03/21 09:00")]
    assert told == sorted(told)
    assert page.count("有變更") == 1


@pytest.mark.parametrize("may", [("set_amendments",), ("name_cancellations",), ()])
def test_a_support_offers_what_the_server_allows_and_under_review_is_only_looked_at(may):
    told = held(*may) if may else held("nothing", state="cancel_pending", pending_case_no="11503010001")
    page = browser(applicant(support__support_whole=told)).get(f"/support/supports/{SUPPORT}").text
    assert (f"/support/amend?support={SUPPORT}" in page) is ("set_amendments" in may)
    assert (f"/support/cancel?support={SUPPORT}" in page) is ("name_cancellations" in may)
    assert ("現在只能瀏覽" in page) is (not may)


def test_everything_outstanding_after_a_move_is_listed_and_cancelled_once_that_was_confirmed():
    supports = [a_support(), a_support(2)]
    remote = applicant(support__move_locks=[a_lock(*supports)])
    page = browser(remote).get("/support/locks").text
    assert "尚有 2 筆已核准且未到期的報備支援" in page
    assert "11502200002" in page
    assert page.count("河岸兒童診所") == page.count("週二、四") == len(supports)
    form = {"practitioner": DOCTOR, "institution": HOME, "supports": "2"}
    asked = browser(remote).post("/support/locks", data=form).text
    assert "確定註銷這 2 筆？" in asked
    assert remote.done == []
    assert browser(remote).post("/support/locks", data=form | {"confirmed": "yes"}).location == "/support/locks"
    assert done(remote, "cancel_all_outstanding") == [
        {"practitioner": DOCTOR, "institution": HOME, "supports": 2},
    ]


def test_another_number_of_outstanding_supports_than_was_confirmed_cancels_nothing():
    remote = applicant(
        support__move_locks=[a_lock()], support__cancel_all_outstanding=refuses("outstanding-changed", count=3)
    )
    form = {"practitioner": DOCTOR, "institution": HOME, "supports": "1", "confirmed": "yes"}
    answer = browser(remote).post("/support/locks", data=form)
    assert answer.status_code == 422
    assert "data-error-summary" in answer.text


def test_who_came_in_by_too_little_is_led_to_prove_more_and_keeps_what_was_typed():
    def too_little(_):
        raise refusal("proof-not-accepted", accepted=["card+pin"])

    remote = applicant("institution", support__draft_application=too_little)
    remote.answers["identity.check_sessions"]["known"][0]["assurances"] = []
    remote.answers["gateway.hold_form"] = {"token": "held"}
    answer = browser(remote).post("/support/apply")
    assert answer.location.startswith("/sign-in/prove/card")
    assert "held" in answer.location


@pytest.mark.parametrize("role", ["doctor", "bureau_manager", "parent", "operator"])
@pytest.mark.parametrize("path", ["/support/apply", "/support/amend", "/support/cancel", "/support/locks", RECORD])
def test_nobody_but_applicants_sees_these_pages(role, path):
    assert browser(applicant(role)).get(path).status_code == 403
