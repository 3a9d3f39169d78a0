"""What the command line says to people: one catalogue a language, with the same keys in each."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shared.words import Language


class Words:
    """The sentences of one language by dotted key; `words("log.head", position=7)` fills in the figures."""

    def __init__(self, language: Language) -> None:
        self.language = language
        text = files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
        self.sentences = dict(_sentences(tomllib.loads(text)))

    def __call__(self, key: str, /, **figures: object) -> str:
        """The sentence under a key; raises `KeyError` where the catalogue lacks it or a figure is not given."""
        return self.sentences[key].format(**figures)


def _sentences(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, entry in table.items():
        if isinstance(entry, dict):
            yield from _sentences(entry, f"{prefix}{name}.")
        else:
            yield prefix + name, entry
