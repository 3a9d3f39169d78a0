"""The words of every refusal and notice, in zh-Hant and English; each says what to do next."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import msgspec

from shared.calendar import TAIPEI

if TYPE_CHECKING:
    from collections.abc import Mapping


class Language(StrEnum):
    """The languages that pages and messages come in."""

    ZH_HANT = "zh-Hant"
    EN = "en"


class Catalogue(msgspec.Struct, frozen=True):
    """One language: `refusals` by code, `values` for the coded figures in them, `separator` between several."""

    separator: str
    refusals: dict[str, str]
    values: dict[str, str]


@cache
def catalogue(language: Language) -> Catalogue:
    """The committed file of a language."""
    text = resources.files(__package__).joinpath(f"{language}.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Catalogue)


def words(code: str, params: Mapping[str, object], language: Language) -> str:
    """What a refusal or notice of this code says; raises KeyError for a code that has no words.

    Where a figure is empty and the catalogue has `<code>.without-<figure>`, it says that instead.
    """
    known = catalogue(language)
    without = (f"{code}.without-{name}" for name, value in params.items() if value == "")
    entry = next((key for key in without if key in known.refusals), code)
    return known.refusals[entry].format_map({name: _shown(value, known) for name, value in params.items()})


def _shown(value: object, known: Catalogue) -> str:
    """A figure as people read it: times in Taipei, codes in words, several of them separated."""
    if isinstance(value, datetime):
        return f"{value.astimezone(TAIPEI):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return known.separator.join(_shown(part, known) for part in value)
    return known.values.get(str(value), str(value))
