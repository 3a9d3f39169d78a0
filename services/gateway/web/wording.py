"""The words of the pages, in zh-Hant and English: its own by area, and what the contexts say of refusals and codes."""

from __future__ import annotations

import re
import tomllib
from datetime import datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import msgspec

from shared.rpc.client import NoAnswer, ServiceUnknown
from shared.rpc.wire import ServiceFailed, ServiceUnavailable
from shared.transport import BrokerLost
from shared.words import Catalogue, Language, said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shared.application import Notice
    from shared.refusals import Refusal
    from shared.rpc.client import RpcClient
    from shared.rpc.wire import RemoteRefusal, Told

    Said = Refusal | RemoteRefusal | Told | Notice

CONTEXTS = ("matching", "identity", "notifier", "gateway", "support")
"""Whose refusals and codes are shown, and whose word counts where two have one for the same code."""

UNANSWERED = (NoAnswer, ServiceUnknown, ServiceFailed, ServiceUnavailable, BrokerLost)
"""A context cannot answer at present, or does not run."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@cache
def phrases(language: Language) -> Mapping[str, str]:
    """Every phrase of the pages by its key, `area.group.name`."""
    areas = resources.files(__package__).joinpath("words")
    return {
        key: phrase
        for area in areas.iterdir()
        if area.is_dir()
        for key, phrase in _flat(area.name, _parsed(area.joinpath(f"{language}.toml").read_text("utf-8")))
    }


def _parsed(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


def _flat(path: str, told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, below in told.items():
        if isinstance(below, dict):
            yield from _flat(f"{path}.{name}", below)
        else:
            yield f"{path}.{name}", below


def phrase(key: str, language: Language, **figures: object) -> str:
    """A phrase with its figures; raises KeyError for a key that has none."""
    found = phrases(language)[key]
    return found.format_map(figures) if figures else found


def _revived(value: object) -> object:
    """A figure as it was before it travelled as JSON: a moment is one again."""
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return datetime.fromisoformat(value)
    return value


class RemoteWords:
    """What the contexts say, fetched from each once a language and kept."""

    def __init__(self, rpc: RpcClient) -> None:
        self._rpc = rpc
        self._known: dict[tuple[str, Language], Catalogue] = {}

    def said(self, one: Said, language: Language) -> str:
        """What a refusal or notice says and what to do about it; in general words where its context cannot be asked."""
        for context in CONTEXTS:
            catalogue = self._catalogue(context, language)
            if one.code in catalogue.refusals:
                return said(catalogue, one.code, {name: _revived(value) for name, value in one.params.items()})
        return phrase("faults.refused", language, code=one.code)

    def value(self, code: str, language: Language) -> str:
        """A coded value in words: the code itself where nobody has any for it."""
        catalogues = (self._catalogue(context, language) for context in CONTEXTS)
        return next((catalogue.values[code] for catalogue in catalogues if code in catalogue.values), code)

    def _catalogue(self, context: str, language: Language) -> Catalogue:
        known = self._known.get((context, language))
        if known is None:
            try:
                found = self._rpc.query(f"{context}.wording", {"language": language}).found
            except UNANSWERED:
                return Catalogue()  # asked again next time
            known = self._known[context, language] = msgspec.convert(found, Catalogue)
        return known
