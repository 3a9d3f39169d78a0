"""What people and processes may ask of the gateway: about pages, drafts, held forms and saved filters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from services.gateway.events import PageKind

TITLE_LIMIT = 120
BODY_LIMIT = 20_000
SLUG_LIMIT = 60
FILTER_NAME_LIMIT = 60
"""Characters."""

# Pages ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TextEntry:
    """One language of a page: a line, and Markdown without HTML."""

    title: str = field(metadata={"limit": TITLE_LIMIT})
    body: str = field(metadata={"limit": BODY_LIMIT})


@dataclass(frozen=True)
class ContentEntry:
    """What a page says and on which days; without `valid_from` from today on, without `valid_until` without end."""

    chinese: TextEntry
    english: TextEntry
    valid_from: date | None = None
    valid_until: date | None = None
    pinned: bool = False


@dataclass(frozen=True)
class PublishPage:
    """發布. The page belongs to the caller's county, or to the nation; without a `slug` it gets a numbered one."""

    kind: PageKind
    content: ContentEntry
    slug: str = field(default="", metadata={"limit": SLUG_LIMIT})


@dataclass(frozen=True)
class RevisePage:
    """修訂. `based_on` is the version that the editor has read: somebody may have revised the page meanwhile."""

    page_id: UUID
    based_on: int
    content: ContentEntry


@dataclass(frozen=True)
class WithdrawPage:
    """下架. `based_on` as of a revision."""

    page_id: UUID
    based_on: int


@dataclass(frozen=True)
class PublishFirstPage:
    """A page that every installation begins with, unless it has had it before: published once, edited by anybody."""

    slug: str
    kind: PageKind
    content: ContentEntry


# Drafts -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SaveDraft:
    """暫存. `based_on` is the version that the caller goes on from; None begins where there is no draft.

    `kind` names the form, and what it is about where there may be several: `apply`, `decline/MT114000123`.
    """

    kind: str = field(metadata={"limit": 100})
    content: dict[str, Any]
    based_on: UUID | None = None


@dataclass(frozen=True)
class DropDraft:
    """刪除暫存: it was sent, or is not wanted any more."""

    kind: str = field(metadata={"limit": 100})


# Forms held over an expired session -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Client:
    """From where a request comes, as the edge saw it; only the address is counted."""

    address: str = field(metadata={"limit": 100})
    user_agent: str = field(default="", metadata={"limit": 1_000})


@dataclass(frozen=True)
class HoldForm:
    """Keep what was typed into the form at `path` until its writer has signed in again; the answer has a token."""

    path: str = field(metadata={"limit": 500})
    fields: dict[str, tuple[str, ...]] = field(metadata={"limit": 65_536})
    client: Client


@dataclass(frozen=True)
class HeldForm:
    """Give back, once, what is held under a token."""

    token: str = field(repr=False, metadata={"limit": 100})


# Saved filters --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SaveFilter:
    """儲存篩選條件 under a name; one that the queue has already is replaced. `query` holds codes, numbers and dates."""

    queue: str = field(metadata={"limit": 60})
    name: str = field(metadata={"limit": FILTER_NAME_LIMIT})
    query: dict[str, tuple[str, ...]] = field(metadata={"limit": 60})


@dataclass(frozen=True)
class DropFilter:
    """刪除篩選條件."""

    queue: str = field(metadata={"limit": 60})
    name: str = field(metadata={"limit": FILTER_NAME_LIMIT})
