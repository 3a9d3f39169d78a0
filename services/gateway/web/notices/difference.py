"""What two texts of a page differ in, line by line."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TEXTS = ("chinese.title", "chinese.body", "english.title", "english.body")
"""What a page says, by the names that the form and the history give it."""


class Line(NamedTuple):
    """One line: `same` in both texts, `gone` from the earlier or `new` in the later."""

    kind: str
    text: str


def differences(earlier: Mapping[str, str], later: Mapping[str, str]) -> dict[str, list[Line]]:
    """The texts that differ, each with its lines."""
    return {name: list(_lines(earlier[name], later[name])) for name in TEXTS if earlier[name] != later[name]}


def _lines(earlier: str, later: str) -> Iterator[Line]:
    """Whole lines are compared: likenesses within lines take minutes to find where every line was changed."""
    before, after = earlier.splitlines(), later.splitlines()
    for kind, begin, end, later_begin, later_end in SequenceMatcher(None, before, after).get_opcodes():
        if kind == "equal":
            yield from (Line("same", text) for text in before[begin:end])
        else:
            yield from (Line("gone", text) for text in before[begin:end])
            yield from (Line("new", text) for text in after[later_begin:later_end])
