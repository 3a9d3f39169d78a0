"""修訂紀錄: what a page said in each of its versions, when that was changed, and by which account."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.gateway import events
from shared.read_models.model import Key, ReadModel, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.read_models.reader import Reader


class Change(StrEnum):
    """What was done to a page."""

    PUBLISHED = "published"
    """發布"""
    REVISED = "revised"
    """修訂"""
    WITHDRAWN = "withdrawn"
    """下架"""


class PageVersion(msgspec.Struct, frozen=True, gc=False):
    """One version of a page; of a withdrawal without words."""

    page_id: UUID
    version: int
    change: Change
    changed_at: datetime
    editor: str
    chinese_title: str = ""
    chinese_body: str = ""
    english_title: str = ""
    english_body: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    pinned: bool = False


class PageHistory(ReadModel[PageVersion]):
    """Every version of every page."""

    context = "gateway"
    table = Table("page_history", row=PageVersion, key=("page_id", "version"))
    folds = (events.PagePublished, events.PageRevised, events.PageWithdrawn)

    def keys(self, event: Event) -> Iterable[Key]:
        """The version that the event makes."""
        return ((event.originator_id, event.originator_version),)

    def evolve(self, key: Key, row: PageVersion | None, event: Event) -> PageVersion | None:
        """The version, which nothing changes any more."""
        page_id, version = key
        if isinstance(event, events.PageWithdrawn):
            return PageVersion(page_id, version, Change.WITHDRAWN, event.timestamp, event.editor)
        if isinstance(event, events.PagePublished | events.PageRevised):
            change = Change.PUBLISHED if isinstance(event, events.PagePublished) else Change.REVISED
            made = PageVersion(page_id, version, change, event.timestamp, event.editor)
            return _with_content(made, event.content)
        return row


def page_history(reader: Reader, page_id: UUID) -> list[PageVersion]:
    """The versions of a page, the newest first."""
    query = "select * from page_history where page_id = %(page_id)s order by version desc"
    return reader.rows(PageVersion, query, {"page_id": page_id})


def _with_content(version: PageVersion, content: events.PageContent) -> PageVersion:
    return replace(
        version,
        chinese_title=content.chinese.title,
        chinese_body=content.chinese.body,
        english_title=content.english.title,
        english_body=content.english.body,
        valid_from=content.valid_from,
        valid_until=content.valid_until,
        pinned=content.pinned,
    )
