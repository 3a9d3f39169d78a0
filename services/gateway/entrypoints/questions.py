"""What queries of the gateway ask, field by field, as it is entered."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from services.gateway.commands import SLUG_LIMIT
from services.gateway.events import PageKind
from shared.words import Language

_CURSOR = {"limit": 400}
PAGE = 50


@dataclass(frozen=True)
class PagesAsked:
    """A page of what is shown; `county` empty for the national ones, None for those of every county."""

    language: Language
    kind: PageKind | None = None
    county: str | None = field(default=None, metadata={"limit": 40})
    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR)


@dataclass(frozen=True)
class PageAsked:
    """One page by its address."""

    slug: str = field(metadata={"limit": SLUG_LIMIT})
    language: Language


@dataclass(frozen=True)
class PagesToEdit:
    """A page of what the caller may edit."""

    kind: PageKind | None = None
    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR)


@dataclass(frozen=True)
class PageToEdit:
    """One page by its id."""

    page_id: UUID


@dataclass(frozen=True)
class DraftAsked:
    """The caller's draft of this kind."""

    kind: str = field(metadata={"limit": 100})


@dataclass(frozen=True)
class FiltersAsked:
    """The caller's filters of this queue."""

    queue: str = field(metadata={"limit": 60})
