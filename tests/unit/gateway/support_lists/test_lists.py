"""Cases by tab and supports by side: what is asked, what is shown, what can be taken away again."""

import io
import re
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook

from shared.words import Language
from tests.controls.remote import INSTITUTION, browser
from tests.unit.gateway.support_lists.conftest import a_support, an_application, coming, page


def can(*commands):
    return [{"command": command, "objection": None} for command in commands]


def test_cases_under_review_are_shown_first(asked_of):
    remote = coming("practitioner", support__applications=page(an_application()))
    shown = browser(remote).get("/support/applications").text
    assert asked_of(remote, "support.applications")["states"] == ["under_review"]
    for told in ("11503100001", "115/03/10", "河岸診所", "115/04/01", "115/06/30", "已等 2 天", "人員"):
        assert told in shown


@pytest.mark.parametrize(
    ("tab", "asked"),
    [
        ("draft", {"states": ["draft"]}),
        ("approved", {"states": ["approved"], "kinds": ["registration", "amendment"]}),
        ("cancelled", {"states": ["approved"], "kinds": ["cancellation"]}),
        ("all", {}),
        ("anything", {"states": ["under_review"]}),
    ],
)
def test_each_tab_asks_for_its_own_cases(tab, asked, asked_of):
    remote = coming("institution")
    browser(remote).get(f"/support/applications?tab={tab}")
    told = asked_of(remote, "support.applications")
    assert {name: told[name] for name in ("states", "kinds") if name in told} == asked


def test_what_is_looked_for_goes_to_support_and_stands_as_badges(asked_of):
    remote = coming("practitioner", support__applications=page(an_application()))
    address = "/support/applications?tab=all&supported=河岸&first=115/04/01&starts=0200&case_no=11503100001"
    shown = browser(remote).get(address).text
    told = asked_of(remote, "support.applications")
    assert (told["place_named"], told["first"], told["starts"]) == ("河岸", "2026-04-01", "02:00")
    assert told["case_no"] == "11503100001"
    badges = [unquote(one) for one in re.findall(r'class="ct-badge" href="([^"]+)"', shown)]
    assert len(badges) == 4
    assert any("supported" not in one and "case_no" in one for one in badges)


def test_a_place_is_looked_for_by_its_code_where_digits_are_typed(asked_of):
    remote = coming("practitioner")
    browser(remote).get("/support/applications?supported=3501200999")
    told = asked_of(remote, "support.applications")
    assert told["place"] == "3501200999"
    assert "place_named" not in told


def test_a_time_that_is_none_is_told_beside_its_field(asked_of):
    remote = coming("practitioner")
    shown = browser(remote).get("/support/applications?starts=2560").text
    assert "starts" not in asked_of(remote, "support.applications")
    assert 'id="starts-error"' in shown
    assert 'value="2560"' in shown


def test_only_what_the_server_allows_can_be_done_to_a_case():
    draft = an_application(state="draft", submitted_at=None, days_waiting=None, actions=can("submit_for_review"))
    returned = an_application(2, state="returned", actions=can("submit_for_review"))
    locked = an_application(3, state="draft", submitted_at=None, actions=[])
    remote = coming("practitioner", support__applications=page(draft, returned, locked))
    shown = browser(remote).get("/support/applications?tab=draft").text
    assert re.findall(r'href="(/support/applications/[^"]+/submit)">(送審|重送)', shown) == [
        (f"/support/applications/{draft['id']}/submit", "送審"),
        (f"/support/applications/{returned['id']}/submit", "重送"),
    ]


def test_what_was_submitted_can_be_ticked_for_the_printer_and_a_draft_cannot():
    draft = an_application(2, state="draft", submitted_at=None)
    remote = coming("practitioner", support__applications=page(an_application(), draft))
    shown = browser(remote).get("/support/applications?tab=all").text
    assert 'action="/support/applications.pdf"' in shown
    assert re.findall(r'name="application" value="([^"]+)"', shown) == [an_application()["id"]]


def test_the_next_page_is_asked_for_by_its_cursor(asked_of):
    remote = coming("practitioner", support__applications=page(an_application(), following="next"))
    desk = browser(remote)
    assert "cursor=next" in desk.get("/support/applications?case_no=115").text
    desk.get("/support/applications?cursor=next")
    assert asked_of(remote, "support.applications")["cursor"] == "next"


# Supports ------------------------------------------------------------------------------------------------------------


def test_each_side_asks_for_its_own_end_and_for_what_is_approved(asked_of):
    remote = coming("institution")
    desk = browser(remote)
    desk.get("/support/supports/received?institution=3501200999")
    assert asked_of(remote, "support.supports") == {
        "place": INSTITUTION,
        "states": ["approved", "amend_pending", "cancel_pending"],
        "limit": 50,
        "cursor": None,
    }
    desk.get("/support/supports/sent")
    told = asked_of(remote, "support.supports")
    assert told["institution"] == INSTITUTION
    assert "place" not in told


def test_the_state_is_a_badge_that_can_be_taken_away(asked_of):
    remote = coming("institution", support__supports=page(a_support()))
    desk = browser(remote)
    shown = desk.get("/support/supports/received?first=115/04/01").text
    assert 'href="/support/supports/received?first=2026-04-01&amp;state=any"' in shown
    desk.get("/support/supports/received?state=any")
    assert "states" not in asked_of(remote, "support.supports")


def test_a_person_is_chosen_from_those_who_come(asked_of):
    supporters = [{"practitioner": "D1", "practitioner_name": "陳安"}]
    remote = coming("institution", support__supporters=supporters)
    shown = browser(remote).get("/support/supports/received?practitioner=D1").text
    assert asked_of(remote, "support.supporters") == {"place": INSTITUTION}
    assert asked_of(remote, "support.supports")["practitioner"] == "D1"
    assert re.search(r'<option value="D1" selected>陳安', shown)
    assert "<b>陳安</b>" in shown


def test_a_support_shows_who_when_and_whether_it_collides():
    remote = coming("institution", support__supports=page(a_support(overlaps=2, state="amend_pending")))
    shown = browser(remote).get("/support/supports/received").text
    for told in ("陳安", "河岸診所", "115/04/01 09:00–12:00", "與 2 筆時間重疊", "變更申請中"):
        assert told in shown


def test_a_practitioner_has_a_list_of_their_own_and_none_of_an_institutions(asked_of):
    remote = coming("practitioner", support__supports=page(a_support()))
    desk = browser(remote)
    assert "青田診所" in desk.get("/support/supports/own").text
    assert "institution" not in asked_of(remote, "support.supports")
    assert desk.get("/support/supports/sent").status_code == 403
    assert desk.get("/support/supports/sent.xlsx").status_code == 403


# The workbook --------------------------------------------------------------------------------------------------------


def pages_of(*pages):
    """Support's list, page after page by its cursor."""

    def answer(asked):
        number = int(asked["cursor"] or 0)
        return page(*pages[number], following=str(number + 1) if number + 1 < len(pages) else None)

    return answer


def cells(response):
    sheet = load_workbook(io.BytesIO(response.data)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()], sheet


def test_everything_that_matches_is_in_the_workbook_however_many_pages_it_has(asked_of):
    answers = pages_of([a_support(1), a_support(2)], [a_support(3)])
    remote = coming("institution", support__supports=answers)
    response = browser(remote).get("/support/supports/received.xlsx?first=115/04/01")
    rows, _ = cells(response)
    assert rows[0][:5] == ["案件編號", "申請進度", "建檔身份", "醫事人員編號", "姓名"]
    assert [row[0] for row in rows[1:]] == ["11503100001", "11503100002", "11503100003"]
    assert rows[1][11:14] == ["115/04/01 09:00", "115/04/01 12:00", "115/04/01 09:00–12:00"]
    assert asked_of(remote, "support.supports")["first"] == "2026-04-01"
    assert 'filename="caretrail-received-20260312.xlsx"' in response.headers["Content-Disposition"]


def test_the_workbook_is_in_the_readers_language():
    remote = coming("institution", support__supports=page(a_support()))
    rows, sheet = cells(browser(remote, Language.ENGLISH).get("/support/supports/received.xlsx"))
    assert (rows[0][0], rows[1][11], sheet.title) == ("Case number", "2026-04-01 09:00", "Support we receive")


def test_no_cell_of_the_workbook_is_a_formula():
    evil = a_support(practitioner_name='=HYPERLINK("http://example.tw")', institution_name="+1\x07")
    _, sheet = cells(browser(coming("institution", support__supports=page(evil))).get("/support/supports/sent.xlsx"))
    named, home = sheet["E2"], sheet["G2"]
    assert (named.data_type, named.value) == ("s", '=HYPERLINK("http://example.tw")')
    assert (home.data_type, home.value) == ("s", "+1")
