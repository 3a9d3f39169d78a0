"""The plain-language question that comes after a few codes, answered as a person would: by reading it."""

from __future__ import annotations

from services.identity.messages.questions import vocabulary
from shared.words import Language


def answer_to(question: str) -> str:
    """What to type, in whichever language is asked."""
    language = Language.CHINESE if any(character >= "\u4e00" for character in question) else Language.ENGLISH
    known = vocabulary(language)
    words = _words_of(question, known.separator, sorted((w for kind in known.kinds.values() for w in kind), key=len))
    for kind, members in known.kinds.items():
        if kind in question.replace(known.separator.join(words), ""):
            return known.separator.join(word for word in words if word in members)
    places = [place for place, ordinal in enumerate(known.ordinals) if ordinal in question]
    return known.separator.join(words[place] for place in places)


def _words_of(question: str, separator: str, known: list[str]) -> list[str]:
    """The six words in their order; what stands before the first and after the last belongs to the sentence."""
    words = []
    for place, piece in enumerate(question.split(separator)):
        fits = str.endswith if place == 0 else str.startswith
        words += [word for word in reversed(known) if fits(piece, word)][:1]
    return words
