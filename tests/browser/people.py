"""Somebody in front of a browser: opens pages, comes in, and looks whether a page can be used by everybody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.browser.question import answer_to

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.site import Site

_CODE = re.compile(r"(?<![0-9A-Za-z])[0-9]{6}(?![0-9A-Za-z])")
_AXE = """
async () => (await axe.run(
    document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
))
    .violations.map(found => `${found.id}: ${found.nodes.map(node => node.html.slice(0, 120)).join(" | ")}`)
"""
_TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Visitor:
    """One person with one browser window."""

    def __init__(self, page: Page, site: Site, axe: str) -> None:
        self.page = page
        self.site = site
        self._axe = axe
        browser = page.context.browser
        assert browser is not None
        self._browser = browser

    def open(self, path: str) -> None:
        """Go to a page."""
        answer = self.page.goto(self.site.url(path))
        assert answer is not None
        assert answer.status < 400, f"{path} answered {answer.status}"

    def faults(self) -> list[str]:
        """What of this page somebody could not use (WCAG 2.2 AA, axe-core), or has to push sideways."""
        self.page.evaluate(self._axe)
        found: list[str] = self.page.evaluate(_AXE)
        too_wide: int = self.page.evaluate(_TOO_WIDE)
        return [*found, *([f"{too_wide} px too wide"] if too_wide > 0 else [])]

    def come_in_by_phone(self, mobile: str, path: str = "/cases") -> None:
        """Come in by the code that is sent to this phone."""
        self.open(path)
        self.page.get_by_role("textbox").first.fill(mobile)
        self.page.locator("main form button[type=submit]").first.click()
        if self.page.locator("[name='question.answer']").count():
            self._answer_the_question()
        self.page.locator("input[autocomplete=one-time-code]").fill(self.newest_code(mobile))
        self.page.locator("main form button[type=submit]").first.click()

    def _answer_the_question(self) -> None:
        """After a few codes from one address, a question comes before the next."""
        asked = self.page.locator("label[for='question.answer']").inner_text()
        self.page.locator("[name='question.answer']").fill(answer_to(asked))
        self.page.locator("main form button[type=submit]").first.click()

    def come_in_by_password(self, address: str, password: str, path: str = "/sign-in") -> None:
        """Come in by an account."""
        self.open(path)
        self.page.locator("input[type=email]").fill(address)
        self.page.locator("input[type=password]").fill(password)
        self.page.locator("main form button[type=submit]").first.click()

    def newest_code(self, mobile: str) -> str:
        """The code that came last to this phone, read in the local outbox."""
        code = _CODE.search(self.newest_letter(mobile))
        assert code is not None
        return code[0]

    def newest_letter(self, address: str) -> str:
        """The text that came last to this phone or mailbox, read in the local outbox."""
        machine = self._browser.new_context(locale="zh-TW")  # the outbox is shown to nobody who comes from elsewhere
        outbox = machine.new_page()
        try:
            letter = outbox.locator(f"[data-address='{address}']").first
            for _ in range(20):
                outbox.goto(self.site.url("/outbox"))
                if letter.count():
                    return letter.inner_text()
                outbox.wait_for_timeout(250)
        finally:
            machine.close()
        raise AssertionError(f"nothing has come to {address}")

    def shown(self) -> dict[str, Any]:
        """What is to be read: title, heading, text."""
        return {
            "title": self.page.title(),
            "heading": self.page.locator("h1").first.inner_text(),
            "text": self.page.locator("main").inner_text(),
        }
