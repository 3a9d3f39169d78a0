"""報備支援 from end to end: cards, an application, its bureau, the calendar, a change, a move, and the lock it leaves.

One story on the site of the card demonstration, each of its pages looked at on a phone and on a desk.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from operate.rehearsal.demo_cards import moved_to
from services.identity.events import RegistryFile
from services.support.demonstration.cast import DAAN, DOCTOR, HOSPITAL, NURSE, SCHOOL
from tests.browser.card_site import SLOW, come_in, heading, press

TODAY = (datetime.now(UTC) + timedelta(hours=8)).date()
FIRST, LAST = TODAY + timedelta(days=2), TODAY + timedelta(days=40)
WIDTHS = (375, 1280)
LOCKED = "請先註銷原執業機構的報備支援"
"""What the first page speaks of while somebody is locked out."""
PATIENCE = 60
OF_SUPPORT = re.compile(r"/(bureau/)?support([/?](?!.*(\.(pdf|xlsx|csv)|/files/)).*)?$")
"""Pages of support, and no files."""
ONE_OF_MANY = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\d")
ADDRESSES = "them => them.map(one => one.pathname + one.search)"
MOST_OF_A_KIND = 5
STATES = ("未送審", "審核中", "已核准", "不核准", "退回", "註銷")
LEAST = 5
"""Pages that anybody finds at least."""


@pytest.fixture
def site(demo_site):
    demo_site.put_in("")
    return demo_site


@pytest.fixture
def arrive(visit):
    """`visit` with no header of a proxy, which the browser would send to the agent too, and have to ask for."""
    return lambda **options: visit(**options, extra_http_headers={})


def look(visitor):
    """The page that lies open can be used by everybody, on a phone and on a desk."""
    height = visitor.page.viewport_size["height"]
    for width in WIDTHS:
        visitor.page.set_viewport_size({"width": width, "height": height})
        assert visitor.faults() == [], (visitor.page.url, width)


def roc(day):
    return f"{day.year - 1911}/{day:%m/%d}"


def follow(visitor, link):
    visitor.page.locator("main").get_by_role("link", name=link, exact=True).click()
    visitor.page.wait_for_load_state()


def add_line(visitor, who, place, words, *, every, starts, ends):
    """One line of a draft: who, where, on which days, each of them seen before it is kept."""
    heading(visitor, "誰去哪裡支援？")
    visitor.page.get_by_label("支援人員").select_option(who.number)
    visitor.page.get_by_label("機構代碼或名稱").fill(words)
    press(visitor, "查詢")
    visitor.page.get_by_role("radio", name=place).check()
    look(visitor)
    press(visitor, "繼續")
    heading(visitor, "支援目的與時間")
    visitor.page.get_by_role("checkbox", name="報備為一般支援").check()
    visitor.page.get_by_role("radio", name="間斷").check()
    visitor.page.get_by_role("radio", name="每隔○日").check()
    visitor.page.get_by_label("每隔幾日").fill(every)
    visitor.page.get_by_label("從哪一天起").fill(roc(FIRST))
    visitor.page.get_by_label("到哪一天止").fill(roc(LAST))
    visitor.page.get_by_label("開始時間").fill(starts)
    visitor.page.get_by_label("結束時間").fill(ends)
    look(visitor)
    press(visitor, "預覽每一次時間")
    heading(visitor, "請確認每一次的支援時間")
    look(visitor)
    press(visitor, "存入案件")


def submit(visitor):
    """送審 of the draft that lies open, after a second look; answers with its number."""
    follow(visitor, "送審")
    heading(visitor, "報備支援申請資料確認")
    look(visitor)
    press(visitor, "確認，送審")
    expect(visitor.page.get_by_text("衛生局審核中")).to_be_visible(timeout=SLOW)
    look(visitor)
    case_no = re.search(r"\d{11,}", visitor.page.locator("main").inner_text())
    assert case_no is not None
    return case_no[0]


def approve(officer, case_no):
    """The bureau finds the case in its queue, sees the evidence, and approves."""
    officer.open("/bureau/support")
    look(officer)
    follow(officer, case_no)
    look(officer)
    officer.page.get_by_role("radio", name="核准", exact=True).check()
    press(officer, "送出審查結果")
    expect(officer.page.get_by_text(f"案件 {case_no} 已核准。")).to_be_visible(timeout=SLOW)


def until_shown(visitor, path, text, *, shown=True):
    """Open a page until it says so: what follows from the register comes a moment later."""
    told = visitor.page.locator("main").get_by_text(text)
    for _ in range(PATIENCE):
        visitor.open(path)
        if bool(told.count()) is shown:
            return
        visitor.page.wait_for_timeout(250)
    raise AssertionError(f"{path} does not come to that: {text}")


def pages_from(visitor, first):
    """Pages that links lead to from this one within support: a few of each kind of address, each with other states."""
    waiting, known, opened, seen = [first], {first}, Counter(), set()
    while waiting:
        path = waiting.pop(0)
        kind = ONE_OF_MANY.sub("*", urlsplit(path).path)
        opened[kind] += 1
        if opened[kind] > MOST_OF_A_KIND:
            continue
        answer = visitor.page.goto(visitor.site.url(path))
        assert answer.status < HTTPStatus.BAD_REQUEST, (path, answer.status)
        said = visitor.page.locator("main").inner_text()
        shown = (ONE_OF_MANY.sub("*", urlsplit(visitor.page.url).path), *(word for word in STATES if word in said))
        if shown in seen:
            continue
        seen.add(shown)
        yield path
        links = visitor.page.locator("main a[href], nav a[href]").evaluate_all(ADDRESSES)
        fresh = [link for link in dict.fromkeys(links) if OF_SUPPORT.match(link) and link not in known]
        known.update(fresh)
        waiting += fresh


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("card", "how"),
    [
        pytest.param("institution", {"width": 375, "color_scheme": "dark"}, id="institution"),
        pytest.param("personnel", {"width": 375}, id="practitioner"),
        pytest.param("", {"width": 1280, "color_scheme": "dark"}, id="bureau"),
    ],
)
def test_every_page_of_the_story_can_be_used_by_everybody(arrive, site, card, how):
    visitor = arrive(**how)
    if card:
        come_in(visitor, card)
    else:
        visitor.come_in_by_password(site.bureau.address, site.bureau.password)
        visitor.page.wait_for_load_state()
    faults, seen = {}, 0
    for path in pages_from(visitor, "/support" if card else "/bureau/support"):
        seen += 1
        if found := visitor.faults():
            faults[path] = found
    assert faults == {}
    assert seen > LEAST


def apply(clinic):
    """登錄 of two people and two places by their institution; answers with the number."""
    come_in(clinic, "institution")
    heading(clinic, "報備支援首頁")
    look(clinic)
    clinic.open("/support/apply")
    look(clinic)
    press(clinic, "單筆申請")
    add_line(clinic, DOCTOR, DAAN.name, "大安", every="2", starts="0700", ends="0830")
    look(clinic)
    follow(clinic, "新增被支援機構")
    add_line(clinic, NURSE, SCHOOL["name"], "板橋", every="3", starts="1330", ends="1600")
    expect(clinic.page.get_by_text("共 2 筆，可以送審了。")).to_be_visible()
    look(clinic)
    return submit(clinic)


def change(clinic, case_no):
    """變更 of when the nurse is away; answers with the number."""
    clinic.open("/support/amend")
    look(clinic)
    clinic.page.get_by_role("checkbox", name=f"勾選{NURSE.name}，{SCHOOL['name']}，案件 {case_no}").check()
    press(clinic, "變更勾選的")
    heading(clinic, "變更報備支援")
    look(clinic)
    clinic.page.get_by_label("結束時間").fill("1715")
    press(clinic, "預覽每一次時間")
    look(clinic)
    press(clinic, "存入案件")
    look(clinic)
    return submit(clinic)


def cancel_all(doctor):
    """執行整批註銷 of what the notice of the lock leads to, after a second look."""
    doctor.open("/support/apply")
    look(doctor)
    follow(doctor, "顯示未註銷之已核准報備支援")
    heading(doctor, "異動執登場所：未註銷的報備支援")
    look(doctor)
    doctor.page.locator("main").get_by_role("button", name="執行整批註銷").click()
    sure = doctor.page.locator("main").get_by_role("button", name=re.compile("^確定，註銷 "))
    expect(sure).to_be_visible(timeout=SLOW)
    look(doctor)
    sure.click()
    expect(doctor.page.get_by_text(re.compile("^已註銷 "))).to_be_visible(timeout=SLOW)


@pytest.mark.timeout(900)  # a whole way, every page of it looked at twice
def test_support_is_applied_for_approved_changed_and_cancelled_after_a_move(arrive, site):
    clinic, officer = arrive(), arrive(color_scheme="dark")
    case_no = apply(clinic)
    officer.come_in_by_password(site.bureau.address, site.bureau.password)
    officer.page.wait_for_load_state()
    approve(officer, case_no)

    day = f"/support/days/{FIRST.isoformat()}"
    until_shown(clinic, day, SCHOOL["name"])
    expect(clinic.page.locator("main")).to_contain_text(DAAN.name)
    look(clinic)
    clinic.open(f"/support?month={FIRST:%Y-%m}")
    expect(clinic.page.locator("main")).to_contain_text(SCHOOL["name"])
    look(clinic)

    amendment_no = change(clinic, case_no)
    until_shown(clinic, day, "16:00")
    approve(officer, amendment_no)
    until_shown(clinic, day, "17:15")

    site.take_in(RegistryFile.PERSONNEL, moved_to(HOSPITAL.code))
    doctor = arrive(width=375, color_scheme="dark")
    come_in(doctor, "personnel")
    until_shown(doctor, "/support", LOCKED)
    look(doctor)
    cancel_all(doctor)
    until_shown(doctor, "/support", LOCKED, shown=False)
    doctor.open("/support/apply")
    press(doctor, "單筆申請")
    heading(doctor, "誰去哪裡支援？")
    look(doctor)
