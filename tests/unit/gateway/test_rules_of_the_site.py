"""Every address of the site says to whom it is open; of the API, the contexts say it and the site asks everybody in."""

from __future__ import annotations

import pytest

from services.gateway.web.app import web_app
from services.gateway.web.areas import EVERYBODY, RULE
from services.gateway.web.front import Front
from shared.principal import Role
from shared.words import Language
from tests.controls.remote import Remote


@pytest.fixture(scope="module")
def app():
    front = Front(rpc=Remote({}), site="http://localhost:8000", key=b"k" * 32, language=Language.CHINESE)
    return web_app(front)


@pytest.fixture(scope="module")
def rules(app):
    return [(rule.rule, getattr(app.view_functions[rule.endpoint], RULE, None)) for rule in app.url_map.iter_rules()]


def test_every_address_says_to_whom_it_is_open(rules):
    assert [address for address, roles in rules if not roles] == []
    assert len(rules) > 150


def test_the_api_asks_everybody_in_and_leaves_it_to_the_contexts(rules):
    assert {roles for address, roles in rules if address.startswith("/api/")} == {EVERYBODY}


def test_pages_of_work_are_open_to_nobody_who_has_not_come_in(rules):
    for address, roles in rules:
        if address.startswith(("/clinic", "/bureau", "/messages", "/accounts", "/cases")):
            assert Role.VISITOR not in roles, address


def test_no_page_of_one_kind_of_staff_is_open_to_families(rules):
    for address, roles in rules:
        if address.startswith(("/clinic", "/bureau", "/messages", "/accounts")):
            assert Role.PARENT not in roles, address
