"""驗證問題: plain-language questions, put together anew each time, that can be read aloud without loss.

Everyday words of a few kinds and places in a row: more than 10^9 questions a language, so that no list of answers
helps, and each wants two or three of six words, so that chance answers one in thirty. Nobody needs to see or to
calculate: knowing what a fruit is, or counting to six, is enough.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib import resources
from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from shared.decoding import converted

if TYPE_CHECKING:
    from random import Random

    from shared.words import Language

_SHOWN = 6
"""So many words are in a question: as many as people keep in mind when they hear it, twice if need be."""
_OF_A_KIND = (2, 3)
"""So many of them are of the kind that is asked for."""


class Question(NamedTuple):
    """What is asked, and every answer that counts."""

    text: str
    answers: tuple[str, ...]


class Vocabulary(msgspec.Struct, frozen=True):
    """A language: `kinds` of things with their words, and the sentences that ask about them."""

    which: tuple[str, ...]
    """Sentences with `{kind}` and `{words}`: some of the words are of this kind."""
    places: tuple[str, ...]
    """Sentences with `{first}`, `{second}` and `{words}`: two of the words by their places."""
    ordinals: tuple[str, ...]
    separator: str
    joiners: tuple[str, ...]
    """What people put between two words, beside marks and spaces."""
    kinds: dict[str, tuple[str, ...]]


def compose(language: Language, chance: Random) -> Question:
    """A question by chance."""
    known = vocabulary(language)
    return chance.choice((_which, _places))(known, chance)


def comparable(answer: str, language: Language) -> str:
    """An answer as it is compared: width, case, spaces, marks and the language's words for "and" do not matter."""
    folded = unicodedata.normalize("NFKC", answer).casefold()
    words = re.split(rf"[\W_]+|{_joiners(language)}", folded)
    return "".join(words)


@cache
def _joiners(language: Language) -> str:
    """A pattern: a word of its own where words stand apart, anywhere where they do not."""
    return "|".join(rf"\b{word}\b" if word.isascii() else word for word in vocabulary(language).joiners)


@cache
def vocabulary(language: Language) -> Vocabulary:
    """The committed words of a language."""
    text = resources.files(__package__).joinpath(f"questions.{language}.toml").read_text("utf-8")
    return converted(tomllib.loads(text), Vocabulary)


def _which(known: Vocabulary, chance: Random) -> Question:
    """Which ones are of this kind, in whatever order."""
    kind = chance.choice(sorted(known.kinds))
    wanted = chance.sample(known.kinds[kind], chance.choice(_OF_A_KIND))
    words = [*wanted, *chance.sample(_others(known, kind), _SHOWN - len(wanted))]
    chance.shuffle(words)
    return Question(_sentence(known, known.which, chance, words, kind=kind), _in_any_order(wanted))


def _places(known: Vocabulary, chance: Random) -> Question:
    """Which two come at these places, in their order."""
    words = chance.sample(sorted({word for kind in known.kinds.values() for word in kind}), _SHOWN)
    first, second = sorted(chance.sample(range(_SHOWN), 2))
    ordinals = {"first": known.ordinals[first], "second": known.ordinals[second]}
    return Question(_sentence(known, known.places, chance, words, **ordinals), (f"{words[first]} {words[second]}",))


def _in_any_order(words: list[str]) -> tuple[str, ...]:
    return tuple(" ".join(order) for order in permutations(words))


def _others(known: Vocabulary, kind: str) -> list[str]:
    return sorted(word for other, words in known.kinds.items() if other != kind for word in words)


def _sentence(known: Vocabulary, sentences: tuple[str, ...], chance: Random, words: list[str], **figures: str) -> str:
    return chance.choice(sentences).format(words=known.separator.join(words), **figures)
