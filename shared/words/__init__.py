"""The words of refusals and notices, in zh-Hant and English: those common to all contexts, and each context's own."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import msgspec

from shared.calendar import TAIPEI

if TYPE_CHECKING:
    from collections.abc import Mapping


class Language(StrEnum):
    """The languages that pages, messages and the command line come in."""

    CHINESE = "zh-Hant"
    ENGLISH = "en"


class Catalogue(msgspec.Struct, frozen=True):
    """One language: `refusals` by code, `values` for the coded figures in them, `separator` between several."""

    separator: str = ""
    refusals: dict[str, str] = {}
    values: dict[str, str] = {}


class PolicyWords(msgspec.Struct, frozen=True):
    """How one language tells policy values: `titles` and `sources` by name, `forms` of figures that belong together.

    `units` are durations, yes and no; `values` are words of codes, the catalogue's and those of policies alone.
    """

    titles: dict[str, str]
    sources: dict[str, str]
    forms: dict[str, str]
    units: dict[str, str]
    values: dict[str, str]
    separator: str


class Wording:
    """What a context can say: its own entries, in `<language>.toml` of a package, beside those of all contexts."""

    def __init__(self, package: str) -> None:
        self._package = package

    def catalogue(self, language: Language) -> Catalogue:
        """Everything that can be said in a language; the context's own word for a thing goes first."""
        return _joined(self._package, language)

    def policy_words(self, language: Language) -> PolicyWords:
        """How the context's policy values are told: `policies.<language>.toml` of its package."""
        common, own = _parsed(__name__, f"policies.{language}"), _parsed(self._package, f"policies.{language}")
        known = self.catalogue(language)
        values = own["values"]
        return PolicyWords(
            titles={name: told["title"] for name, told in values.items()},
            sources={name: told["source"] for name, told in values.items()},
            forms=own.get("forms", {}),
            units=common["units"],
            values=known.values | own.get("codes", {}),
            separator=common["separator"],
        )

    def words(self, code: str, params: Mapping[str, object], language: Language) -> str:
        """What `said` says in a language."""
        return said(self.catalogue(language), code, params)


def said(known: Catalogue, code: str, params: Mapping[str, object]) -> str:
    """What a refusal or notice of this code says; raises KeyError for a code that has no words.

    Where a figure is empty and the catalogue has `<code>.without-<figure>`, it says that instead.
    """
    without = (f"{code}.without-{name}" for name, value in params.items() if value == "")
    entry = next((key for key in without if key in known.refusals), code)
    return known.refusals[entry].format_map({name: _shown(value, known) for name, value in params.items()})


@cache
def _joined(package: str, language: Language) -> Catalogue:
    common, own = _committed(__name__, language), _committed(package, language)
    return Catalogue(own.separator or common.separator, common.refusals | own.refusals, common.values | own.values)


@cache
def _committed(package: str, language: Language) -> Catalogue:
    told = _parsed(package, language)
    return Catalogue(told.get("separator", ""), told.get("refusals", {}), told.get("values", {}))


def _parsed(package: str, name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(package).joinpath(f"{name}.toml").read_text("utf-8"))


def _shown(value: object, known: Catalogue) -> str:
    """A figure as people read it: times in Taipei, codes in words, several of them separated."""
    if isinstance(value, datetime):
        return f"{value.astimezone(TAIPEI):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return known.separator.join(_shown(part, known) for part in value)
    return known.values.get(str(value), str(value))
