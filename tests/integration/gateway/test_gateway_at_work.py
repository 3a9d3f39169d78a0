"""The gateway with everybody at work in it: a fresh installation has pages, and what has expired goes by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.gateway.commands import Client, HeldForm, HoldForm, RevisePage, SaveDraft, SaveFilter
from services.gateway.domain.refusals import HeldFormGone
from services.gateway.messages.first_pages import first_pages
from services.gateway.read_models.pages import Pages, page_to_edit, pages_to_edit, shown_page, shown_pages
from shared.words import Language
from tests.integration.gateway.conftest import NOW

pytestmark = pytest.mark.postgres


@pytest.fixture
def reader(house):
    reader = house.gateway.reader(Pages)
    yield reader
    reader.close()


def until(workers, is_so):
    while not is_so():
        assert not workers.wait(0.02)


def test_the_first_pages_are_there_by_themselves_and_are_edited_like_any_other(house, reader):
    with house.gateway.workers() as workers:
        until(workers, lambda: len(shown_pages(reader, Language.ENGLISH, NOW).entries) == len(first_pages()))
        mine = pages_to_edit(reader, house.operator(), NOW).entries
        [hours] = [one.page for one in mine if one.page.slug == "service-hours"]
        content = next(page.content for page in first_pages() if page.slug == "contact")
        outcome = house.ask(RevisePage(hours.id, hours.version, content), house.operator())

        assert reader.fresh_enough(outcome.id, outcome.version)
        assert shown_page(reader, "service-hours", Language.ENGLISH, NOW).title == content.english.title
        assert page_to_edit(reader, house.operator(), hours.id, NOW).page.version == 2


def test_what_has_expired_and_what_was_somebodys_who_is_forgotten_goes_by_itself(house):
    gateway, gone, stays, family = house.gateway, house.officer(8), house.officer(7), house.parent()
    long_ago = NOW - timedelta(days=31)
    gateway.drafts.save(SaveDraft("apply", {}), family, long_ago)
    gateway.drafts.save(SaveDraft("change/1", {}), family, NOW)
    gateway.drafts.save(SaveDraft("decline/1", {}), gone, NOW)
    held = gateway.held_forms.hold(HoldForm("/apply", {}, Client("203.0.113.7")), long_ago)
    for officer in (gone, stays):
        gateway.saved_filters.save(SaveFilter("worklist", "本週", {}), officer, NOW)
    assert [draft.kind for draft in gateway.drafts.of(family, long_ago)] == ["change/1", "apply"]
    assert [draft.kind for draft in gateway.drafts.of(gone, NOW)] == ["decline/1"]
    assert [one.name for one in gateway.saved_filters.of("worklist", gone)] == ["本週"]
    gateway.vault.forget(gone.subject, "個人資料保護法 §11")

    with gateway.workers() as workers:
        until(workers, lambda: not gateway.saved_filters.of("worklist", gone))
        until(workers, lambda: [draft.kind for draft in gateway.drafts.of(family, long_ago)] == ["change/1"])

    assert gateway.drafts.of(gone, NOW) == []
    with pytest.raises(HeldFormGone):
        gateway.held_forms.give_back(HeldForm(held.token), long_ago)
    assert [one.name for one in gateway.saved_filters.of("worklist", stays)] == ["本週"]
