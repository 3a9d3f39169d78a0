"""What a family sees of its cases, and what it does about them."""

import gzip
from http import HTTPStatus
from uuid import UUID

import pytest

from shared.application import Outcome
from shared.words import Language
from tests.controls.family_pages import CASE_NO, Family, ahead, case, choice, place, step
from tests.controls.remote import browser, refusal

PAPER = case(
    id=str(UUID(int=15)),
    case_no="",
    kind=None,
    match=None,
    enrolment="enrolled",
    waits_for=None,
    waiting_since=None,
    working_days_waiting=None,
    due_by=None,
    by_itself=None,
    choices=[],
    timeline=[step("EnrolmentRecorded", number=2)],
    ahead=[],
    enrolled_on="2026-03-09",
)
KEY = {"idempotency_key": "key"}


def page_of(one, language=Language.CHINESE, **actions):
    family = Family([one])
    family.actions |= actions
    found = browser(family, language=language).get(
        f"/cases/{one['case_no'] or one['id']}", headers={"Accept-Language": str(language)}
    )
    assert found.status_code == HTTPStatus.OK
    return found.text


def test_the_page_tells_what_happened_who_holds_the_case_and_what_comes_by_itself():
    page = page_of(case())
    assert "第一志願無法收案：第1診所，醫師1醫師" in page
    assert "原因：收案員額已滿。" in page
    assert "等第2診所，醫師2醫師回覆" in page
    assert "2 個工作天" in page
    assert "3 月 13 日（五）23:59" in page
    assert "逾時沒回覆或無法收案，自動改問第三志願" in page


def test_a_case_past_its_deadline_is_not_told_to_wait_for_it():
    page = page_of(case(due_by="2026-03-11T15:59:59+00:00"))
    assert "回覆期限過了" in page
    assert "is-late" in page


FORMER = {f"former_{name}": text for name, text in place(1).items()}
STANDINGS = [
    ({"match": "awaiting_notice", "waits_for": "parent"}, "輪到您：請到第2診所，醫師2醫師簽通知函"),
    ({"match": "awaiting_notice", "waits_for": "institution"}, "登錄收案"),
    ({"match": "matching", "waits_for": "parent"}, "輪到您：可以換還沒詢問的志願"),
    ({"match": "matching", "waits_for": None, "due_by": None}, "正在改問下一位"),
    ({"match": "awaiting_closure", "waits_for": "bureau", **FORMER}, "等第1診所，醫師1醫師結案"),
    ({"match": "unmatched", "waits_for": "bureau", "due_by": None}, "衛生局正在幫您找醫師"),
    ({"match": "withdrawn", "waits_for": None}, "已撤回"),
    ({"match": "matched", "enrolment": "enrolled", "waits_for": None}, "已收案"),
    ({"match": "matched", "enrolment": "enrolled", "waits_for": None, "closed_on": "2026-03-10"}, "已結案"),
]


@pytest.mark.parametrize(("standing", "told"), STANDINGS, ids=[told for _, told in STANDINGS])
def test_every_standing_of_a_case_has_its_words(standing, told):
    assert told in page_of(case(ahead=[ahead("enrolled", 2), ahead("preference_asked", 3)], **standing))


STEPS = [
    "CaseSubmitted", "PreferenceOffered", "OfferReminded", "InstitutionAccepted", "InstitutionDeclined", "OfferExpired",
    "OfferWithdrawn", "PreferencePassedOver", "CaseUnmatched", "PreferencesAmended", "NoticeReleased", "NoticeLapsed",
    "NoticeSigned", "CaseEnrolled", "EnrolmentMismatchDetected", "CaseWithdrawn", "ChildBorn", "ContactChanged",
    "ChangeRequested", "FormerInstitutionNotified", "PreviousEnrolmentClosed", "EnrolmentRecorded", "EnrolmentClosed",
    "EnrolmentContactChanged",
]  # fmt: skip


def test_every_step_that_matching_tells_has_words_in_both_languages():
    from services.matching.read_models.timeline import TOLD  # noqa: PLC0415 - what the front itself may not see
    from shared.events import event_name  # noqa: PLC0415

    told = {event_name(kind.TOPIC) for kind in TOLD}
    assert told - {"NoticeRequested", "BureauTaskOpened"} == set(STEPS)
    for language in Language:
        page = page_of(case(timeline=[step(what, number=1) for what in sorted(told)]), language)
        assert "parents.trail" not in page


def test_what_cannot_be_done_is_told_with_the_reason():
    reason = {"code": "notice-pending", "params": {"sign_by": "2026-03-20T15:59:59+00:00"}}
    page = page_of(case(), withdraw=reason)
    assert f"/cases/{CASE_NO}/withdraw" not in page
    assert "院所已同意收案，請在 2026-03-20 23:59 以前到院簽署通知函" in page


def test_an_action_that_is_closed_says_so_on_its_own_page_and_does_nothing():
    family = Family([case()])
    family.actions["withdraw"] = {"code": "case-ended", "params": {"became": "withdrawn"}}
    page = browser(family).post(f"/cases/{CASE_NO}/withdraw", data={"reason": "moved", **KEY})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "這個案件已經結束" in page.text
    assert family.done == []


def test_a_withdrawal_needs_a_reason_and_is_given_once():
    family = Family([case()])
    client = browser(family)
    asked = client.post(f"/cases/{CASE_NO}/withdraw", data=KEY)
    assert asked.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "請選擇原因" in asked.text
    assert 'value="key"' in asked.text
    assert client.post(f"/cases/{CASE_NO}/withdraw", data={"reason": "moved", **KEY}).location == f"/cases/{CASE_NO}"
    assert family.done == [("matching.withdraw", {"case_id": case()["id"], "reason": "moved"}, "key")]


def test_the_first_preference_and_those_asked_stay_where_they_are():
    family = Family([case()])
    client = browser(family)
    page = client.get(f"/cases/{CASE_NO}/preferences").text
    assert 'value="remove:2"' in page
    assert 'value="remove:1"' not in page
    assert 'value="up:2"' not in page
    client.post(f"/cases/{CASE_NO}/preferences", data={"press": "remove:0"})
    client.post(f"/cases/{CASE_NO}/preferences", data={"press": "remove:2", "draft": _version(family)})
    client.post(f"/cases/{CASE_NO}/preferences", data={"press": "add:3501200004/D004", "draft": _version(family)})
    client.post(f"/cases/{CASE_NO}/preferences/check", data={"draft": _version(family), **KEY})
    [(_, form, _)] = family.done
    assert [one["doctor"] for one in form["preferences"]] == ["D001", "D002", "D004"]


def _version(family):
    return family.drafts[f"preferences/{CASE_NO}"]["version"]


def test_a_family_enrolled_on_paper_changes_doctors():
    family = Family([PAPER], **{"matching.request_change": Outcome(UUID(int=16), 1, CASE_NO)})
    family.actions = {"request_change": None}
    client, ref = browser(family), PAPER["id"]
    assert "在院所書面收案" in client.get(f"/cases/{ref}").text
    why = client.post(f"/cases/{ref}/change", data={"reason": "convenience", "explanation": "離家近"})
    assert why.location == f"/cases/{ref}/change/doctors"
    former = client.post(why.location, data={"press": "add:3501200002/D002", "draft": _of_change(family)})
    assert "這是目前的專責醫師" in former.text
    client.post(why.location, data={"press": "add:3501200003/D003", "draft": _of_change(family)})
    sent = client.post(f"/cases/{ref}/change/check", data={"draft": _of_change(family), **KEY})
    assert sent.location == f"/apply/sent/{CASE_NO}"
    [(method, form, _)] = family.done
    assert method == "matching.request_change"
    assert form == {
        "case_or_enrolment_id": ref,
        "reason": "convenience",
        "explanation": "離家近",
        "preferences": [{"institution": "3501200003", "doctor": "D003"}],
        "residence": None,
    }


def _of_change(family):
    return family.drafts[f"change/{PAPER['id']}"]["version"]


def test_a_change_of_4001_characters_is_refused_and_kept():
    family = Family([PAPER])
    family.actions = {"request_change": None}
    page = browser(family).post(f"/cases/{PAPER['id']}/change", data={"reason": "other", "explanation": "=" * 4001})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "=" * 4001 in page.text


def test_a_birth_is_reported_with_what_the_case_does_not_know_yet():
    unborn = case(born=False, child={**case()["child"], "name": "", "birth_date": None, "due_date": "2026-03-20"})
    family = Family([unborn])
    family.actions["report_birth"] = None
    client = browser(family)
    page = client.get(f"/cases/{CASE_NO}/birth").text
    assert '<option value="大安區" selected>' in page
    born = {f"child.birth_date-{part}": text for part, text in (("year", "115"), ("month", "3"), ("day", "10"))}
    entered = {"child.name": "林小禾", "child.sex": "female", "unregistered": "yes", "twins": "no", "household": "same"}
    where = {"child.residence.county": "臺北市", "child.residence.district": "大安區"}
    client.post(f"/cases/{CASE_NO}/birth", data={**born, **entered, **where, **KEY})
    [(_, form, _)] = family.done
    assert form["child"]["birth_date"] == "2026-03-10"
    assert form["child"]["identifier"] == ""


def test_a_number_leads_to_its_case_however_it_is_typed():
    client = browser(Family([case()]))
    assert client.get("/cases", query_string={"case_no": "２６０３０９p1021014 "}).location == f"/cases/{CASE_NO}"
    assert client.get("/cases?case_no=260101P0000001").status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_case_of_another_phone_is_not_found():
    assert browser(Family([case()])).get("/cases/260101P0000001").status_code == HTTPStatus.NOT_FOUND
    assert browser(Family([case()])).get(f"/cases/{UUID(int=99)}").status_code == HTTPStatus.NOT_FOUND


def test_a_refusal_between_looking_and_pressing_is_told_where_it_was_pressed():
    def refuse(_):
        raise refusal("preference-already-asked", "preferences.2", rank=3)

    family = Family([case()], **{"matching.amend_preferences": refuse})
    client = browser(family)
    client.post(f"/cases/{CASE_NO}/preferences", data={"press": "remove:2"})
    page = client.post(f"/cases/{CASE_NO}/preferences/check", data={"draft": _version(family), **KEY})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "第 3 志願已經詢問過院所" in page.text


def test_the_first_page_states_the_figures_of_the_policy_and_of_last_month():
    consent = {
        "first_day": "2026-02-01",
        "last_day": "2026-02-28",
        "cases": 1284,
        "median_working_days": "4",
        "least_cases": 5,
    }
    notices = {"entries": [], "following": None}
    family = Family(**{"matching.consent_time": consent, "gateway.pages": notices})
    page = browser(family).get("/").text
    assert "診所有 5 個工作天可以回覆" in page
    assert "4 個工作天內" in page
    assert "2026 年 2 月，1,284 件" in page
    assert len(gzip.compress(page.encode())) < 6_000


def test_a_month_with_few_cases_has_no_median_and_says_why():
    consent = {
        "first_day": "2026-02-01",
        "last_day": "2026-02-28",
        "cases": 2,
        "median_working_days": None,
        "least_cases": 5,
    }
    family = Family(**{"matching.consent_time": consent, "gateway.pages": {"entries": [], "following": None}})
    assert "2026 年 2 月只有 2 件，不到 5 件" in browser(family).get("/").text


def test_choices_of_a_case_show_what_became_of_each():
    page = page_of(case(choices=[choice(1, "declined"), choice(2, "offered")]))
    assert "未能同意" in page
    assert "待收案" in page


def test_one_day_is_no_plural_in_english():
    page = page_of(case(working_days_waiting=1), Language.ENGLISH)
    assert "1 working day" in page
    assert "1 working days" not in page
