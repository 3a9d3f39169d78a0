"""Pages: published, revised and withdrawn by the agency that owns them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from services.gateway.commands import BODY_LIMIT, TITLE_LIMIT
from services.gateway.domain import access, refusals
from services.gateway.domain.page import Page, objection_to_slug
from services.gateway.events import PageContent, PageText
from shared.application import Decision, Outcome, Result
from shared.application.objections import Objections
from shared.calendar import taipei_day
from shared.principal import process
from shared.refusals import heed
from shared.store.append import Holdings, Reservation

if TYPE_CHECKING:
    from datetime import date, datetime

    from services.gateway.application.desk import Desk
    from services.gateway.commands import (
        ContentEntry,
        PublishFirstPage,
        PublishPage,
        RevisePage,
        TextEntry,
        WithdrawPage,
    )
    from services.gateway.events import PageKind, PagePublished
    from shared.principal import Principal

SLUG = "slug"
"""The address of a page that is not withdrawn."""
FIRST_PAGE = "first-page"
"""The address of a page that the installation began with: never released, so that it begins with it once."""
FIRST_PUBLISHER = process("publish_first_pages")


def publish_page(desk: Desk, command: PublishPage, principal: Principal, now: datetime) -> Decision:
    """發布."""
    county = access.county_of(principal)
    heed(access.editing(principal, county))
    content = _content(command.content, taipei_day(now))
    slug = command.slug.strip() or f"{command.kind}-{desk.store.next_number(_numbers_of(command.kind))}"
    heed(objection_to_slug(slug))
    if desk.store.holder_of(SLUG, slug) is not None:
        raise refusals.SlugTaken("slug")
    page = Page.publish(slug, command.kind, county, content, principal.id, now)
    return Decision(_outcome(page), [page], reserve=[Reservation(SLUG, slug, page.id)])


def revise_page(desk: Desk, command: RevisePage, principal: Principal, now: datetime) -> Decision:
    """修訂."""
    page = desk.page(command.page_id)
    heed(access.editing(principal, page.county))
    before = page.version
    page.revise(command.based_on, _content(command.content, page.content.valid_from), principal.id, now)
    result = Result.DONE if page.version > before else Result.UNCHANGED
    return Decision(_outcome(page, result), [page])


def withdraw_page(desk: Desk, command: WithdrawPage, principal: Principal, now: datetime) -> Decision:
    """下架."""
    page = desk.page(command.page_id)
    heed(access.editing(principal, page.county))
    page.withdraw(command.based_on, principal.id, now)
    return Decision(_outcome(page), [page], release=[Reservation(SLUG, page.slug, page.id)])


def publish_first_page(desk: Desk, command: PublishFirstPage, principal: Principal, now: datetime) -> Decision:
    """A page that every installation begins with; whoever has withdrawn or replaced it has not lost it by mistake."""
    known = desk.store.holder_of(FIRST_PAGE, command.slug) or desk.store.holder_of(SLUG, command.slug)
    if known is not None:
        return Decision(Outcome(known, Page.INITIAL_VERSION, command.slug, Result.UNCHANGED))
    content = _content(command.content, taipei_day(now))
    page = Page.publish(command.slug, command.kind, "", content, principal.id, now)
    reserve = [Reservation(scope, command.slug, page.id) for scope in (SLUG, FIRST_PAGE)]
    return Decision(_outcome(page), [page], reserve)


def held_by(page: Page, published: PagePublished) -> Holdings:
    """What a page holds; a number, where its address is one that was made for it."""
    scopes = [] if page.is_withdrawn else [SLUG]
    if published.editor == FIRST_PUBLISHER.id:
        scopes.append(FIRST_PAGE)
    made = re.fullmatch(rf"{page.kind}-([1-9][0-9]{{0,8}})", page.slug)
    numbers = [(_numbers_of(page.kind), int(made[1]))] if made else []
    return Holdings([Reservation(scope, page.slug, page.id) for scope in scopes], numbers)


def _numbers_of(kind: PageKind) -> str:
    """The counter of the addresses that are made for pages of a kind."""
    return f"slug/{kind}"


def _outcome(page: Page, result: Result = Result.DONE) -> Outcome:
    return Outcome(page.id, page.version, page.slug, result)


def _content(entry: ContentEntry, first_day: date) -> PageContent:
    """What a page is to say; raises `InvalidForm`. Without a first day of its own it begins on the one given."""
    objections = Objections()
    chinese = _text(objections, entry.chinese, "content.chinese")
    english = _text(objections, entry.english, "content.english")
    begins = entry.valid_from or first_day
    if entry.valid_until is not None and entry.valid_until < begins:
        objections.object(refusals.EndsBeforeItBegins("content.valid_until", valid_from=begins))
    objections.finish()
    return PageContent(chinese, english, begins, entry.valid_until, entry.pinned)


def _text(objections: Objections, entry: TextEntry, field: str) -> PageText:
    title = objections.needed_text(entry.title, f"{field}.title", TITLE_LIMIT)
    body = objections.needed_text(entry.body.replace("\r\n", "\n"), f"{field}.body", BODY_LIMIT)
    return PageText(title, body)
