"""A family's whole way in the browser: applying with and without scripts, in both languages, following, withdrawing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.browser.people import Visitor

CASE_NO = re.compile(r"\d{6}P\d{7,}")


def answer(visitor: Visitor, **fields: str) -> None:
    """Fill this page's fields by their names, and go on."""
    page = visitor.page
    assert visitor.faults() == [], page.url
    for name, text in fields.items():
        field = page.locator(f"main [name='{name.replace('__', '.').replace('_0_', '-')}']")
        if field.first.get_attribute("type") == "radio":
            page.locator(f"main [name='{name.replace('__', '.').replace('_0_', '-')}'][value='{text}']").check()
        elif field.first.evaluate("field => field.tagName") == "SELECT":
            field.select_option(text)
        else:
            field.fill(text)
    page.locator("main form button.nhsuk-button[type=submit]:not([name])").first.click()


def roc(days: int) -> dict[str, str]:
    """A day so far from today, as its fields take it in the ROC era."""
    day = datetime.now(UTC).date() + timedelta(days=days)
    return {"era": "roc", "year": str(day.year - 1911), "month": str(day.month), "day": str(day.day)}


def date_fields(name: str, days: int) -> dict[str, str]:
    return {f"{name}_0_{part}": text for part, text in roc(days).items()}


def choose_doctors(visitor: Visitor, number: int) -> None:
    for _ in range(number):
        assert visitor.faults() == []
        visitor.page.locator("button[name=press][value^='add:']").first.click()


def case_no_of(visitor: Visitor) -> str:
    found = CASE_NO.search(visitor.page.url)
    assert found is not None, visitor.page.url
    return found[0]


def test_a_family_applies_for_a_born_child_and_sees_where_the_case_stands(visit):
    visitor = visit(width=375)
    visitor.open("/")
    assert visitor.faults() == []
    visitor.come_in_by_phone("0912000102", "/apply")
    page = visitor.page
    answer(visitor, born="yes", **date_fields("child__birth_date", -200))
    answer(visitor, twins="no")
    answer(visitor, child__name="林小禾", child__sex="female", child__identifier="A200001000")
    answer(visitor, **{"mother__identifier_0_kind": "national_id", "mother__identifier": "Ｂ２００００２００８"})
    page.locator("[name='child.residence.county']").select_option("臺北市")
    page.locator("[name='child.residence.district'] option", has_text="大安區").wait_for(state="attached")
    answer(visitor, child__residence__district="大安區", child__residence__street="示範路 1 號")
    answer(visitor, household="same")
    answer(visitor, contact__relation="mother", contact__name="林示範", contact__email="lin@example.tw")
    page.goto(visitor.site.url("/apply/doctors?county="))
    choose_doctors(visitor, 2)
    answer(visitor)
    assert visitor.faults() == []
    assert "A200001000" in visitor.shown()["text"]
    page.locator("main form button[type=submit]").click()
    case_no = case_no_of(visitor)
    assert visitor.faults() == []
    assert visitor.shown()["heading"] == "申請已送出"
    page.goto(visitor.site.url(f"/cases/{case_no}"))
    assert visitor.faults() == []
    assert "等診所回覆" in visitor.shown()["text"]
