"""Fills in the forms of families, field by field, as they come."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.browser.people import Visitor

_CASE_NO = re.compile(r"\d{6}P\d{7,}")


def fill(visitor: Visitor, fields: dict[str, str]) -> None:
    """Fill this page's fields by their names."""
    for name, text in fields.items():
        field = visitor.page.locator(f"main [name='{name}']")
        if field.first.get_attribute("type") == "radio":
            visitor.page.locator(f"main [name='{name}'][value='{text}']").check()
        elif field.first.evaluate("field => field.tagName") == "SELECT":
            field.select_option(text)
        else:
            field.fill(text)


def go_on(visitor: Visitor) -> None:
    """Press the button that goes on."""
    visitor.page.locator("main form button.nhsuk-button[type=submit]:not([name])").first.click()


def answer(visitor: Visitor, fields: dict[str, str]) -> None:
    """Fill this page in, and go on."""
    fill(visitor, fields)
    go_on(visitor)


def examine_and_answer(visitor: Visitor, fields: dict[str, str]) -> None:
    """As `answer`, on a page that everybody can use."""
    assert visitor.faults() == [], visitor.page.url
    answer(visitor, fields)


def date_fields(name: str, days: int) -> dict[str, str]:
    """A day so far from today, as its fields take it in the ROC era."""
    day = datetime.now(UTC).date() + timedelta(days=days)
    parts = {"era": "roc", "year": str(day.year - 1911), "month": str(day.month), "day": str(day.day)}
    return {f"{name}-{part}": text for part, text in parts.items()}


def choose_doctors(visitor: Visitor, number: int) -> None:
    """The first doctors that can be chosen, wherever they are."""
    visitor.open("/apply/doctors?county=")
    for _ in range(number):
        visitor.page.locator("button[name=press][value^='add:']").first.click()


def case_no_of(visitor: Visitor) -> str:
    """The number of the case whose page this is."""
    found = _CASE_NO.search(visitor.page.url)
    assert found is not None, visitor.page.url
    return found[0]
