"""A line is entered as the three kinds of times ask for it, looked at time by time, and kept; nothing typed is lost."""

import pytest

from tests.controls.applying import (
    CASE,
    CHOSEN,
    DOCTOR,
    LINE,
    MAY_ENTER,
    OTHER_DOCTOR,
    a_draft,
    a_place,
    a_preview,
    applicant,
    page_of,
    refuses,
)
from tests.controls.remote import browser
from tests.controls.support_pages import SATURDAY, a_line, terms

RECORD = f"/support/applications/{CASE}"
ENTER = f"{RECORD}/lines/new/terms"
MEND = f"{RECORD}/lines/{LINE}"
COMMON = {"practitioner": DOCTOR, "place": CHOSEN, "purposes": ["general"], "starts": "1800", "ends": "2100"}
WEEKLY = {
    **COMMON,
    "kind": "recurring",
    "repeats": "every-week",
    "weekdays-every-week": ["TH", "TU"],
    "first-recurring": "115/03/17",
    "last-recurring": "115/05/28",
}
ONE_DAY = {**COMMON, "kind": "continuous", "first-continuous": "115/03/21", "last-continuous": "2026-03-21"}
DAYS = {**COMMON, "kind": "picked", "days": ["2026-03-17", "2026-03-24"]}


def previewed(remote):
    """The schedule that support was asked about last."""
    return next(asked["schedule"] for method, asked in reversed(remote.asked) if method == "support.preview_schedule")


def done(remote, command):
    """What a command was given."""
    [payload] = [payload for method, payload, _ in remote.done if method == f"support.{command}"]
    return payload


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        (WEEKLY, {"kind": "recurring", "rule": "FREQ=WEEKLY;BYDAY=TU,TH", "first": "2026-03-17", "last": "2026-05-28"}),
        (
            {**WEEKLY, "repeats": "week-of-month", "number-week-of-month": "2", "weekdays-week-of-month": "WE"},
            {"rule": "FREQ=MONTHLY;BYDAY=2WE"},
        ),
        ({**WEEKLY, "repeats": "day-of-month", "number-day-of-month": "15"}, {"rule": "FREQ=MONTHLY;BYMONTHDAY=15"}),
        (
            {**WEEKLY, "repeats": "every-weeks", "number-every-weeks": "2", "weekdays-every-weeks": "FR"},
            {"rule": "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=FR"},
        ),
        ({**WEEKLY, "repeats": "every-days", "number-every-days": "03"}, {"rule": "FREQ=DAILY;INTERVAL=3"}),
        (ONE_DAY, {"kind": "continuous", "first": "2026-03-21", "last": "2026-03-21"}),
        (DAYS, {"kind": "picked", "days": ["2026-03-17", "2026-03-24"]}),
        ({**DAYS, "exceptions": "2026-03-24"}, {"kind": "picked", "days": ["2026-03-17"]}),
    ],
)
def test_what_is_typed_of_each_kind_of_times_is_asked_of_support_before_it_is_kept(typed, understood):
    remote = applicant()
    page = browser(remote).post(ENTER, data=typed | {"preview": "yes"}).text
    asked = previewed(remote)
    assert understood.items() <= asked.items()
    assert (asked["starts"], asked["ends"]) == ("1800", "2100")
    assert remote.done == []
    assert "共 2 次支援" in page


def test_the_preview_shows_every_time_with_holidays_and_days_to_leave_out():
    preview = a_preview("2026-04-02", "2026-04-03")
    preview["times"][1] |= {"is_holiday": True, "is_excepted": True}
    page = browser(applicant(support__preview_schedule=preview)).post(ENTER, data=WEEKLY).text
    assert "共 1 次支援" in page
    assert "4 月 3 日（五）" in page
    assert "國定假日" in page
    assert 'value="2026-04-03" aria-label="4 月 3 日（五）不去" checked' in page
    assert 'name="weekdays-every-week" value="TU"' in page


def test_a_line_is_kept_as_it_was_previewed_and_its_days_without_support_are_left_out():
    remote = applicant()
    answer = browser(remote).post(ENTER, data={**WEEKLY, "department": "04", "exceptions": "2026-04-02", "save": "yes"})
    assert answer.location == RECORD
    [line] = done(remote, "set_lines")["lines"]
    assert line["practitioner"] == DOCTOR
    assert line["place"] == {"code": CHOSEN.split()[0], "name": CHOSEN.split()[1]}
    assert line["department"] == "04"
    assert line["line_id"] is None
    assert line["terms"]["purposes"] == ["general"]
    assert line["terms"]["schedule"]["exceptions"] == ["2026-04-02"]


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({**COMMON}, "kind", "請選擇支援時間的方式。"),
        ({**WEEKLY, "purposes": []}, "purposes", "請至少選擇一項支援目的。"),
        ({**WEEKLY, "starts": ""}, "starts", "請填開始時間。"),
        ({**WEEKLY, "first-recurring": ""}, "first-recurring", "請填開始日期。"),
        ({**WEEKLY, "repeats": ""}, "repeats", "請選擇怎麼重複。"),
        ({**WEEKLY, "weekdays-every-week": []}, "weekdays-every-week", "請至少勾選一個星期。"),
        (
            {**WEEKLY, "repeats": "every-days", "number-every-days": "366"},
            "number-every-days",
            "請填 1 到 365 的整數。",
        ),
        (
            {**WEEKLY, "repeats": "day-of-month", "number-day-of-month": "0"},
            "number-day-of-month",
            "請填 1 到 31 的整數。",
        ),
        ({**DAYS, "days": []}, "days", "請在日曆上勾選至少一天。"),
    ],
)
def test_what_is_missing_is_told_beside_its_field_and_in_the_summary(typed, field, sentence):
    remote = applicant()
    answer = browser(remote).post(ENTER, data={**typed, "remarks": "夜診支援"})
    assert answer.status_code == 422
    assert f'<a href="#{field}">{sentence}' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert f'id="{field}"' in answer.text
    assert "夜診支援" in answer.text
    assert remote.done == []


@pytest.mark.parametrize(
    ("refused", "typed", "field"),
    [
        ("schedule.starts", WEEKLY, "starts"),
        ("schedule.ends", WEEKLY, "ends"),
        ("schedule.last", WEEKLY, "last-recurring"),
        ("schedule.first", ONE_DAY, "first-continuous"),
        ("schedule.rule", WEEKLY, "repeats"),
        ("schedule.days", DAYS, "days"),
        ("schedule", WEEKLY, "kind"),
    ],
)
def test_what_support_objects_to_the_times_stands_beside_the_field_of_their_kind(refused, typed, field):
    remote = applicant(support__preview_schedule=refuses("schedule-too-long", refused, days=400, limit=366))
    answer = browser(remote).post(ENTER, data=typed)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


@pytest.mark.parametrize(
    ("refused", "field"),
    [
        ("lines.0.practitioner", "practitioner"),
        ("lines.0.place.code", "place"),
        ("lines.0.department", "department"),
        ("lines.0.terms.purposes.0", "purposes"),
        ("lines.0.terms.remarks", "remarks"),
        ("lines.0.terms.schedule", "kind"),
        ("lines.0.terms.schedule.ends", "ends"),
    ],
)
def test_what_support_objects_to_a_line_stands_beside_its_field(refused, field):
    remote = applicant(support__set_lines=refuses("place-unknown", refused))
    answer = browser(remote).post(ENTER, data=WEEKLY | {"save": "yes"})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert 'value="115/03/17"' in answer.text


def test_an_objection_to_the_whole_such_as_the_move_lock_stands_above_the_form():
    remote = applicant(support__set_lines=refuses("move-locked", institution="3501200000", count=2))
    answer = browser(remote).post(ENTER, data=WEEKLY | {"save": "yes"})
    assert answer.status_code == 422
    assert "data-error-summary" in answer.text


def test_more_months_of_the_calendar_are_shown_with_all_that_was_typed():
    given = browser(applicant()).post(ENTER, data=DAYS | {"months": "2", "more": "yes"})
    assert given.status_code == 200
    assert given.text.count("ct-month") == 5
    assert 'value="2026-03-24" aria-label="3 月 24 日（二）" checked' in given.text
    assert 'name="days" value="2026-03-11"' not in given.text, "what has passed cannot be ticked"


def test_a_line_to_be_changed_comes_filled_in_and_is_said_anew_under_its_id():
    remote = applicant(told=a_draft(a_line()))
    page = browser(remote).get(MEND).text
    assert 'value="TU" checked' in page
    assert 'value="115/05/28"' in page
    assert "夜診支援" in page
    browser(remote).post(MEND, data=WEEKLY | {"save": "yes"})
    assert done(remote, "set_lines")["lines"][0]["line_id"] == str(LINE)


def seen_on(page):
    return page.split('name="seen" value="')[1].split('"')[0]


def test_a_line_that_somebody_changed_meanwhile_is_not_written_over_unseen():
    remote = applicant(told=a_draft(a_line()))
    seen = seen_on(browser(remote).get(MEND).text)
    remote.answers["support.application_whole"] = a_draft(a_line(after=terms(SATURDAY)))
    answer = browser(remote).post(MEND, data=WEEKLY | {"seen": seen, "save": "yes"})
    assert answer.status_code == 422
    assert remote.done == []
    assert "其他人改過" in answer.text
    assert "115/03/21 09:00–12:00" in answer.text, "what holds now"
    assert 'value="115/03/17"' in answer.text, "what was typed"
    again = browser(remote).post(MEND, data=WEEKLY | {"seen": seen_on(answer.text), "save": "yes"})
    assert again.location == RECORD


def test_a_line_that_was_removed_meanwhile_can_be_added_again_as_it_was_typed():
    remote = applicant(told=a_draft(a_line()))
    seen = seen_on(browser(remote).get(MEND).text)
    remote.answers["support.application_whole"] = a_draft(a_line(2))
    answer = browser(remote).post(MEND, data=WEEKLY | {"seen": seen, "save": "yes"})
    assert answer.status_code == 422
    assert f'action="{ENTER}"' in answer.text
    assert seen_on(answer.text) == ""
    assert 'value="115/03/17"' in answer.text


@pytest.mark.parametrize("asked", [f"like={LINE}", f"like={LINE}&practitioner={OTHER_DOCTOR}"])
def test_another_line_like_one_begins_with_all_that_the_first_says(asked):
    page = browser(applicant("institution", told=a_draft(a_line()))).get(f"{ENTER}?{asked}").text
    assert 'value="TU" checked' in page
    assert "河岸兒童診所" in page
    assert ("林大同" in page) is (OTHER_DOCTOR in asked)


def test_an_institution_chooses_among_its_own_staff_and_a_practitioner_is_nobody_but_themselves():
    clinics = browser(applicant("institution")).get(f"{RECORD}/lines/new").text
    assert 'value="DR-005678"' in clinics
    remote = applicant("practitioner")
    browser(remote).post(ENTER, data=WEEKLY | {"practitioner": OTHER_DOCTOR, "save": "yes"})
    assert done(remote, "set_lines")["lines"][0]["practitioner"] == DOCTOR


def test_places_are_sought_by_text_and_county_and_told_apart_by_code_and_standing():
    remote = applicant(support__places=page_of(a_place(), a_place("3501200028", "河岸診所", standing="closed")))
    page = browser(remote).get(f"{RECORD}/lines/new?text=河岸&county=臺北市&search=yes").text
    [asked] = [asked for method, asked in remote.asked if method == "support.places"]
    assert (asked["text"], asked["county"]) == ("河岸", "臺北市")
    assert f'value="{CHOSEN}"' in page
    assert "3501200028，臺北市，已歇業" in page


def test_a_search_that_is_refused_says_so_beside_its_field():
    remote = applicant(support__places=refuses("place-search-too-short", "text", least=2))
    answer = browser(remote).get(f"{RECORD}/lines/new?text=河")
    assert answer.status_code == 422
    assert 'id="text-error"' in answer.text


def test_nobody_goes_on_without_a_person_and_a_place():
    answer = browser(applicant("institution")).get(f"{RECORD}/lines/new?next=yes")
    assert answer.status_code == 422
    assert "請選擇支援人員。" in answer.text
    assert "請先查詢，再選擇被支援機構。" in answer.text
    known = browser(applicant("institution")).get(f"{RECORD}/lines/new?next=yes&practitioner={DOCTOR}&place={CHOSEN}")
    assert known.location.startswith(ENTER)


def test_a_non_medical_place_that_is_added_is_chosen_for_the_line():
    remote = applicant()
    typed = {"code": "62000001", "name": "示範國民小學", "county": "新北市", "street": ""}
    answer = browser(remote).post(f"{RECORD}/places/new?practitioner={DOCTOR}", data=typed)
    [(_, payload, _)] = [one for one in remote.done if one[0] == "identity.add_place"]
    assert payload == typed
    assert answer.location.startswith(f"{RECORD}/lines/new?place=62000001")
    assert f"practitioner={DOCTOR}" in answer.location


def test_a_place_that_was_added_before_is_told_beside_its_name():
    remote = applicant(identity__add_place=refuses("place-known-already", "name"))
    answer = browser(remote).post(f"{RECORD}/places/new", data={"code": "62000001", "name": "示範國民小學"})
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text


def test_a_line_is_deleted_once_that_was_confirmed():
    remote = applicant(told=a_draft(a_line()))
    assert "刪除這一筆？" in browser(remote).get(f"{MEND}/remove").text
    assert remote.done == []
    assert browser(remote).post(f"{MEND}/remove").location == RECORD
    assert done(remote, "remove_lines")["line_ids"] == [str(LINE)]


@pytest.mark.parametrize("path", ["/lines/new", "/lines/new/terms", f"/lines/{LINE}", f"/lines/{LINE}/remove"])
def test_what_the_server_does_not_allow_leads_back_to_the_case(path):
    remote = applicant(told=a_draft(a_line(), may=[one for one in MAY_ENTER if "lines" not in one]))
    assert browser(remote).get(f"{RECORD}{path}").location == RECORD
