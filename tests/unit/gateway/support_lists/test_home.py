"""報備支援首頁: what lies in the month, how the cases stand, and what has to be seen to first."""

import re
from datetime import timedelta

import pytest

from shared.words import Language
from tests.controls.applying import a_lock
from tests.controls.remote import INSTITUTION, NOW, browser
from tests.unit.gateway.support_lists.conftest import SUPPORT, a_time, coming

TODAY = (NOW + timedelta(hours=8)).date()


def test_a_practitioner_sees_the_month_with_times_and_places():
    page = browser(coming("practitioner", support__calendar=[a_time()])).get("/support").text
    assert "民國 115 年 3 月" in page
    assert f'href="/support/supports/{SUPPORT}"' in page
    assert "09:00–12:00" in page
    assert "河岸診所" in page
    assert "陳安" not in page
    assert re.search(r'class="today" aria-current="date"', page)


def test_an_institution_sees_of_each_time_who_goes_where_and_who_comes_from_where():
    times = [a_time(), a_time(institution="3501200998", institution_name="南港診所", place_code=INSTITUTION)]
    page = browser(coming("institution", support__calendar=times)).get("/support").text
    assert "陳安" in page
    assert "到河岸診所" in page
    assert "來自南港診所" in page


def test_another_month_is_asked_for_once_and_leads_on_both_sides(asked_of):
    remote = coming("practitioner")
    page = browser(remote).get("/support?month=2026-12").text
    assert asked_of(remote, "support.calendar") == {"day": "2026-12-01"}
    assert 'href="/support?month=2026-11#month"' in page
    assert 'href="/support?month=2027-01#month"' in page
    assert 'href="/support#month"' in page
    assert [method for method, _ in remote.asked].count("support.calendar") == 1


def test_english_pages_name_months_and_days_in_english():
    page = browser(coming("practitioner"), Language.ENGLISH).get("/support?month=2026-04").text
    assert "April 2026" in page
    assert "ROC 115" in page
    assert "Public holiday" in page


def test_the_dashboard_counts_by_state_and_an_approved_cancellation_by_itself():
    counts = [
        {"state": "draft", "kind": "registration", "applications": 2},
        {"state": "approved", "kind": "registration", "applications": 3},
        {"state": "approved", "kind": "amendment", "applications": 1},
        {"state": "approved", "kind": "cancellation", "applications": 5},
    ]
    valid = {"supports": 1234, "practitioners": 9}
    remote = coming("institution", support__application_counts=counts, support__support_counts=valid)
    page = browser(remote).get("/support").text

    def tile(tab):
        return re.search(rf'href="/support/applications\?tab={tab}">(\d+)', page)[1]

    assert [tile(tab) for tab in ("draft", "under_review", "approved", "cancelled")] == ["2", "0", "4", "5"]
    assert "有效報備支援人數" in page
    assert "1,234 筆尚未結束" in page.replace("\n", "")


def test_a_move_lock_is_told_first_with_the_way_to_cancel():
    page = browser(coming("practitioner", support__move_locks=[a_lock()])).get("/support").text
    assert "尚有 1 筆已核准的報備支援沒有註銷" in page
    assert 'href="/support/locks"' in page
    assert "/support/locks" not in browser(coming("practitioner")).get("/support").text


@pytest.mark.parametrize(("days", "is_warned"), [(30, True), (31, False), (-1, True)])
def test_a_licence_that_ends_soon_is_warned_of(days, is_warned):
    until = (TODAY + timedelta(days=days)).isoformat()
    licence = {"number": "醫字第1號", "valid_from": "2020-01-01", "valid_until": until}
    record = {"number": "D1", "name": "許", "profession": "A", "institution": INSTITUTION, "licences": [licence]}
    page = browser(coming("practitioner", identity__own_record=record)).get("/support").text
    assert ("執業執照 醫字第1號" in page) is is_warned


def test_a_full_day_shows_the_first_few_and_leads_to_all_of_them():
    times = [a_time(practitioner=f"D{number}", practitioner_name=f"人員{number}") for number in range(8)]
    desk = browser(coming("institution", support__calendar=times))
    page = desk.get("/support").text
    assert page.count('class="ct-slot is-') == 5
    assert "當天全部 8 筆" in page
    assert desk.get("/support/days/2026-03-12").text.count('class="ct-slot is-') == 8
    assert desk.get("/support/days/someday").status_code == 404


def test_times_of_one_person_that_overlap_are_marked():
    times = [a_time(), a_time("2026-03-12T02:00:00Z", "2026-03-12T05:00:00Z", support="other")]
    page = browser(coming("practitioner", support__calendar=times)).get("/support").text
    assert page.count('class="ct-slot is-alert"') == 2


@pytest.mark.parametrize("role", ["doctor", "bureau_manager", "parent"])
def test_nobody_else_has_a_calendar_of_support(role):
    assert browser(coming(role)).get("/support").status_code == 403
