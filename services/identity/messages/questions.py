"""驗證問題: plain-language questions, put together anew each time, that can be read aloud without loss.

Everyday words of a few kinds and places in a row: more than 10^9 questions a language, so that no list of answers
helps. Nobody needs to see, to spell or to calculate: counting to six is enough.
"""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from shared.decoding import converted

if TYPE_CHECKING:
    from random import Random

    from shared.words import Language

_SHOWN = 5
"""So many words are in a question: as many as people keep in mind when they hear it."""


class Question(NamedTuple):
    """What is asked, and every answer that counts."""

    text: str
    answers: tuple[str, ...]


class Vocabulary(msgspec.Struct, frozen=True):
    """A language: `kinds` of things with their words, and the sentences that ask about them."""

    which: tuple[str, ...]
    """Sentences with `{kind}` and `{words}`: one of the words is of this kind."""
    place: tuple[str, ...]
    """Sentences with `{place}` and `{words}`."""
    how_many: tuple[str, ...]
    """Sentences with `{kind}` and `{words}`: some of the words are of this kind."""
    places: tuple[str, ...]
    numbers: tuple[tuple[str, ...], ...]
    """0 to 5, each as it may be written."""
    separator: str
    kinds: dict[str, tuple[str, ...]]


def compose(language: Language, chance: Random) -> Question:
    """A question by chance."""
    known = vocabulary(language)
    return chance.choice((_which, _place, _how_many))(known, chance)


def comparable(answer: str) -> str:
    """An answer as it is compared: width, case, spaces and marks do not matter."""
    folded = unicodedata.normalize("NFKC", answer).casefold()
    return "".join(character for character in folded if character.isalnum())


@cache
def vocabulary(language: Language) -> Vocabulary:
    """The committed words of a language."""
    text = resources.files(__package__).joinpath(f"questions.{language}.toml").read_text("utf-8")
    return converted(tomllib.loads(text), Vocabulary)


def _which(known: Vocabulary, chance: Random) -> Question:
    """Which one is of this kind."""
    kind = chance.choice(sorted(known.kinds))
    wanted = chance.choice(known.kinds[kind])
    words = [wanted, *chance.sample(_others(known, kind), _SHOWN - 1)]
    chance.shuffle(words)
    return Question(_sentence(known, known.which, chance, words, kind=kind), (wanted,))


def _place(known: Vocabulary, chance: Random) -> Question:
    """Which one comes at this place."""
    words = chance.sample(sorted({word for kind in known.kinds.values() for word in kind}), _SHOWN)
    place = chance.randrange(_SHOWN)
    return Question(_sentence(known, known.place, chance, words, place=known.places[place]), (words[place],))


def _how_many(known: Vocabulary, chance: Random) -> Question:
    """How many are of this kind."""
    kind = chance.choice(sorted(known.kinds))
    number = chance.randrange(1, _SHOWN)
    words = [*chance.sample(known.kinds[kind], number), *chance.sample(_others(known, kind), _SHOWN - number)]
    chance.shuffle(words)
    return Question(_sentence(known, known.how_many, chance, words, kind=kind), known.numbers[number])


def _others(known: Vocabulary, kind: str) -> list[str]:
    return sorted(word for other, words in known.kinds.items() if other != kind for word in words)


def _sentence(known: Vocabulary, sentences: tuple[str, ...], chance: Random, words: list[str], **figures: str) -> str:
    return chance.choice(sentences).format(words=known.separator.join(words), **figures)
