"""Every refusal and code of the gateway has words in both languages; every first page says the same in both."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, datetime

import pytest

import services.gateway
from services.gateway.domain import refusals
from services.gateway.domain.page import objection_to_slug
from services.gateway.events import PageKind
from services.gateway.messages import catalogue, words
from services.gateway.messages.first_pages import first_pages
from services.gateway.read_models.page_history import Change
from services.gateway.read_models.pages import Standing
from shared.words import Language
from tests.controls.wording import CATALOGUES, every_refusal, figures_differing, figures_given, placeholders

WITHOUT = {"web", "entrypoints"}  # Flask's and Nameko's worlds are not a unit test's
LINK = re.compile(r"\]\(([^)]+)\)")


def test_the_refusals_are_those_of_one_module():
    declared = {cls for _, cls in inspect.getmembers(refusals, inspect.isclass) if cls.__module__ == refusals.__name__}
    assert every_refusal(services.gateway, without=WITHOUT) == declared


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_refusal_of_the_gateway_has_words_that_name_only_its_figures(language):
    known, given = catalogue(language).refusals, figures_given(services.gateway, without=WITHOUT)
    for refusal in every_refusal(services.gateway, without=WITHOUT):
        assert placeholders(known[refusal.code]) <= given.get(refusal.__name__, set()), refusal.code


def test_both_languages_of_the_gateway_say_the_same_things():
    chinese, english = catalogue(Language.CHINESE), catalogue(Language.ENGLISH)
    assert chinese.values.keys() == english.values.keys()
    assert chinese.refusals.keys() == english.refusals.keys()
    assert figures_differing(chinese, english) == set()


@pytest.mark.parametrize("language", CATALOGUES)
def test_the_codes_of_pages_have_words(language):
    assert {*PageKind, *Standing, *Change} <= catalogue(language).values.keys()


def test_a_draft_that_is_gone_is_told_otherwise_than_one_that_was_changed():
    at = datetime(2025, 2, 18, 2, tzinfo=UTC)
    changed = words("draft-changed-meanwhile", {"at": at}, Language.ENGLISH)
    gone = words("draft-changed-meanwhile", {"at": ""}, Language.ENGLISH)
    assert "2025-02-18 10:00" in changed
    assert "no longer there" in gone


def test_an_installation_begins_with_a_page_for_each_thing_that_people_look_for():
    pages = {page.slug: page for page in first_pages()}
    assert {"service-hours", "contact", "questions-and-answers", "privacy", "accessibility"} <= pages.keys()
    assert {page.kind for page in pages.values()} == set(PageKind) - {PageKind.DOCUMENT}
    for slug, page in pages.items():
        assert objection_to_slug(slug) is None
        for text in (page.content.chinese, page.content.english):
            assert text.title
            assert text.body
            assert not text.body.startswith("# "), "the title is no part of the body"


@pytest.mark.parametrize("page", first_pages(), ids=lambda page: page.slug)
def test_a_first_page_has_the_same_shape_and_links_in_both_languages(page):
    chinese, english = page.content.chinese.body, page.content.english.body
    for mark in ("\n## ", "\n- ", "\n| ", "\n1. "):
        assert chinese.count(mark) == english.count(mark), mark
    assert sorted(LINK.findall(chinese)) == sorted(LINK.findall(english))
    assert not re.search(r"<[a-z]", chinese + english), "pages hold no HTML"


def test_the_privacy_notice_names_what_the_law_asks_for():
    """個人資料保護法 §8: who, why, which, for how long, where, by whom, how, which rights, and what if not."""
    [notice] = [page.content.chinese.body for page in first_pages() if page.slug == "privacy"]
    asked = (
        "衛生福利部",
        "特定目的",
        "C001",
        "**期間**",
        "**地區**",
        "**對象**",
        "**方式**",
        "第 3 條",
        "可以不提供嗎",
    )
    assert [word for word in asked if word not in notice] == []
