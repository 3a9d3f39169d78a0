"""Published pages: notices, help, contact, statements and documents, as the agency that owns them words them.

Source: S000, DOMAIN §1.6 (最新消息, 下載專區, 常見問題, 聯絡我們, 服務時間). All of it is public: nothing is sealed.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from shared.events import Created, Event, published

Slug = Annotated[str, msgspec.Meta(description="The last part of the page's address: lower case, digits, hyphens.")]
County = Annotated[str, msgspec.Meta(description="縣市 whose bureau owns the page; empty where it is national.")]
Editor = Annotated[str, msgspec.Meta(description="The account that did it, `account/<id>`, or a process of Caretrail.")]


class PageKind(StrEnum):
    """Where a page is shown."""

    NOTICE = "notice"
    """最新消息"""
    HELP = "help"
    """常見問題, 服務時間"""
    CONTACT = "contact"
    """聯絡我們"""
    DOCUMENT = "document"
    """下載專區"""
    STATEMENT = "statement"
    """隱私權聲明, 無障礙聲明"""


class PageText(msgspec.Struct, frozen=True):
    """One language of a page: a line, and Markdown without HTML."""

    title: str
    body: str


class PageContent(msgspec.Struct, frozen=True):
    """What a page says, in both languages, and on which days of Taipei it says so, the last one included."""

    chinese: PageText
    english: PageText
    valid_from: date
    valid_until: date | None = None
    pinned: bool = False
    """置頂: it stands before those that are newer."""


@published("gateway.PagePublished.v1")
class PagePublished(Created):
    """發布: an agency has a new page; it is shown on its days."""

    originator_id: UUID
    slug: Slug
    kind: PageKind
    county: County
    content: PageContent
    editor: Editor


@published("gateway.PageRevised.v1")
class PageRevised(Event):
    """修訂: the page says something else from now on; what it said before stays in its history."""

    originator_id: UUID
    slug: Slug
    county: County
    content: PageContent
    editor: Editor


@published("gateway.PageWithdrawn.v1")
class PageWithdrawn(Event):
    """下架: the page is shown no longer, and its address is free for another."""

    originator_id: UUID
    slug: Slug
    county: County
    editor: Editor
