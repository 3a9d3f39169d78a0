"""A program of its own that prints: documents in HTML come in as a JSON list, one PDF goes out.

WeasyPrint lays out for seconds without a pause, and what it lays out was typed by people: so it lives in a process that
prints once and ends, that fetches nothing from anywhere, and that the kernel stops where a document asks too much.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
from pathlib import Path
from typing import NoReturn

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

_STYLES = Path(__file__).with_name("print.css")
_SECONDS = 60
"""Of a processor, after which the kernel ends the program."""
_MEMORY = 2 << 30
"""Bytes that it may take."""


class NothingIsFetched(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Whatever a document names, no file is opened for it and no host is asked: the document is not printed at all."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> NoReturn:
        """Refuse the address."""
        del url, headers
        raise FatalURLFetchingError("a document for print names something to fetch")


def pdf_of(documents: list[str]) -> bytes:
    """One PDF of these documents in HTML, each with pages numbered from one; tagged for screen readers (PDF/UA-1).

    Fonts are those of the machine, embedded with the glyphs that are used.
    """
    nothing, fonts = NothingIsFetched(), FontConfiguration()
    styles = CSS(string=_STYLES.read_text("utf-8"), url_fetcher=nothing, font_config=fonts)
    printed = [
        HTML(string=document, url_fetcher=nothing).render(
            font_config=fonts, stylesheets=[styles], pdf_variant="pdf/ua-1"
        )
        for document in documents
    ]
    pages = [page for document in printed for page in document.pages]
    pdf: bytes = printed[0].copy(pages).write_pdf(pdf_variant="pdf/ua-1")
    return pdf


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    logging.getLogger("weasyprint").addHandler(logging.NullHandler())  # what it says may quote the document
    logging.getLogger("fontTools").addHandler(logging.NullHandler())
    sys.stdout.buffer.write(pdf_of(json.load(sys.stdin)))
