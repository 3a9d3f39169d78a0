"""How soon a parent's first page can be used on a slow telephone, in a real browser with an empty cache."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from bench.figures import Limit
from tests.browser.chromium import launched
from tests.browser.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.servers import PostgresServer, RabbitMQServer

RUNS = 5
KILOBITS = 400
"""A second, each way: what Chromium's own tools call slow 3G."""
PATIENCE = 2000.0
"""Milliseconds that a parent waits."""
_LATENCIES = (400, 150)
"""Milliseconds until an answer begins."""
_PAGES = {"the home page": "/", "the first page of an application": "/apply"}

# Painted, and with all its scripts at work: what is typed and clicked from then on has its effect.
_USABLE = """
() => Math.max(
    performance.getEntriesByName("first-contentful-paint")[0].startTime,
    performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd)
"""
_BYTES = """
() => ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
    .reduce((sum, entry) => sum + entry.transferSize, 0)
"""
_IS_PAINTED = '() => performance.getEntriesByName("first-contentful-paint").length > 0'


def measure(postgres: PostgresServer, rabbitmq: RabbitMQServer) -> list[Limit]:  # noqa: ARG001 - every measurement gets both
    """The site in one process, as `up --demo` starts it; the line is Chromium's own emulation of a slow one."""
    with Site() as site, sync_playwright() as playwright:
        browser = launched(playwright)
        for path in _PAGES.values():
            _opened(browser, site.url(path), 0)  # so that the site has drawn each page once
        limits = [
            _limit(browser, site.url(path), name, latency) for name, path in _PAGES.items() for latency in _LATENCIES
        ]
        browser.close()
    return limits


def _limit(browser: Browser, address: str, name: str, latency: int) -> Limit:
    runs = [_opened(browser, address, latency) for _ in range(RUNS)]
    return Limit(
        f"first page: {name}, {KILOBITS} kbit/s, {latency} ms",
        median(usable for usable, _ in runs),
        most=PATIENCE,
        note=f"until it is painted and its scripts work; {runs[0][1] / 1000:.0f} kB",
    )


def _opened(browser: Browser, address: str, latency: int) -> tuple[float, int]:
    """Milliseconds until the page can be used, by somebody who was never here, and its bytes."""
    with browser.new_context(locale="zh-TW", viewport={"width": 390, "height": 844}) as somebody:
        page = somebody.new_page()
        rate = KILOBITS * 1000 / 8
        line = {"offline": False, "latency": latency, "downloadThroughput": rate, "uploadThroughput": rate}
        somebody.new_cdp_session(page).send("Network.emulateNetworkConditions", line)
        answer = page.goto(address, wait_until="load")
        if answer is None or not answer.ok:
            raise RuntimeError(f"{address} was not answered")
        page.wait_for_function(_IS_PAINTED)
        return page.evaluate(_USABLE), page.evaluate(_BYTES)
