"""What bureaus see and do: the most urgent first, files that are safe to open, figures with what they rest on."""

import csv
import io
from datetime import date

import pytest

from services.gateway.web.bureau.statistics import Month, newest_told, reasons_of
from tests.controls.remote import A_CHILD, a_case, browser, bureau, refusal

CASE = "260309P1021001"


def a_heap(queue, cases, due=None):
    since = "2026-03-09T02:21:00Z" if cases else None
    return {"queue": queue, "cases": cases, "oldest_since": since, "next_due_by": due}


HEAPS = [
    a_heap("unmatched", 2),
    a_heap("closure_open", 1, "2026-03-16T09:00:00Z"),
    a_heap("closure_overdue", 0),
    a_heap("offer_unanswered", 0),
    a_heap("notice_unsigned", 0),
    a_heap("matched_not_enrolled", 9),
    a_heap("enrolled_elsewhere", 0),
]


def a_record(**changes):
    choice = {
        "rank": 1,
        "institution_name": "乙診所",
        "doctor_name": "林大同",
        "county": "臺北市",
        "district": "大安區",
        "status": "accepted",
        "offered_at": None,
        "answered_at": None,
        "reason": None,
    }
    details = {
        "child": A_CHILD,
        "mother": {"kind": "national_id", "identifier": "A200000003"},
        "contact": {"relation": "mother", "name": "林大範", "mobile": "0912345678", "email": ""},
        "former_institution_name": "甲診所",
        "former_doctor_name": "",
        "choices": [choice],
        "timeline": [{"what": "CaseSubmitted", "at": "2026-03-09T02:21:00Z", "by": "parent", "rank": None}],
        "enrolled_on": None,
    }
    details["timeline"][0] |= {"institution_name": "", "reason": "", "until": None}
    return {
        "standing": a_case(**changes),
        "case": details,
        "actions": [{"command": "confirm_closure", "objection": None}],
    }


def test_the_board_opens_on_the_most_urgent_heap_that_holds_anything():
    remote = bureau(matching__board_counts=HEAPS, matching__board_cases={"entries": [a_case()], "following": None})
    page = browser(remote).get("/bureau")
    assert page.status_code == 200
    [asked] = [asked for method, asked in remote.asked if method == "matching.board_cases"]
    assert asked["queue"] == "closure_open"
    assert CASE in page.text


def test_the_file_of_cases_has_every_page_and_no_formula():
    pages = {None: ([a_case(1, child_name="=1+2")], "next"), "next": ([a_case(2)], None)}

    def listed(asked):
        entries, following = pages[asked["cursor"]]
        return {"entries": entries, "following": following}

    answer = browser(bureau(matching__bureau_cases=listed)).get("/bureau/cases.csv?tab=matching")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row[0] for row in rows] == ["案件編號", CASE, "260309P1021002"]
    assert not any(cell.startswith("=") for row in rows for cell in row)


def test_a_file_that_cannot_be_told_is_a_page_and_no_broken_file():
    def refused(_):
        raise refusal("not-your-jurisdiction", counties=["臺北市"])

    answer = browser(bureau(matching__bureau_cases=refused)).get("/bureau/cases.csv")
    assert answer.status_code == 403
    assert answer.content_type.startswith("text/html")


def test_a_record_opens_the_contact_for_the_phone_call():
    text = browser(bureau(matching__bureau_case=a_record())).get(f"/bureau/cases/{CASE}").text
    assert 'href="tel:0912345678"' in text
    assert f"/bureau/cases/{CASE}/closure" in text


def test_a_closure_is_confirmed_with_the_day_as_it_was_typed():
    remote = bureau(matching__bureau_case=a_record())
    form = {"closed_on": "115/3/11", "idempotency_key": "k"}
    answer = browser(remote).post(f"/bureau/cases/{CASE}/closure", data=form)
    assert answer.status_code == 303
    [(method, told, key)] = remote.done
    assert (method, told["closed_on"], key) == ("matching.confirm_closure", "2026-03-11", "k")


def test_a_refused_closure_keeps_the_form():
    def refused(_):
        raise refusal("date-in-future", "closed_on", today="2026-03-12")

    remote = bureau(matching__bureau_case=a_record(), matching__confirm_closure=refused)
    answer = browser(remote).post(f"/bureau/cases/{CASE}/closure", data={"closed_on": "2027-01-01"})
    assert answer.status_code == 422
    assert 'value="2027-01-01"' in answer.text
    assert 'href="#closed_on"' in answer.text


def test_a_release_is_about_the_preference_that_has_agreed():
    remote = bureau(matching__bureau_case=a_record(match="awaiting_notice"))
    browser(remote).post(f"/bureau/cases/{CASE}/release", data={"explanation": "搬家", "idempotency_key": "k"})
    assert remote.done[0][1]["rank"] == 1


def a_month(month, median, **declines):
    return Month(date.fromisoformat(month), 3, 1, 2, median, sum(declines.values()), declines)


def test_the_finding_is_of_the_newest_full_month_that_can_be_told():
    months = [a_month("2026-01-01", 4), a_month("2026-02-01", None), a_month("2026-03-01", 2)]
    assert newest_told(months, date(2026, 3, 12)) == months[0]
    assert newest_told(months[1:], date(2026, 3, 12)) is None


def test_reasons_are_counted_over_all_months_the_most_frequent_first():
    months = [a_month("2026-01-01", 4, other=1, specialty=2), a_month("2026-02-01", 4, other=3)]
    assert reasons_of(months) == [("other", 4), ("specialty", 2)]


def figures(*entries):
    return {"entries": list(entries), "position": 48213, "counted_at": "2026-03-12T02:39:00Z"}


STATISTICS = {
    "matching__statistics_by_month": figures(
        {
            "month": "2026-02-01",
            "submitted": 9,
            "changes": 1,
            "matched": 7,
            "median_working_days": "4.00",
            "declined": 2,
            "declines": {"other": 2},
        }
    ),
    "matching__statistics_by_institution": figures(
        {
            "institution": "3501200000",
            "institution_name": "@甲診所",
            "asked": 9,
            "accepted": 7,
            "declined": 2,
            "expired": 0,
            "lapsed": 0,
            "enrolments": 5,
            "closed": 0,
            "days_to_answer": None,
        }
    ),
    "matching__statistics_by_county": figures(),
}


def test_statistics_say_what_they_rest_on_and_show_every_chart_as_a_table():
    text = browser(bureau(**STATISTICS)).get("/bureau/statistics").text
    assert "48,213" in text
    assert "4.0 個工作天" in text
    assert text.count("data-chart=") == 3
    assert text.count("<table") >= 4


@pytest.mark.parametrize("path", ["months", "institutions"])
def test_files_of_figures_end_with_what_they_rest_on(path):
    answer = browser(bureau(**STATISTICS)).get(f"/bureau/statistics/{path}.csv")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[-1][:2] == ["資料到", "#48213"]
    assert not any(cell.startswith("@") for row in rows for cell in row)


def test_the_menu_is_the_same_on_every_page_and_marks_where_one_is():
    remote = bureau(matching__bureau_case=a_record(), notifier__message_counts=[])
    page = browser(remote).get(f"/bureau/cases/{CASE}").text
    assert '<a href="/bureau/cases" aria-current="page">' in page
    for path in ("/bureau", "/bureau/institutions", "/bureau/statistics", "/messages", "/accounts"):
        assert f'<li><a href="{path}"' in page


CLINIC = {
    "code": "3501200000",
    "name": "青田家庭醫學科診所",
    "address": {"county": "臺北市", "district": "大安區", "postal_code": "106", "street": "一路1號"},
    "programmes": [{"programme": "dedicated_doctor", "since": "2025-01-01", "until": None}],
}
STAFF = [
    {"programmes": [{"programme": "dedicated_doctor", "since": "2025-01-01", "until": None, "credits": 12}]},
    {"programmes": [{"programme": "dedicated_doctor", "since": "2025-01-01", "until": "2025-06-30", "credits": 12}]},
    {"programmes": [{"programme": "vaccination", "since": "2025-01-01", "until": None, "credits": 0}]},
]
LEAVING = {"step": "leave", "until": "115/06/30", "reason": "own_request"}
PAGE = "/bureau/institutions/3501200000/programme"


def a_bureau(**answers):
    cases = [
        a_case(1, match="matching", institution="3501200000"),
        a_case(2, match="awaiting_notice", institution="3501200000"),
        a_case(3, match="matching", institution="0000000001", former_institution_name="青田家庭醫學科診所"),
    ]
    told = {
        "identity__institution": CLINIC,
        "identity__personnel": {"entries": STAFF, "following": None},
        "matching__bureau_cases": {"entries": cases, "following": None},
    }
    return bureau(**{**told, **answers})


def test_what_follows_from_leaving_is_told_before_anything_is_recorded():
    remote = a_bureau()
    page = browser(remote).post(PAGE, data=LEAVING)
    assert page.status_code == 200
    assert "目前 1 位參與" in page.text
    assert "正在詢問這家院所的 1 件" in page.text
    assert "已同意、到時還沒簽通知函的 1 件" in page.text
    assert remote.done == []


def test_leaving_is_recorded_with_its_day_and_reason_once_it_is_confirmed():
    remote = a_bureau()
    answer = browser(remote).post(PAGE, data={**LEAVING, "confirmed": "yes", "idempotency_key": "k"})
    assert answer.headers["Location"] == "/bureau/institutions"
    told = {
        "institution": "3501200000",
        "programme": "dedicated_doctor",
        "until": "2026-06-30",
        "reason": "own_request",
    }
    assert remote.done == [("identity.leave_programme", told, "k")]


def test_an_institution_that_never_joined_is_asked_to_join_from_a_day():
    remote = a_bureau(identity__institution={**CLINIC, "programmes": []})
    page = browser(remote)
    assert 'name="since"' in page.get(PAGE).text
    assert "可以選這裡參與計畫的 1 位醫師" in page.post(PAGE, data={"since": "115/04/01"}).text
    page.post(PAGE, data={"since": "115/04/01", "confirmed": "yes", "idempotency_key": "k"})
    told = {"institution": "3501200000", "programme": "dedicated_doctor", "since": "2026-04-01", "until": None}
    assert remote.done == [("identity.join_programme", told, "k")]


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({**LEAVING, "until": ""}, "until"),
        ({**LEAVING, "until": "115/06/31"}, "until"),
        ({**LEAVING, "reason": "bored"}, "reason"),
        ({"step": "join", "since": ""}, "since"),
    ],
)
def test_a_day_or_reason_that_is_missing_is_told_beside_its_field(form, fault):
    remote = a_bureau()
    page = browser(remote).post(PAGE, data={**form, "confirmed": "yes"})
    assert page.status_code == 422
    assert f'href="#{fault}"' in page.text
    assert remote.done == []


def test_what_the_register_refuses_comes_back_to_the_form():
    def refuse(_):
        raise refusal("ends-before-it-begins", "until", since="2026-04-01")

    remote = a_bureau(identity__join_programme=refuse)
    form = {"step": "join", "since": "115/04/01", "until": "115/03/01", "confirmed": "yes"}
    page = browser(remote).post(PAGE, data=form)
    assert page.status_code == 422
    assert 'value="115/03/01"' in page.text


def test_the_institutions_of_another_county_are_not_the_bureaus_to_change():
    elsewhere = {**CLINIC, "address": {**CLINIC["address"], "county": "新北市"}}
    assert browser(a_bureau(identity__institution=elsewhere)).get(PAGE).status_code == 403
    assert browser(a_bureau(identity__institution=None)).get(PAGE).status_code == 404


def test_an_institution_that_does_not_take_part_yet_is_found_in_the_register():
    remote = bureau(identity__find_institutions={"entries": [{"institution": {**CLINIC, "programmes": []}}]})
    page = browser(remote).get("/bureau/institutions/find?text=青田")
    assert f'href="{PAGE}"' in page.text
    assert remote.asked[-1][1]["sought"] == {"text": "青田", "county": "臺北市", "listed": "all"}
