"""A browser as people have one, on the site as they find it."""

from __future__ import annotations

import os
import socket
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import axe_playwright_python
import pytest
from playwright.sync_api import sync_playwright

from operate.rehearsal.demo import card_demo
from tests.browser.card_site import DemoSite
from tests.browser.chromium import launched
from tests.browser.people import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext

    from tests.browser.site import Site

_addresses = count(1)
"""Limits count by address: visitors do not share one."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def demo_site() -> Iterator[DemoSite]:
    """What a stranger starts with `./justw card-demo`; every test of a file finds what those before it have left."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with card_demo({"PATH": os.environ["PATH"]}, port) as demo:
        yield DemoSite(demo)


@pytest.fixture
def visit(browser: Browser, site: Site, axe: str) -> Iterator[Callable[..., Visitor]]:
    """Opens browsers of their own, each with its cookies: `visit(language="en", width=375)`.

    Options are Playwright's: `java_script_enabled=False`, `color_scheme="dark"`.
    """
    open_contexts: list[BrowserContext] = []

    def visit(*, language: str = "zh-Hant", width: int = 1280, **options: object) -> Visitor:
        locale = "en-GB" if language == "en" else "zh-TW"
        context = browser.new_context(
            locale=locale,
            viewport={"width": width, "height": 900},
            timezone_id="Asia/Taipei",
            **({"extra_http_headers": {"X-Forwarded-For": f"198.51.100.{next(_addresses)}"}} | options),
        )
        open_contexts.append(context)
        return Visitor(context.new_page(), site, axe)

    yield visit
    for context in open_contexts:
        context.close()
