"""What is entered, whatever it is for: every text of a command can be stored, printed and seen."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

from shared.refusals import FieldMissing, InvalidForm, TextTooLong
from shared.taiwan.text import objection_to_line, objection_to_paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.refusals import Refusal

KEY_LIMIT = 200


def refuse_unprintable(command: object, paragraphs: frozenset[str]) -> None:
    """Raise `InvalidForm` with an objection to each text of a command that holds what nobody can see.

    The text of the fields `paragraphs` may have several lines.
    """
    objections: list[Refusal] = []
    for field, text in _texts("", command):
        object_to = objection_to_paragraphs if field in paragraphs else objection_to_line
        if objection := object_to(text, field):
            objections.append(objection)
    if objections:
        raise InvalidForm(objections)


def refuse_unusable_key(key: str) -> None:
    """Raise unless an idempotency key is text of at most `KEY_LIMIT` characters."""
    field = "idempotency_key"
    if not key.strip():
        raise FieldMissing(field)
    if len(key) > KEY_LIMIT:
        raise TextTooLong(field, limit=KEY_LIMIT, given=len(key))
    if objection := objection_to_line(key, field):
        raise objection


def _texts(field: str, entered: object) -> Iterator[tuple[str, str]]:
    """Every text in what was entered, by its field, dotted into entries and lists."""
    if isinstance(entered, str):
        yield field, entered
    elif isinstance(entered, tuple):
        for place, item in enumerate(entered):
            yield from _texts(f"{field}.{place}", item)
    elif is_dataclass(entered):
        for part in fields(entered):
            yield from _texts(f"{field}.{part.name}".removeprefix("."), getattr(entered, part.name))
