"""What speaks against an answer, in the codes by which contexts refuse it, so that both say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.gateway.web.faults import Faults
from services.gateway.web.rendering import has_phrase, t, words_of
from shared.refusals import FieldMissing, Refusal, TextTooLong
from shared.rpc.wire import RemoteRefusal, Told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Objection = Refusal | RemoteRefusal | Told


def missing(field: str) -> Objection:
    """Nothing was entered or chosen."""
    return FieldMissing(field)


def too_long(field: str, text: str, limit: int) -> Objection:
    """More characters than the field takes."""
    return TextTooLong(field, limit=limit, given=len(text))


def refused_as(code: str, field: str, **figures: object) -> Objection:
    """What a context says by this code."""
    return Told(code, field, figures)


def found(parse: Callable[[], object]) -> list[Objection]:
    """What a parser objects to, if anything."""
    try:
        parse()
    except Refusal as objection:
        return [objection]
    return []


def faults_of(objections: Iterable[Objection]) -> Faults:
    """The sentences of these objections; what is missing is asked for by its own name."""
    faults = Faults()
    for objection in objections:
        faults.add(objection.field, sentence(objection))
    return faults


def sentence(objection: Objection) -> str:
    """What an objection says: of an empty field, what to enter there."""
    asked = f"parents.missing.{objection.field.replace('.', '-').replace('_', '-')}"
    if objection.code == FieldMissing.code and has_phrase(asked):
        return t(asked)
    own = f"parents.objections.{objection.code}"
    return t(own) if has_phrase(own) else words_of(objection)
