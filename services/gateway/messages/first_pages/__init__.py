"""The pages that every installation begins with: a file a page and language, its title in the first line."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from services.gateway.commands import ContentEntry, PublishFirstPage, TextEntry
from services.gateway.events import PageKind
from shared.words import Language

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS: Mapping[str, PageKind] = {
    "online-applications": PageKind.NOTICE,
    "how-matching-works": PageKind.HELP,
    "questions-and-answers": PageKind.HELP,
    "service-hours": PageKind.HELP,
    "contact": PageKind.CONTACT,
    "privacy": PageKind.STATEMENT,
    "accessibility": PageKind.STATEMENT,
}
"""Where each is shown; the name is its address."""


def first_pages() -> tuple[PublishFirstPage, ...]:
    """The commands that publish them."""
    return tuple(
        PublishFirstPage(slug, kind, ContentEntry(_text(slug, Language.CHINESE), _text(slug, Language.ENGLISH)))
        for slug, kind in _KINDS.items()
    )


def _text(slug: str, language: Language) -> TextEntry:
    title, _, body = resources.files(__name__).joinpath(f"{slug}.{language}.md").read_text("utf-8").partition("\n")
    return TextEntry(title.removeprefix("# "), body.strip())
