"""What two texts of a page differ in, line by line."""

from __future__ import annotations

from difflib import ndiff
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS = ("chinese.title", "chinese.body", "english.title", "english.body")
"""What a page says, by the names that the form and the history give it."""

_KINDS = {"  ": "same", "- ": "gone", "+ ": "new"}


class Line(NamedTuple):
    """One line: `same` in both texts, `gone` from the earlier or `new` in the later."""

    kind: str
    text: str


def differences(earlier: Mapping[str, str], later: Mapping[str, str]) -> dict[str, list[Line]]:
    """The texts that differ, each with its lines."""
    return {name: _lines(earlier[name], later[name]) for name in TEXTS if earlier[name] != later[name]}


def _lines(earlier: str, later: str) -> list[Line]:
    compared = ndiff(earlier.splitlines(), later.splitlines())
    return [Line(_KINDS[line[:2]], line[2:]) for line in compared if line[:2] in _KINDS]
