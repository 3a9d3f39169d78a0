"""The site of the card demonstration before a browser: which card is in the reader, and how its holder comes in."""

import re
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urljoin

from playwright.sync_api import expect

from operate.rehearsal.demo import take_in

SLOW = 20_000
"""Milliseconds for what passes through a reader, and through identity."""


class DemoSite:
    """The demonstration that a stranger starts with `./justw card-demo`, with one reader used at a time."""

    def __init__(self, demo):
        self._demo = demo
        self.has_registered = False
        """Whether the NHI card has a password already."""
        self.has_manager = False
        """Whether the doctor manages the clinic's users already."""

    def url(self, path):
        return urljoin(self._demo.site, path)

    def put_in(self, name):
        """This card and no other."""
        for number in tuple(self._demo.inserted):
            self._demo.take_out(number)
        if name:
            self._demo.put(1, name)

    def pin(self, name):
        return self._demo.cards[name].pin

    @property
    def bureau(self):
        """How the bureau comes in that decides on support."""
        return self._demo.bureau

    def take_in(self, kind, text):
        """Have the operator take in a file of the register."""
        with NamedTemporaryFile(suffix=".csv") as file:
            take_in(self._demo.settings, kind, Path(file.name), text)


def press(visitor, name):
    visitor.page.locator("main").get_by_role("button", name=name, exact=True).click()


def sign(visitor, pin, enter="登入"):
    """Enter the PIN of the card that the page has found."""
    expect(visitor.page.locator('[data-fact="left"]')).to_have_text("3 次", timeout=SLOW)
    visitor.page.get_by_label("PIN 碼").fill(pin)
    press(visitor, enter)


def come_in(visitor, card):
    visitor.site.put_in(card)
    visitor.open("/sign-in/card")
    sign(visitor, visitor.site.pin(card))
    visitor.page.wait_for_url(re.compile(r"/(support|organisation|services|account)"), timeout=SLOW)


def take(visitor, capacity):
    """Go on in this capacity."""
    visitor.open("/account/capacities")
    visitor.page.get_by_role("radio", name=re.compile(capacity)).check()
    press(visitor, "以這個身分繼續")


def heading(visitor, told):
    expect(visitor.page.get_by_role("heading", level=1, name=told, exact=True)).to_be_visible(timeout=SLOW)
