"""A clinic's whole way from its queue to the signed notice, and a bureau's from its board to the figures."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.families import Family
from tests.browser.people import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    from tests.browser.site import Site

TODAY = datetime.now(UTC) + timedelta(hours=8)


@pytest.fixture(scope="module")
def family(browser: Browser, site: Site, axe: str) -> Iterator[Family]:
    """One for all tests of this file: few codes an hour go to one address."""
    context = browser.new_context(locale="zh-TW")
    yield Family(Visitor(context.new_page(), site, axe))
    context.close()


def staff(visit: Callable[..., Visitor], site: Site, role: str, path: str, **options: object) -> Visitor:
    """Somebody of this role, on the page of their work."""
    door = site.door(role)
    visitor = visit(**options)
    visitor.come_in_by_password(door.address, door.password)
    visitor.page.wait_for_url(f"**{path}**")
    return visitor


def await_page(visitor: Visitor, path: str) -> None:
    """Open a page of a matter that somebody else has begun a moment ago."""
    for _ in range(40):
        answer = visitor.page.goto(visitor.site.url(path))
        if answer is not None and answer.ok:
            return
        visitor.page.wait_for_timeout(250)
    raise AssertionError(f"{path} did not come")


def press(visitor: Visitor, name: str) -> None:
    visitor.page.get_by_role("button", name=name, exact=True).first.click()


def test_a_clinic_works_through_its_queue_in_english(visit: Callable[..., Visitor], site: Site, family: Family) -> None:
    clinic = site.door("case_manager").who
    mine, other = family.doctors(clinic)[0], family.doctors("小兒科")[0]
    cases = [family.apply(child, f"試{child}", mine, other) for child in (1, 2, 3, 4)]
    numbers = [case["number"] for case in cases]

    desk = staff(visit, site, "case_manager", "/clinic", language="en", width=375)
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Cases")
    assert desk.faults() == []
    desk.open("/clinic?applied_from=115/01/01&birth_orders=1")
    expect(desk.page.locator(".ct-badge")).to_have_count(2)
    desk.page.locator(".ct-badge").filter(has_text="Birth order").click()
    expect(desk.page.locator(".ct-badge")).to_have_count(1)

    for case in cases:
        await_page(desk, f"/clinic/cases/{case['id']}")
    desk.open(f"/clinic/cases/{cases[0]['id']}")
    assert desk.faults() == []
    desk.page.get_by_role("link", name="Decline, with a reason").click()
    press(desk, "Send")
    expect(desk.page.locator("[data-error-summary]")).to_be_focused()
    assert desk.faults() == []
    desk.page.get_by_label("no place left").check()
    desk.page.get_by_label("Explanation").fill("<b>full</b> 🙂")
    press(desk, "Send")
    expect(desk.page.get_by_role("status").first).to_contain_text(numbers[0])

    desk.open("/clinic")
    for number in numbers[1:]:
        desk.page.locator(f"[aria-label$='{number}']").check()
    press(desk, "Accept the ticked cases")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Accept these 3 children?")
    assert desk.faults() == []
    desk.page.get_by_role("button", name="Accept these 3 children").dblclick()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Accepted: 3")

    press(desk, "Export these cases")
    with desk.page.expect_download() as download:
        press(desk, "Download CSV")
    rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    assert {row[0] for row in rows[1:]} == set(numbers[1:])
    press(desk, "I have the file, record the export")
    expect(desk.page.get_by_role("status").first).to_contain_text("3")

    desk.open(f"/clinic/cases/{cases[1]['id']}/enrol")
    desk.page.get_by_label("Day on which the notice was signed").fill(f"{TODAY:%Y-%m-%d}")
    press(desk, "Record enrolment")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Enrolled children")
    expect(desk.page.get_by_role("table")).to_contain_text(numbers[1])
    assert desk.faults() == []


def test_a_bureau_confirms_a_closure_and_reads_its_figures(
    visit: Callable[..., Visitor], site: Site, family: Family
) -> None:
    clinic = site.door("case_manager").who
    mine, other = family.doctors(clinic)[0], family.doctors("小兒科")[0]
    case = family.apply(0, "試變更", mine)
    desk = staff(visit, site, "case_manager", "/clinic")
    await_page(desk, f"/clinic/accept?case={case['id']}")
    press(desk, "同意收案")
    desk.open(f"/clinic/cases/{case['id']}/enrol")
    desk.page.get_by_label("通知函簽署日期").fill(f"{TODAY.year - 1911}/{TODAY:%m/%d}")
    press(desk, "登錄收案")
    expect(desk.page.get_by_role("table")).to_contain_text(case["number"])
    change = family.ask_for_another(case["id"], other)

    bureau = staff(visit, site, "bureau_manager", "/bureau")
    await_page(bureau, f"/bureau/cases/{change['number']}/closure")
    bureau.open("/bureau?queue=closure_open")
    assert bureau.faults() == []
    bureau.page.get_by_role("row").filter(has_text=change["number"]).get_by_role("link", name="確認結案").click()
    press(bureau, "確認結案，詢問新院所")
    expect(bureau.page.locator("[data-error-summary]")).to_be_focused()
    bureau.page.get_by_label("結案日期").fill(f"{TODAY:%Y-%m-%d}")
    press(bureau, "確認結案，詢問新院所")
    expect(bureau.page.get_by_role("status").first).to_contain_text(change["number"])

    bureau.open(f"/bureau/cases/{change['number']}")
    expect(bureau.page.locator("main")).to_contain_text("原院所已結案")
    assert bureau.faults() == []
    for path in ("/bureau/cases", "/bureau/institutions", "/bureau/doctors", "/bureau/statistics"):
        bureau.open(path)
        assert bureau.faults() == [], path
    expect(bureau.page.locator("figure[data-chart] svg, figure[data-chart] canvas").first).to_be_visible()
    with bureau.page.expect_download() as download:
        bureau.page.get_by_role("link", name="下載各月統計").click()
    assert Path(download.value.path()).read_text("utf-8-sig").startswith("月份")
