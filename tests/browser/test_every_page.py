"""Every page that has an address of its own can be used by everybody who may open it (WCAG 2.2 AA, axe-core)."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

import pytest

from services.gateway.web.areas import EVERYBODY, RULE
from shared.principal import Role
from tests.controls.remote import Remote, browser

NO_PAGES = ("/health", "/account/stay", "/clinic/export/file", "/clinic/export/taken")
"""Addresses that answer with no page to look at: facts for programs, files, and what is only sent to."""
OF_A_FORM = ("/search", "/filters", "/filters/drop", "/start-over", ".csv", ".xlsx", ".pdf")
"""How the addresses end that lead on at once, or to a file."""

VISITS = [
    pytest.param(Role.VISITOR, {"width": 375, "language": "en"}, id="visitor"),
    pytest.param(Role.PARENT, {"width": 375, "color_scheme": "dark"}, id="family"),
    pytest.param(Role.CASE_MANAGER, {"width": 375}, id="clinic"),
    pytest.param(Role.BUREAU_MANAGER, {"width": 1280, "language": "en"}, id="bureau"),
    pytest.param(Role.OPERATOR, {"width": 1280, "color_scheme": "dark"}, id="operator"),
]


def pages_of(role):
    """The addresses of the pages that this role may open; everybody's are the visitor's to look at."""
    app = browser(Remote({})).application
    for rule in app.url_map.iter_rules():
        roles = getattr(app.view_functions[rule.endpoint], RULE, frozenset())
        is_own = roles == EVERYBODY if role is Role.VISITOR else role in roles and roles != EVERYBODY
        is_page = "GET" in rule.methods and not rule.arguments and not rule.rule.startswith("/api/")
        if is_own and is_page and rule.rule not in NO_PAGES and not rule.rule.endswith(OF_A_FORM):
            yield rule.rule


def come_in(visitor, role, site):
    if role is Role.PARENT:
        visitor.come_in_by_phone(site.door("parent", "matching").address)
    elif role is not Role.VISITOR:
        door = site.door(role)
        visitor.come_in_by_password(door.address, door.password)
    visitor.page.wait_for_load_state()


@pytest.mark.parametrize(("role", "how"), VISITS)
def test_every_page_can_be_used_by_whoever_may_open_it(visit, site, role, how):
    visitor = visit(**how, extra_http_headers={})  # at the machine itself, for the outbox
    come_in(visitor, role, site)
    seen, faults = set(), {}
    for path in sorted(pages_of(role)):
        answer = visitor.page.goto(site.url(path))
        assert answer.status < HTTPStatus.INTERNAL_SERVER_ERROR, path
        shown = urlsplit(visitor.page.url).path
        if shown not in seen and (found := visitor.faults()):
            faults[shown] = found
        seen.add(shown)
    assert faults == {}
    assert len(seen) > 3
