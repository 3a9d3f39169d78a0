"""A family's whole way in the browser: applying with and without scripts, in both languages, following, withdrawing."""

from __future__ import annotations

from tests.browser.filling import answer, case_no_of, choose_doctors, date_fields, examine_and_answer, fill, go_on


def test_a_family_applies_for_a_born_child_and_sees_where_the_case_stands(visit):
    visitor = visit(width=375)
    visitor.open("/")
    assert visitor.faults() == []
    visitor.come_in_by_phone("0912000103", "/apply")
    examine_and_answer(visitor, {"born": "yes", **date_fields("child.birth_date", -200)})
    examine_and_answer(visitor, {"twins": "no"})
    examine_and_answer(visitor, {"child.name": "林小禾", "child.sex": "female", "child.identifier": "A200001000"})
    examine_and_answer(visitor, {"mother.identifier-kind": "national_id", "mother.identifier": "Ｂ２００００２００８"})
    visitor.page.locator("[name='child.residence.county']").select_option("臺北市")
    visitor.page.locator("[name='child.residence.district'] option[value='大安區']").wait_for(state="attached")
    examine_and_answer(visitor, {"child.residence.district": "大安區", "child.residence.street": "示範路 1 號"})
    examine_and_answer(visitor, {"household": "same"})
    examine_and_answer(
        visitor,
        {"contact.relation": "mother", "contact.name": "林示範", "contact.email": "lin@example.tw"},
    )
    choose_doctors(visitor, 2)
    examine_and_answer(visitor, {})
    assert visitor.faults() == []
    assert "A200001000" in visitor.shown()["text"]
    go_on(visitor)
    case_no = case_no_of(visitor)
    assert visitor.faults() == []
    assert visitor.shown()["heading"] == "申請已送出"
    visitor.open(f"/cases/{case_no}")
    assert visitor.faults() == []
    assert "等診所回覆" in visitor.shown()["text"]
    for action in ("preferences", "preferences/check", "contact", "withdraw"):
        visitor.open(f"/cases/{case_no}/{action}")
        assert visitor.faults() == [], action
    visitor.open(f"/cases/{case_no}/contact")
    answer(visitor, {"contact.email": "lin.new@example.tw"})
    examine_and_answer(visitor, {})
    examine_and_answer(visitor, {"code": visitor.newest_code("lin.new@example.tw")})
    assert "聯絡方式更新好了" in visitor.shown()["text"]
    visitor.page.get_by_role("link", name="再寄一次").first.click()
    assert visitor.faults() == []


def test_a_family_applies_in_english_without_scripts_before_the_birth_then_withdraws(visit):
    visitor = visit(language="en", java_script_enabled=False)
    visitor.come_in_by_phone("0912000203", "/apply")
    page = visitor.page
    answer(visitor, {"born": "no", **date_fields("child.due_date", 90)})
    answer(visitor, {"twins": "no"})
    answer(visitor, {"mother.identifier-kind": "passport", "mother.identifier": "XK1234567"})
    fill(visitor, {"child.residence.county": "臺北市"})
    page.get_by_role("button", name="List the districts").click()
    answer(visitor, {"child.residence.district": "大安區"})
    answer(visitor, {"contact.relation": "father", "contact.name": "<b>Ana</b> 👶"})
    choose_doctors(visitor, 3)
    page.locator("button[name=press][value='up:2']").click()
    page.locator("button[name=press][value='remove:2']").click()
    go_on(visitor)
    assert "<b>Ana</b> 👶" in visitor.shown()["text"]
    go_on(visitor)
    case_no = case_no_of(visitor)
    assert visitor.shown()["heading"] == "Application sent"
    visitor.open("/cases")
    page.get_by_role("textbox").fill(f" {case_no.lower()} ")
    page.locator("main form button[type=submit]").first.click()
    assert page.url.endswith(f"/cases/{case_no}")
    page.get_by_role("link", name="Withdraw the application").click()
    go_on(visitor)
    assert page.title().startswith("Error: ")
    answer(visitor, {"reason": "found_otherwise"})
    assert "The application is withdrawn" in visitor.shown()["text"]
    assert "You withdrew the application" in visitor.shown()["text"]


def test_a_county_chosen_before_the_scripts_came_brings_its_districts(visit):
    visitor = visit(width=375)
    visitor.come_in_by_phone("0912000213", "/apply")
    answer(visitor, {"born": "yes", **date_fields("child.birth_date", -200)})
    answer(visitor, {"twins": "no"})
    answer(visitor, {"child.name": "林小禾", "child.sex": "female", "child.identifier": "A200001028"})
    underway = []

    def hold(script):
        underway.append(script)

    visitor.page.route("**/caretrail*.js", hold)
    with visitor.page.expect_request("**/caretrail*.js"):
        answer(visitor, {"mother.identifier-kind": "passport", "mother.identifier": "XK1234569"})
    visitor.page.locator("[name='child.residence.county']").select_option("臺北市")
    for script in underway:
        script.continue_()
    visitor.page.locator("[name='child.residence.district'] option[value='大安區']").wait_for(state="attached")
    assert len(underway) == 1


def test_a_family_that_leaves_in_the_middle_comes_back_to_where_it_was(visit):
    visitor = visit(width=375, color_scheme="dark")
    visitor.come_in_by_phone("0912000303", "/apply")
    answer(visitor, {"born": "yes", **date_fields("child.birth_date", -400)})
    fill(visitor, {"twins": "yes", "child.birth_order": "2"})
    visitor.page.get_by_role("button", name="先存起來").click()
    assert visitor.faults() == []
    assert visitor.shown()["heading"] == "已經存起來了"
    visitor.open("/apply")
    assert visitor.page.url.endswith("/apply/child")
    visitor.open("/apply/twins")
    assert visitor.page.locator("[name='child.birth_order']").input_value() == "2"


def test_a_family_that_has_a_doctor_asks_for_another(visit, site):
    visitor = visit()
    visitor.come_in_by_phone(site.door("parent", "matched").address)
    visitor.page.locator("main h2 a").first.click()
    visitor.page.get_by_role("link", name="變更專責醫師").click()
    ref = visitor.page.url.rpartition("/")[0].rpartition("/")[2]
    examine_and_answer(visitor, {"reason": "convenience", "explanation": "離公司近"})
    visitor.open(f"/cases/{ref}/change/doctors?county=")
    visitor.page.locator("button[name=press][value^='add:']").last.click()
    examine_and_answer(visitor, {})
    examine_and_answer(visitor, {})
    assert "結案" in visitor.shown()["text"]
    visitor.open(f"/cases/{case_no_of(visitor)}")
    assert "等原院所結案，衛生局處理中" in visitor.shown()["text"]
