"""頁面: what is shown to everybody today, and what its agency may edit."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.gateway import events
from services.gateway.domain.access import MANAGER
from shared.calendar import taipei_day
from shared.read_models.model import Key, ReadModel, Table
from shared.read_models.paging import Page, check_limit, page_of, place_of
from shared.words import Language

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.principal import Principal
    from shared.read_models.reader import Reader

NATION = ""
"""In place of a county: what the operators publish, for everybody."""


class Standing(StrEnum):
    """Whether a page is shown."""

    IN_FORCE = "in_force"
    """公開中"""
    AHEAD = "ahead"
    """尚未開始"""
    OVER = "over"
    """已到期"""
    WITHDRAWN = "withdrawn"
    """已下架"""


class PublishedPage(msgspec.Struct, frozen=True, gc=False):
    """One page as it says now. `editor` is the account that changed it last, `version` what a revision is based on."""

    id: UUID
    version: int
    slug: str
    kind: events.PageKind
    county: str
    chinese_title: str
    chinese_body: str
    english_title: str
    english_body: str
    valid_from: date
    valid_until: date | None
    pinned: bool
    published_at: datetime
    changed_at: datetime
    editor: str
    withdrawn: bool = False

    def standing(self, today: date) -> Standing:
        """Whether it is shown on that Taipei day."""
        if self.withdrawn:
            return Standing.WITHDRAWN
        if today < self.valid_from:
            return Standing.AHEAD
        over = self.valid_until is not None and self.valid_until < today
        return Standing.OVER if over else Standing.IN_FORCE


def _content(content: events.PageContent) -> dict[str, Any]:
    return {
        "chinese_title": content.chinese.title,
        "chinese_body": content.chinese.body,
        "english_title": content.english.title,
        "english_body": content.english.body,
        "valid_from": content.valid_from,
        "valid_until": content.valid_until,
        "pinned": content.pinned,
    }


class Pages(ReadModel[PublishedPage]):
    """Every page there has been, those that were withdrawn too."""

    context = "gateway"
    table = Table(
        "pages",
        row=PublishedPage,
        key=("id",),
        indexes=(("slug",), ("kind", "valid_from"), ("county",)),
    )
    folds = (events.PagePublished, events.PageRevised, events.PageWithdrawn)

    def keys(self, event: Event) -> Iterable[Key]:
        """The page."""
        return ((event.originator_id,),)

    def evolve(self, key: Key, row: PublishedPage | None, event: Event) -> PublishedPage | None:  # noqa: ARG002 - the event names its row
        """The page after the event."""
        if isinstance(event, events.PagePublished):
            return PublishedPage(
                id=event.originator_id,
                version=event.originator_version,
                slug=event.slug,
                kind=event.kind,
                county=event.county,
                published_at=event.timestamp,
                changed_at=event.timestamp,
                editor=event.editor,
                **_content(event.content),
            )
        if row is None:
            raise LookupError(f"{type(event).__name__} of a page that was never published")
        changed = {"version": event.originator_version, "changed_at": event.timestamp}
        if isinstance(event, events.PageRevised):
            return replace(row, editor=event.editor, **changed, **_content(event.content))
        if isinstance(event, events.PageWithdrawn):
            return replace(row, editor=event.editor, **changed, withdrawn=True)
        return row


class ShownPage(msgspec.Struct, frozen=True):
    """A page as everybody sees it, in one language; `body` is Markdown without HTML."""

    id: UUID
    version: int
    slug: str
    kind: events.PageKind
    county: str
    title: str
    body: str
    valid_from: date
    valid_until: date | None
    pinned: bool
    changed_at: datetime


class EditedPage(msgspec.Struct, frozen=True):
    """A page as its agency sees it, in both languages."""

    page: PublishedPage
    standing: Standing


class _Place(msgspec.Struct, frozen=True):
    """Where a page of the list ends: the pinned stand first."""

    pinned: bool
    valid_from: date
    id: UUID


_IN_FORCE = "not withdrawn and valid_from <= %(today)s and coalesce(valid_until >= %(today)s, true)"
_ORDER = "order by pinned desc, valid_from desc, id desc"
_BEYOND = "(pinned, valid_from, id) < (%(pinned)s, %(valid_from)s, %(id)s)"


def shown_pages(  # noqa: PLR0913 - a list
    reader: Reader,
    language: Language,
    now: datetime,
    *,
    kind: events.PageKind | None = None,
    county: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[ShownPage]:
    """A page of what is shown today, the pinned first, then the newest. Raises PageTooLong, CursorUnknown.

    With a `county` its own and the national; with `NATION` the national only; without, those of every county.
    """
    conditions, asked = [_IN_FORCE], {"today": taipei_day(now), "kind": kind, "county": county}
    if kind is not None:
        conditions.append("kind = %(kind)s")
    if county is not None:
        conditions.append("county in ('', %(county)s)")
    found = _page(reader, conditions, asked, limit, cursor)
    return Page(tuple(_shown(one, language) for one in found.entries), found.following)


def shown_page(reader: Reader, slug: str, language: Language, now: datetime) -> ShownPage | None:
    """The page of this address that is shown today; None where there is none."""
    query = f"select * from pages where slug = %(slug)s and {_IN_FORCE}"
    found = reader.one(PublishedPage, query, {"slug": slug, "today": taipei_day(now)})
    return None if found is None else _shown(found, language)


def pages_to_edit(  # noqa: PLR0913 - as above
    reader: Reader,
    principal: Principal,
    now: datetime,
    *,
    kind: events.PageKind | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[EditedPage]:
    """A page of what the caller may edit, those that were withdrawn too. Raises PageTooLong, CursorUnknown."""
    conditions, asked = _mine(principal)
    if kind is not None:
        conditions.append("kind = %(kind)s")
    found = _page(reader, conditions, asked | {"kind": kind}, limit, cursor)
    today = taipei_day(now)
    return Page(tuple(EditedPage(one, one.standing(today)) for one in found.entries), found.following)


def page_to_edit(reader: Reader, principal: Principal, page_id: UUID, now: datetime) -> EditedPage | None:
    """One page; None where the caller may edit none of this id."""
    conditions, asked = _mine(principal)
    query = f"select * from pages where {' and '.join([*conditions, 'id = %(id)s'])}"
    found = reader.one(PublishedPage, query, asked | {"id": page_id})
    return None if found is None else EditedPage(found, found.standing(taipei_day(now)))


def _page(
    reader: Reader, conditions: list[str], asked: dict[str, Any], limit: int, cursor: str | None
) -> Page[PublishedPage]:
    check_limit(limit)
    if cursor is not None:
        place = place_of(cursor, _Place)
        conditions = [*conditions, _BEYOND]
        asked = asked | msgspec.structs.asdict(place)
    query = f"select * from pages where {' and '.join(conditions)} {_ORDER} limit %(rows)s"
    found = reader.rows(PublishedPage, query, asked | {"rows": limit + 1})
    return page_of(found, limit, lambda one: _Place(one.pinned, one.valid_from, one.id))


def _mine(principal: Principal) -> tuple[list[str], dict[str, Any]]:
    """The condition that the caller may edit a page: a bureau those of its county, an operator all."""
    if principal.role in MANAGER.roles:
        return ["county = %(my_county)s and county <> ''"], {"my_county": principal.jurisdiction}
    return ["true"], {}


def _shown(page: PublishedPage, language: Language) -> ShownPage:
    chinese = language is Language.CHINESE
    return ShownPage(
        id=page.id,
        version=page.version,
        slug=page.slug,
        kind=page.kind,
        county=page.county,
        title=page.chinese_title if chinese else page.english_title,
        body=page.chinese_body if chinese else page.english_body,
        valid_from=page.valid_from,
        valid_until=page.valid_until,
        pinned=page.pinned,
        changed_at=page.changed_at,
    )
