"""Tells the story in the reader's language; the words are in `words/<language>.toml`, one entry for each thing told."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import msgspec

from shared.decoding import converted

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from shared.words import Language


class Words(msgspec.Struct, frozen=True):
    """One language: what is told, by key; coded values as people say them; days of the week from Monday."""

    told: dict[str, str]
    values: dict[str, str]
    weekdays: tuple[str, ...]


@cache
def words_in(language: Language) -> Words:
    """The committed file of a language."""
    text = resources.files(__package__).joinpath("words", f"{language}.toml").read_text("utf-8")
    return converted(tomllib.loads(text), Words)


class Narrator:
    """Says what happens, a line at a time."""

    def __init__(self, words: Words, say: Callable[[str], None]) -> None:
        self._words = words
        self._say = say

    def tell(self, what: str, day: date | None = None, *, family: str = "", **figures: object) -> None:
        """Say one thing that has happened, on that day of the story and to that family; codes are said in words."""
        shown = {name: self._words.values.get(str(value), str(value)) for name, value in figures.items()}
        line = self._words.told[what].format_map({"family": family, **shown})
        when = f"{day.isoformat()} {self._words.weekdays[day.weekday()]}  " if day else ""
        whose = f"{family:<6}" if family else ""
        self._say(f"{when}{whose}{line}")
