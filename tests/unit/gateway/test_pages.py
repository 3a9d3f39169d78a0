"""What a page goes through: given its events, when an editor does something, then these events, or a refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from msgspec.structs import replace as with_changes

from services.gateway import events
from services.gateway.domain import refusals
from services.gateway.domain.page import Page, objection_to_slug
from services.gateway.read_models.pages import PublishedPage, Standing
from tests.controls import pages
from tests.controls.pages import CONTENT, EDITOR, PUBLISHED_AT, SLUG

LATER = PUBLISHED_AT + timedelta(hours=5)
OTHER = with_changes(CONTENT, valid_until=None)


def given(*facts):
    """The page that these events make."""
    page = None
    for version, fact in enumerate(facts, 1):
        own = getattr(Page, type(fact).__name__)
        page = own(**vars(replace(fact, originator_version=version))).mutate(page)
    page.collect_events()
    return page


def then(page):
    """What has happened since."""
    return [type(fact).__name__ for fact in page.collect_events()]


def test_a_page_is_published_by_an_editor_for_a_county():
    page = Page.publish(SLUG, events.PageKind.NOTICE, "新北市", CONTENT, EDITOR, LATER)
    [fact] = page.collect_events()
    assert isinstance(fact, events.PagePublished)
    assert (fact.slug, fact.kind, fact.county) == (SLUG, events.PageKind.NOTICE, "新北市")
    assert (fact.content, fact.editor, fact.timestamp) == (CONTENT, EDITOR, LATER)
    assert page.stream_subject == SLUG


def test_a_revision_based_on_the_last_version_is_recorded_with_its_editor():
    page = given(pages.page_published())
    page.revise(1, OTHER, "account/2", LATER)
    [fact] = page.collect_events()
    assert isinstance(fact, events.PageRevised)
    assert (fact.content, fact.editor, fact.county, fact.originator_version) == (OTHER, "account/2", "新北市", 2)
    assert page.content == OTHER


def test_the_same_words_once_more_change_nothing():
    page = given(pages.page_published())
    page.revise(1, CONTENT, EDITOR, LATER)
    assert then(page) == []


@pytest.mark.parametrize(
    "change", [lambda page: page.revise(1, OTHER, EDITOR, LATER), lambda page: page.withdraw(1, EDITOR, LATER)]
)
def test_whoever_has_not_read_the_last_version_overwrites_nothing(change):
    revised = pages.page_revised()
    page = given(pages.page_published(), revised)
    with pytest.raises(refusals.PageChangedMeanwhile) as caught:
        change(page)
    assert (caught.value.field, caught.value.params) == ("based_on", {"at": revised.timestamp})
    assert then(page) == []


def test_a_page_is_withdrawn_once_and_then_changed_by_nobody():
    page = given(pages.page_published())
    page.withdraw(1, EDITOR, LATER)
    assert then(page) == ["PageWithdrawn"]
    for change in (lambda: page.withdraw(2, EDITOR, LATER), lambda: page.revise(2, OTHER, EDITOR, LATER)):
        with pytest.raises(refusals.PageWithdrawnBefore) as caught:
            change()
        assert caught.value.params == {"at": LATER}
    assert then(page) == []


@pytest.mark.parametrize("slug", ["a", "flu-2025", "2025"])
def test_an_address_of_letters_digits_and_single_hyphens_is_taken(slug):
    assert objection_to_slug(slug) is None


@pytest.mark.parametrize("slug", ["", "Flu", "流感", "-a", "a-", "a--b", "a/b", "a b", "../a"])
def test_any_other_address_is_not(slug):
    assert isinstance(objection_to_slug(slug), refusals.SlugMalformed)


def test_no_page_hides_where_pages_are_edited():
    assert isinstance(objection_to_slug("edit"), refusals.SlugTaken)


@pytest.mark.parametrize(
    ("today", "standing"),
    [
        (date(2025, 2, 17), Standing.AHEAD),
        (date(2025, 2, 18), Standing.IN_FORCE),
        (date(2025, 3, 31), Standing.IN_FORCE),
        (date(2025, 4, 1), Standing.OVER),
    ],
)
def test_a_page_is_shown_from_its_first_day_to_its_last(today, standing):
    texts = dict.fromkeys(("chinese_title", "chinese_body", "english_title", "english_body"), "")
    page = PublishedPage(
        **texts,
        id=pages.PAGE,
        version=1,
        slug=SLUG,
        kind=events.PageKind.NOTICE,
        county="",
        valid_from=date(2025, 2, 18),
        valid_until=date(2025, 3, 31),
        pinned=False,
        published_at=PUBLISHED_AT,
        changed_at=PUBLISHED_AT,
        editor=EDITOR,
    )
    assert page.standing(today) is standing
    assert with_changes(page, withdrawn=True).standing(today) is Standing.WITHDRAWN
    assert with_changes(page, valid_until=None).standing(date(2099, 1, 1)) is Standing.IN_FORCE
