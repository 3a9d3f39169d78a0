"""`python -m tests.browser.pictures`: takes the pictures of docs/pictures anew, of a site with the story on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.browser.chromium import launched
from tests.browser.people import Visitor
from tests.browser.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
_PHONE = {"width": 375, "height": 812}
_DESK = {"width": 1280, "height": 900}


def take(browser: Browser, site: Site) -> None:
    """Every picture that the README shows."""
    waiting = site.door("parent", "matching")
    clinic, officer = site.door("case_manager"), site.door("bureau_manager")

    home = _visitor(browser, site, _PHONE)
    home.open("/")
    _keep(home, "home-phone")

    family = _visitor(browser, site, _DESK)
    family.come_in_by_phone(waiting.address)
    family.page.locator("a[href^='/cases/']").first.click()
    _keep(family, "case")

    staff = _visitor(browser, site, _DESK)
    staff.come_in_by_password(clinic.address, clinic.password)
    _keep(staff, "clinic-queue")
    staff.page.locator("a[href^='/clinic/cases/']").first.click()
    _keep(staff, "clinic-case")

    bureau = _visitor(browser, site, _DESK, language="en-GB", color_scheme="dark")
    bureau.come_in_by_password(officer.address, officer.password)
    _keep(bureau, "bureau-board")
    bureau.open("/bureau/statistics")
    bureau.page.wait_for_load_state("networkidle")
    _keep(bureau, "bureau-statistics")


def _visitor(
    browser: Browser, site: Site, size: dict[str, int], language: str = "zh-TW", color_scheme: str = "light"
) -> Visitor:
    context = browser.new_context(
        viewport=size, locale=language, color_scheme=color_scheme, timezone_id="Asia/Taipei", reduced_motion="reduce"
    )
    return Visitor(context.new_page(), site, "")


def _keep(visitor: Visitor, name: str) -> None:
    """The first screen of the page that lies open."""
    visitor.page.wait_for_load_state()
    visitor.page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright, Site(families=24) as site:
        browser = launched(playwright)
        take(browser, site)
        browser.close()
