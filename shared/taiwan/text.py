"""What people type into Taiwanese forms: full-width characters, stray spaces, and characters that nobody can see."""

from __future__ import annotations

import re
import unicodedata

from shared.refusals import Refusal

_INVISIBLE = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols by their category, which are blank all the same: Hangul fillers and the empty Braille cell."""

_BREAKS = "\t\n\r"
_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_UNTRUE = r"\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
"""Separators, characters that turn the order of others around (bidi), and halves of a character."""

_NOT_IN_A_LINE = re.compile(f"[{_BREAKS}{_CONTROLS}{_UNTRUE}]")
_NOT_IN_PARAGRAPHS = re.compile(f"[{_CONTROLS}{_UNTRUE}]")
_MOST_NAMED = 5


class TextUnprintable(Refusal):
    """The text holds `characters`, by code point, that cannot be printed, or none that can be seen."""


def folded(text: str) -> str:
    """The text with full-width characters made ordinary (NFKC) and all white space removed."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def objection_to_line(text: str, field: str) -> TextUnprintable | None:
    """What speaks against text that stays on one line, if anything does; the blanks around it do not count."""
    return _objection(_NOT_IN_A_LINE, text.strip(), field)


def objection_to_paragraphs(text: str, field: str) -> TextUnprintable | None:
    """As `objection_to_line`, for text that may have several lines."""
    return _objection(_NOT_IN_PARAGRAPHS, text.strip(), field)


def _objection(refused: re.Pattern[str], text: str, field: str) -> TextUnprintable | None:
    found = refused.findall(text)
    if not found and text and not any(map(_is_visible, text)):
        found = list(text)
    if not found:
        return None
    named = [f"U+{ord(character):04X}" for character in dict.fromkeys(found)]
    return TextUnprintable(field, characters=tuple(named[:_MOST_NAMED]))


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNPS" and character not in _INVISIBLE
