"""A bureau finds what concerns its county, prints it, counts it, and saves it as files that are safe to open."""

from __future__ import annotations

import csv
import io

from tests.controls.remote import browser, bureau
from tests.controls.support_pages import HOME, PLACE, SATURDAY, a_listed, application_id, terms

COUNTS = [{"state": "approved", "kind": "registration", "applications": 7}]


def a_support(number=1, **changes):
    return {
        "id": application_id(number),
        "case_no": f"1150309{number:04}",
        "recorded_by": "institution",
        "practitioner": "DR-001234",
        "practitioner_name": "吳安霖",
        "institution": HOME,
        "institution_name": "仁和聯合診所",
        "county": "臺北市",
        "place": {"kind": "institution", "code": PLACE, "name": "河岸兒童診所", "county": "新北市"},
        "department": "04",
        "terms": terms(SATURDAY),
        "asked": None,
        "starts_at": "2026-03-21T01:00:00Z",
        "ends_at": "2026-03-21T04:00:00Z",
        "approved_at": "2026-03-10T01:00:00Z",
        "state": "approved",
        "pending_case_no": "",
        "cancelled_at": None,
        "cancelled_by": None,
        "overlaps": 0,
        **changes,
    }


def asked_of(remote, method):
    return [asked for one, asked in remote.asked if one == method]


def test_applications_are_found_by_state_and_filters_and_can_be_printed():
    page = {"entries": [a_listed(1, county="新北市", copied_to=["臺北市"], actions=[])], "following": None}
    remote = bureau(support__applications=page, support__application_counts=COUNTS)
    address = "/bureau/support/applications?tab=cancelled&practitioner=DR-001234&supported=河岸&first=115/3/1"
    text = browser(remote).get(address).text
    [asked] = asked_of(remote, "support.applications")
    assert (asked["states"], asked["kinds"], asked["practitioner"]) == (["approved"], ["cancellation"], "DR-001234")
    assert (asked["place_named"], asked["first"]) == ("河岸", "2026-03-01")
    assert "副本，由新北市審核" in text
    assert 'action="/support/applications.pdf"' in text


def test_a_place_is_found_by_its_code_too():
    remote = bureau(support__supports={"entries": [], "following": None})
    browser(remote).get(f"/bureau/support/supports?supported={PLACE}&home=仁和&states=cancelled")
    [asked] = asked_of(remote, "support.supports")
    assert (asked["place"], asked["institution_named"], asked["states"]) == (PLACE, "仁和", ["cancelled"])


def test_a_day_that_is_none_is_told_beside_its_field():
    remote = bureau(support__supports={"entries": [], "following": None})
    text = browser(remote).get("/bureau/support/supports?first=115/13/1").text
    assert 'id="first-error"' in text


def test_the_file_of_supports_has_every_page_and_no_formula():
    pages = {None: ([a_support(1, practitioner_name="=1+2")], "next"), "next": ([a_support(2)], None)}

    def listed(asked):
        entries, following = pages[asked["cursor"]]
        return {"entries": entries, "following": following}

    answer = browser(bureau(support__supports=listed)).get("/bureau/support/supports.csv")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row[0] for row in rows] == ["案件編號", "11503090001", "11503090002"]
    assert not any(cell.startswith("=") for row in rows for cell in row)
    assert "115/03/21 09:00–12:00" in rows[2]
    assert "小兒科" in rows[2]


def counted(code, name="", supports=3):
    return {"code": code, "name": name, "supports": supports, "practitioners": 2, "going_on": 1, "cancelled": 1}


def of_each(asked):
    return {
        "profession": [counted("A", supports=1234), counted("")],
        "institution": [counted(HOME, "仁和聯合診所")],
        "place_county": [],
    }[asked["by"]]


def test_statistics_count_by_profession_institution_and_county_what_was_approved_in_a_time():
    remote = bureau(support__statistics=of_each)
    text = browser(remote).get("/bureau/support/statistics?first=115/3/1").text
    assert {(asked["by"], asked["first"]) for asked in asked_of(remote, "support.statistics")} == {
        (by, "2026-03-01") for by in ("profession", "institution", "place_county")
    }
    for told in ("1,234", "西醫師", "登錄資料中查無類型", "仁和聯合診所", "這段期間沒有核准的報備支援"):
        assert told in text


def test_statistics_are_saved_as_a_file():
    answer = browser(bureau(support__statistics=of_each)).get("/bureau/support/statistics.csv")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[1] == ["依人員類型", "西醫師", "1234", "2", "1", "1"]
    assert rows[3] == ["依執業院所", "仁和聯合診所", "3", "2", "1", "1"]
