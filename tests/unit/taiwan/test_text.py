"""What people type may be anything that can be seen, and nothing that cannot."""

from __future__ import annotations

import pytest

from shared.taiwan.text import objection_to_line, objection_to_paragraphs


@pytest.mark.parametrize("text", ["", "   ", "\u3000", " 林小安\n", "O'Neil-陳", "👩\u200d👧", "ب\u200f王", "(無)"])
def test_what_can_be_seen_and_what_is_empty_is_no_matter(text: str):
    assert objection_to_line(text, "child.name") is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("\0", ("U+0000",)),
        ("王\0小明", ("U+0000",)),
        ("王\n小明", ("U+000A",)),
        ("王\x1b[31m", ("U+001B",)),
        ("王\u202e明小", ("U+202E",)),
        ("\u2067王\u2069", ("U+2067", "U+2069")),
        ("\ud800", ("U+D800",)),
        ("\u200b\u200f", ("U+200B", "U+200F")),
        ("\u3164", ("U+3164",)),
        ("\u0301", ("U+0301",)),
    ],
)
def test_what_cannot_be_printed_or_seen_is_named_by_its_code_point(text: str, named: tuple[str, ...]):
    objection = objection_to_line(text, "child.name")

    assert objection is not None
    assert (objection.code, objection.field) == ("text-unprintable", "child.name")
    assert objection.params["characters"] == named


def test_paragraphs_may_have_line_ends_and_nothing_else_that_is_not_seen():
    assert objection_to_paragraphs("一、額滿\r\n\t二、休診", "explanation") is None
    assert objection_to_paragraphs("\u200b", "explanation")
    assert objection_to_paragraphs("額滿\u202e", "explanation")
