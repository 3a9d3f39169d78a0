"""What agencies write, as a page shows it: Markdown without HTML, so that nothing written can act in a browser."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token


def rendered(text: str) -> Markup:
    """The text as HTML; HTML that stands in it is shown as it was written."""
    markdown = _markdown()
    tokens = markdown.parse(text)
    _settle(tokens)
    return Markup(markdown.renderer.render(tokens, markdown.options, {}))  # noqa: S704 - escaped by the renderer


@cache
def _markdown() -> MarkdownIt:
    """Lines break where they were broken; pictures are left out, since they would come from other sites."""
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable("image")


def _settle(tokens: Sequence[Token]) -> None:
    """Headings stay below the page's own, and links to other sites are not recommended to search engines."""
    for token in tokens:
        if token.tag == "h1":
            token.tag = "h2"
        if token.type == "link_open" and "//" in str(token.attrGet("href")):
            token.attrSet("rel", "nofollow noopener")
        _settle(token.children or ())
