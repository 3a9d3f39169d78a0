"""How soon a parent's first page can be used on a slow telephone, in a real browser with an empty cache."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, NamedTuple

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
_FAMILIES = 2
"""Who else is there makes no difference to a first page."""
_PAGES = {"the home page": "/", "the first page of an application": "/apply"}

# Painted and read to its end: every page works without scripts, which only make it smoother.
_USABLE = """
() => Math.max(
    performance.getEntriesByName("first-contentful-paint")[0].startTime,
    performance.getEntriesByType("navigation")[0].domInteractive)
"""
_ENHANCED = '() => performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd'
_BYTES = """
() => ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
    .reduce((sum, entry) => sum + entry.transferSize, 0)
"""
_IS_PAINTED = '() => performance.getEntriesByName("first-contentful-paint").length > 0'


class _Opened(NamedTuple):
    """A page that was opened: milliseconds until it can be used, and until its scripts work; bytes on the line."""

    usable: float
    enhanced: float
    bytes: int


def measure(postgres: PostgresServer, rabbitmq: RabbitMQServer) -> list[Limit]:  # noqa: ARG001 - every measurement gets both
    """The site in one process, as `up --demo` starts it; the line is Chromium's own emulation of a slow one."""
    with Site(families=_FAMILIES) as site, sync_playwright() as playwright:
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
        median(run.usable for run in runs),
        most=PATIENCE,
        note=f"its scripts work after {median(run.enhanced for run in runs):,.0f} ms; {runs[0].bytes / 1000:.0f} kB",
    )


def _opened(browser: Browser, address: str, latency: int) -> _Opened:
    """As somebody who was never here."""
    with browser.new_context(locale="zh-TW", viewport={"width": 390, "height": 844}) as somebody:
        page = somebody.new_page()
        rate = KILOBITS * 1000 / 8
        line = {"offline": False, "latency": latency, "downloadThroughput": rate, "uploadThroughput": rate}
        somebody.new_cdp_session(page).send("Network.emulateNetworkConditions", line)
        answer = page.goto(address, wait_until="load")
        if answer is None or not answer.ok:
            raise RuntimeError(f"{address} was not answered")
        page.wait_for_function(_IS_PAINTED)
        return _Opened(page.evaluate(_USABLE), page.evaluate(_ENHANCED), page.evaluate(_BYTES))
