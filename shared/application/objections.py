"""What is wrong with what was entered: every fault is kept, so that all are told at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from shared.application.outcome import Notice
from shared.refusals import FieldMissing, InvalidForm, Refusal, TextTooLong

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_SHA256 = re.compile(r"[0-9a-f]{64}")


class DigestMalformed(Refusal):
    """A SHA-256 digest has 64 hexadecimal digits."""


class Objections:
    """Checks fields and keeps every objection; `finish` refuses them together.

    Where a field is at fault something stands in for its value, which nobody sees because `finish` refuses.
    """

    def __init__(self) -> None:
        self._objections: list[Refusal] = []
        self._notices: list[Notice] = []

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What to look at although it was taken."""
        return tuple(self._notices)

    def finish(self) -> None:
        """Raise `InvalidForm` with every objection, if there is one."""
        if self._objections:
            raise InvalidForm(self._objections)

    def object(self, objection: Refusal | None) -> None:
        """Keep an objection, where there is one."""
        if objection is not None:
            self._objections.append(objection)

    def notice(self, doubt: Refusal) -> None:
        """Keep a doubt that refuses nothing."""
        self._notices.append(Notice.of(doubt))

    def text(self, text: str, field: str, limit: int) -> str:
        """Free text without the blanks around it, of at most `limit` characters."""
        text = text.strip()
        if len(text) > limit:
            self.object(TextTooLong(field, limit=limit, given=len(text)))
        return text

    def needed_text(self, text: str, field: str, limit: int) -> str:
        """As `text`, and not empty."""
        text = self.text(text, field, limit)
        if not text:
            self.object(FieldMissing(field))
        return text

    def digest(self, text: str, field: str) -> str:
        """A SHA-256 in hex."""
        digest = text.strip().lower()
        if not _SHA256.fullmatch(digest):
            self.object(DigestMalformed(field))
        return digest

    def parsed(self, parse: Callable[[], T]) -> T | None:
        """What a parser answers; None where it refuses, which is kept."""
        try:
            return parse()
        except InvalidForm as form:
            self._objections.extend(form.refusals)
        except Refusal as refusal:
            self.object(refusal)
        return None
