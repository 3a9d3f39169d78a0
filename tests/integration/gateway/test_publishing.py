"""Pages from command to what everybody reads: who may edit which, what is shown when, and what was said before."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from uuid import NAMESPACE_URL, uuid5

import pytest

from services.gateway import events
from services.gateway.application.housekeeping import Housekeeping
from services.gateway.commands import ContentEntry, PublishPage, RevisePage, TextEntry, WithdrawPage
from services.gateway.domain import refusals
from services.gateway.events import PageKind
from services.gateway.messages.first_pages import first_pages
from services.gateway.read_models.page_history import Change, PageHistory, page_history
from services.gateway.read_models.pages import (
    NATION,
    Pages,
    Standing,
    page_to_edit,
    pages_to_edit,
    shown_page,
    shown_pages,
)
from shared.application import Result
from shared.principal import Role
from shared.read_models.compare import compare
from shared.read_models.freshness import Positions
from shared.read_models.projector import Projector
from shared.read_models.reader import Reader
from shared.read_models.rebuild import rebuild
from shared.refusals import InvalidForm, RoleNotAllowed
from shared.words import Language
from tests.controls import pages
from tests.controls.family import taipei
from tests.controls.orders import Ledger, Queue
from tests.integration.gateway.conftest import NOW

pytestmark = pytest.mark.postgres
TEXT = ContentEntry(TextEntry("公告", "第一行\r\n- 第二行"), TextEntry("Notice", "First line\n- second line"))
CHINESE, ENGLISH = Language


@pytest.fixture
def office(house):
    """A house with an empty log."""
    with house.gateway.database.connect(name="test") as connection:
        connection.execute("truncate event, reservation, answer, counter")
    return house


def publish(office, editor, content=TEXT, slug="", kind=PageKind.NOTICE):
    return office.ask(PublishPage(kind, content, slug), editor)


# Commands ---------------------------------------------------------------------------------------------------------


def test_a_page_without_an_address_of_its_own_gets_a_numbered_one(office):
    assert [publish(office, office.operator()).number for _ in range(2)] == ["notice-1", "notice-2"]
    assert publish(office, office.operator(), kind=PageKind.HELP).number == "help-1"


def test_an_address_belongs_to_one_page_until_that_is_withdrawn(office):
    first = publish(office, office.officer(), slug="flu")
    with pytest.raises(refusals.SlugTaken):
        publish(office, office.operator(), slug="flu")
    office.ask(WithdrawPage(first.id, first.version), office.officer())
    assert publish(office, office.operator(), slug="flu").id != first.id


def test_a_bureau_edits_the_pages_of_its_county_and_an_operator_every_page(office):
    ours, national = publish(office, office.officer()), publish(office, office.operator())
    revised = replace(TEXT, pinned=True)
    for editor, page, county in (
        (office.officer(2, county="臺北市"), ours, "新北市"),
        (office.officer(), national, ""),
    ):
        for command in (RevisePage(page.id, page.version, revised), WithdrawPage(page.id, page.version)):
            with pytest.raises(refusals.PageNotYours) as caught:
                office.ask(command, editor)
            assert caught.value.params == {"county": county}
    assert office.ask(RevisePage(ours.id, ours.version, revised), office.operator()).version == 2


def test_a_manager_of_no_county_publishes_for_nobody(office):
    with pytest.raises(refusals.PageNotYours):
        publish(office, office.officer(county=None))


@pytest.mark.parametrize("role", [Role.PARENT, Role.DOCTOR, Role.CASE_MANAGER, Role.BUREAU_OFFICER, Role.AUDITOR])
def test_nobody_else_edits(office, role):
    with pytest.raises(RoleNotAllowed):
        publish(office, office.officer(role=role))


def test_of_two_editors_with_the_same_page_open_the_second_is_told(office):
    page = publish(office, office.officer())
    office.ask(RevisePage(page.id, page.version, replace(TEXT, pinned=True)), office.officer(1))
    with pytest.raises(refusals.PageChangedMeanwhile):
        office.ask(RevisePage(page.id, page.version, TEXT), office.officer(2))


def test_a_revision_that_says_the_same_changes_nothing_also_on_another_day(office):
    page = publish(office, office.officer())
    office.later(days=3)
    again = office.ask(RevisePage(page.id, page.version, TEXT), office.officer())
    assert (again.version, again.result) == (page.version, Result.UNCHANGED)


def test_every_fault_of_a_page_is_told_by_its_field(office):
    content = ContentEntry(TextEntry(" ", "內文"), TextEntry("t" * 121, ""), date(2025, 3, 1), date(2025, 2, 28))
    with pytest.raises(InvalidForm) as caught:
        publish(office, office.officer(), content)
    assert {one.field: one.code for one in caught.value.refusals} == {
        "content.chinese.title": "field-missing",
        "content.english.title": "text-too-long",
        "content.english.body": "field-missing",
        "content.valid_until": "ends-before-it-begins",
    }


@pytest.mark.parametrize(("title", "body"), [("a\nb", "x"), ("a", "x\x07")])
def test_what_nobody_can_see_is_not_published(office, title, body):
    with pytest.raises(InvalidForm):
        publish(office, office.officer(), replace(TEXT, english=TextEntry(title, body)))


# First pages ------------------------------------------------------------------------------------------------------


@pytest.fixture
def housekeeping(office):
    gateway = office.gateway
    return Housekeeping(gateway.application, gateway.vault, gateway.drafts, gateway.held_forms, gateway.saved_filters)


def events_of(office):
    return [kind for (kind,) in office.connections.fetch("select type from event order by id")]


def test_a_fresh_installation_gets_its_first_pages_once(office, housekeeping):
    for _ in range(2):
        housekeeping.publish_first_pages(office.now)
        office.later(days=1)
    assert events_of(office) == ["gateway.PagePublished.v1"] * len(first_pages())


def test_a_first_page_that_people_have_withdrawn_or_made_themselves_is_left_as_it_is(office, housekeeping):
    own = publish(office, office.operator(), slug="privacy", kind=PageKind.STATEMENT)
    housekeeping.publish_first_pages(office.now)
    [(contact,)] = office.connections.fetch("select holder from reservation where scope = 'slug' and key = 'contact'")
    office.ask(WithdrawPage(contact, 1), office.operator())
    with office.gateway.database.connect(name="test") as connection:
        connection.execute("truncate answer")  # as if a later release worded every page anew

    housekeeping.publish_first_pages(office.now)

    held = dict(office.connections.fetch("select key, holder from reservation where scope = 'slug'"))
    assert held["privacy"] == own.id
    assert "contact" not in held
    assert len(events_of(office)) == len(first_pages()) + 1


# Read models ------------------------------------------------------------------------------------------------------


@pytest.fixture
def ledger(database_dsn):
    ledger = Ledger(database_dsn, "gateway")
    yield ledger
    ledger.close()


@pytest.mark.parametrize("kind", [Pages, PageHistory])
def test_live_rows_delivered_twice_are_those_of_a_rebuild(ledger, kind):
    model = kind()
    rebuild(model, ledger.database, ledger.log)
    bodies = ledger.record(pages.page_published(), pages.page_revised(), pages.page_withdrawn())
    queue = Queue(*(body for body in bodies for _ in range(2)))
    projector = Projector(model, ledger.database, ledger.log, queue.subscribe)
    while queue.waiting:
        projector.step(0)
    projector.close()
    assert compare(model, ledger.database, ledger.log).is_none
    with ledger.database.connect(name="test") as connection:
        [(rows,)] = connection.execute(f"select count(*) from {model.table.name}").fetchall()
    assert rows == (1 if kind is Pages else 3)


def test_every_event_of_the_gateway_is_folded_by_somebody():
    assert set(pages.EXAMPLES) == {fact.TOPIC for model in (Pages, PageHistory) for fact in model.folds}


# Queries ----------------------------------------------------------------------------------------------------------


def noted(slug, county=NATION, valid_from=date(2025, 2, 1), valid_until=None, kind=PageKind.NOTICE, *, pinned=False):
    content = events.PageContent(
        events.PageText(f"{slug} 公告", "內文"),
        events.PageText(f"{slug} notice", "Body"),
        valid_from,
        valid_until,
        pinned,
    )
    page_id = uuid5(NAMESPACE_URL, slug)
    return pages.page_published(originator_id=page_id, slug=slug, county=county, content=content, kind=kind)


def withdrawn(slug, county=NATION):
    return pages.page_withdrawn(
        originator_id=uuid5(NAMESPACE_URL, slug), originator_version=2, slug=slug, county=county
    )


@pytest.fixture
def read(ledger):
    """What may be asked, after a year of pages."""
    ledger.record(
        noted("old"),
        noted("new", valid_from=date(2025, 2, 17)),
        noted("pinned", valid_from=date(2025, 1, 1), pinned=True),
        noted("today-last", valid_until=date(2025, 2, 18)),
        noted("today-first", valid_from=date(2025, 2, 18)),
        noted("over", valid_until=date(2025, 2, 17)),
        noted("ahead", valid_from=date(2025, 2, 19)),
        noted("ours", "新北市"),
        noted("theirs", "臺北市"),
        noted("help", kind=PageKind.HELP),
        noted("gone", "新北市"),
        withdrawn("gone", "新北市"),
    )
    positions = Positions(ledger.database)
    with ExitStack() as closing:
        closing.callback(positions.close)
        readers = {}
        for kind in (Pages, PageHistory):
            rebuild(kind(), ledger.database, ledger.log)
            readers[kind] = Reader(kind, ledger.database, ledger.log, positions)
            closing.callback(readers[kind].close)
        yield readers


def slugs(read, now=NOW, **filters):
    return [one.slug for one in shown_pages(read[Pages], CHINESE, now, kind=PageKind.NOTICE, **filters).entries]


def test_everybody_sees_what_is_in_force_today_the_pinned_first_then_the_newest(read):
    found = slugs(read)
    assert found[:3] == ["pinned", "today-first", "new"]
    assert set(found[3:]) == {"old", "today-last", "ours", "theirs"}


def test_a_page_begins_and_ends_at_midnight_in_taipei(read):
    before, after = taipei(2, 18, 23, 59), taipei(2, 19, 0, 1)
    assert ("today-last" in slugs(read, before), "ahead" in slugs(read, before)) == (True, False)
    assert ("today-last" in slugs(read, after), "ahead" in slugs(read, after)) == (False, True)


def test_who_asks_for_a_county_sees_its_pages_and_the_national_ones(read):
    assert {"ours", "old"} <= set(slugs(read, county="新北市"))
    assert "theirs" not in slugs(read, county="新北市")
    assert not {"ours", "theirs"} & set(slugs(read, county=NATION))


def test_a_list_goes_on_where_its_page_ended(read):
    first = shown_pages(read[Pages], CHINESE, NOW, limit=5)
    second = shown_pages(read[Pages], CHINESE, NOW, limit=5, cursor=first.following)
    found = [one.slug for page in (first, second) for one in page.entries]
    assert (len(found), len(set(found)), second.following) == (8, 8, None)


def test_a_page_is_told_in_the_language_asked_for(read):
    chinese, english = (shown_page(read[Pages], "old", language, NOW) for language in Language)
    assert (chinese.title, chinese.body) == ("old 公告", "內文")
    assert (english.title, english.body) == ("old notice", "Body")
    assert (chinese.id, chinese.version) == (uuid5(NAMESPACE_URL, "old"), 1)


@pytest.mark.parametrize("slug", ["over", "ahead", "gone", "unheard-of"])
def test_what_is_not_in_force_is_shown_to_nobody(read, slug):
    assert shown_page(read[Pages], slug, CHINESE, NOW) is None


def test_editors_see_what_is_theirs_whether_it_is_shown_or_not(read, house):
    ours = pages_to_edit(read[Pages], house.officer(), NOW).entries
    assert {one.page.slug: one.standing for one in ours} == {"ours": Standing.IN_FORCE, "gone": Standing.WITHDRAWN}
    every = {one.page.slug: one.standing for one in pages_to_edit(read[Pages], house.operator(), NOW).entries}
    assert len(every) == 11
    assert (every["over"], every["ahead"]) == (Standing.OVER, Standing.AHEAD)
    assert pages_to_edit(read[Pages], house.officer(county=None), NOW).entries == ()


def test_a_page_of_another_county_is_not_opened_for_editing(read, house):
    [ours] = (
        one.page.id for one in pages_to_edit(read[Pages], house.officer(), NOW).entries if one.page.slug == "ours"
    )
    assert page_to_edit(read[Pages], house.officer(), ours, NOW).page.slug == "ours"
    assert page_to_edit(read[Pages], house.officer(county="臺北市"), ours, NOW) is None
    assert page_to_edit(read[Pages], house.officer(), uuid5(NAMESPACE_URL, "old"), NOW) is None


def test_the_history_of_a_page_tells_who_changed_it_when_and_what_it_said(read):
    last, first = page_history(read[PageHistory], uuid5(NAMESPACE_URL, "gone"))
    assert (last.change, first.change) == (Change.WITHDRAWN, Change.PUBLISHED)
    assert last.changed_at - first.changed_at == timedelta(hours=3)
    assert (first.chinese_title, last.chinese_title, last.editor) == ("gone 公告", "", pages.EDITOR)
