"""Forms at the edge: a marshmallow schema made from the dataclass that a command or a question is.

Dates and times are ISO 8601, choices their values, identifiers UUIDs, each as JSON has it; nothing is guessed, so a
number given as text is refused. Every fault is found at once, and named by its field, dotted into entries and lists.
"""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Generic, NewType, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import marshmallow
import msgspec
from marshmallow import ValidationError

from shared.refusals import ChoiceUnknown, FieldMissing, InvalidForm, Refusal, TextTooLong
from shared.rpc.refusals import FieldMalformed, FieldUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from dataclasses import Field

    Fault = Callable[[str], Refusal]
    """Makes the refusal, given the field; these stand where marshmallow has messages."""

T = TypeVar("T")

TEXT_LIMIT = 10_000
"""Characters that a text may have where its field does not say `metadata={"limit": …}`: more than any rule allows."""

_LARGEST_WHOLE = 2**53 - 1
"""As RFC 8259 advises."""

_FIELD_NAME_LIMIT = 100
"""What is told of a field's name; a caller can invent names of any length. A `dict` takes names no longer than this."""


class Form(Generic[T]):
    """Reads what a caller sent as one dataclass."""

    def __init__(self, kind: type[T]) -> None:
        self._schema = _schema_of(kind)()  # type: ignore[arg-type]  # classes are hashable

    @property
    def schema(self) -> marshmallow.Schema:
        """What reads it, for documents that describe it."""
        return self._schema

    def read(self, payload: object) -> T:
        """The dataclass; raises the one refusal there is, or `InvalidForm` with all of them."""
        try:
            entered: T = self._schema.load(payload)  # type: ignore[arg-type]  # whatever it is, the schema says so
        except ValidationError as error:
            refusals = list(_refusals(error.messages, ""))
            if len(refusals) == 1:
                raise refusals[0] from None
            raise InvalidForm(refusals) from None
        return entered


class _Text(marshmallow.fields.String):
    """A text of at most `limit` characters; half a surrogate pair is none."""

    def __init__(self, limit: int, **options: Any) -> None:
        super().__init__(**options, metadata={"maxLength": limit})
        self._limit = limit

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        text: str = super()._deserialize(value, attr, data, **options)
        if len(text) > self._limit:
            given, limit = len(text), self._limit
            raise ValidationError([lambda field: TextTooLong(field, limit=limit, given=given)])
        return text


class _Choice(marshmallow.fields.Field[StrEnum]):
    """One of the values of an enumeration."""

    def __init__(self, choices: type[StrEnum], **options: Any) -> None:
        none = [None] if options.get("allow_none") else []
        super().__init__(**options, metadata={"type": "string", "enum": [*choices, *none]})
        self._choices = choices

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> StrEnum:
        if not isinstance(value, str) or value not in set(self._choices):
            choices = tuple(self._choices)
            raise ValidationError([lambda field: ChoiceUnknown(field, choices=choices)])
        return self._choices(value)


class _Whole(marshmallow.fields.Integer):
    """A whole number, which truth is not, and which every reader of JSON reads alike."""

    def _validated(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _LARGEST_WHOLE:
            raise self.make_error("invalid")
        return value


class _Tuple(marshmallow.fields.List[Any]):
    """A list, which stays as it was sent."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise self.make_error("invalid")
        return tuple(super()._deserialize(value, attr, data, **options))


class _JsonObject(marshmallow.fields.Field[dict[str, Any]]):
    """A JSON object whose meaning is its sender's own: it can be written again as it came."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.make_error("invalid")
        try:
            msgspec.json.encode(value)
        except (UnicodeEncodeError, OverflowError, RecursionError):
            raise self.make_error("invalid") from None
        return value


_PLAIN: Mapping[object, tuple[str, Callable[..., marshmallow.fields.Field[Any]]]] = {
    int: ("whole_number", _Whole),
    bool: (
        "truth_value",
        lambda **options: marshmallow.fields.Boolean(truthy={True}, falsy={False}, **options),
    ),
    Decimal: ("decimal_number", marshmallow.fields.Decimal),
    UUID: ("identifier", marshmallow.fields.UUID),
    date: ("date", lambda **options: marshmallow.fields.Date(format="iso", **options)),
    datetime: ("time", lambda **options: marshmallow.fields.AwareDateTime(format="iso", **options)),
}
"""What a value has to be, in words that the catalogue knows, and the field that reads it."""


@cache
def _schema_of(kind: type[Any]) -> type[marshmallow.Schema]:
    """The schema of a dataclass; raises `TypeError` for a field of a type that no form has."""
    if not is_dataclass(kind):
        raise TypeError(f"{kind.__name__} is no dataclass, so no form can be made of it")
    hints = get_type_hints(kind)
    members: dict[str, Any] = {part.name: _field(hints[part.name], part) for part in fields(kind)}
    members["error_messages"] = {"unknown": FieldUnknown, "type": lambda field: FieldMalformed(field, expected="form")}
    members["made"] = marshmallow.post_load(lambda _, entered, **__: kind(**entered))
    return type(f"{kind.__name__}Form", (marshmallow.Schema,), members)


def _field(hint: Any, part: Field[Any]) -> marshmallow.fields.Field[Any]:
    needed = part.default is MISSING and part.default_factory is MISSING
    return _typed(hint, part.metadata.get("limit", TEXT_LIMIT), needed=needed)


def _typed(hint: Any, limit: int, *, needed: bool) -> marshmallow.fields.Field[Any]:
    kind, nullable = _without_none(hint)
    given: dict[str, Any] = {"required": needed, "allow_none": nullable}
    if kind is str:
        return _Text(limit, **given, error_messages=_faults("text"))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _Choice(kind, **given, error_messages=_faults("text"))
    if get_origin(kind) is tuple and get_args(kind)[1:] == (Ellipsis,):
        inner = _typed(get_args(kind)[0], limit, needed=True)
        return _Tuple(inner, **given, error_messages=_faults("list"))
    if get_origin(kind) is dict:
        return _entries(kind, limit, given | {"error_messages": _faults("form")})
    if kind in _PLAIN:
        expected, field = _PLAIN[kind]
        return field(**given, error_messages=_faults(expected))
    if isinstance(kind, type) and is_dataclass(kind):
        return marshmallow.fields.Nested(_schema_of(kind), **given, error_messages=_faults("form"))
    raise TypeError(f"no form has a field of type {hint}")


def _entries(kind: Any, limit: int, options: dict[str, Any]) -> marshmallow.fields.Field[Any]:
    """Entries by name: of one type, or of whatever types their sender likes."""
    _, values = get_args(kind)
    if values is Any:
        return _JsonObject(**options)
    name = _Text(_FIELD_NAME_LIMIT, error_messages=_faults("text"))
    return marshmallow.fields.Dict(name, _typed(values, limit, needed=True), **options)


def _without_none(hint: Any) -> tuple[Any, bool]:
    """What a field holds, under whatever name, and whether it may hold nothing."""
    nullable = get_origin(hint) in {Union, UnionType} and NoneType in get_args(hint)
    if nullable:
        kinds = [kind for kind in get_args(hint) if kind is not NoneType]
        hint = kinds[0] if len(kinds) == 1 else hint
    return (hint.__supertype__ if isinstance(hint, NewType) else hint), nullable


def _faults(expected: str) -> dict[str, Any]:
    """In place of marshmallow's messages: whatever is wrong with the value, it is not what was expected."""
    malformed: list[Fault] = [lambda field: FieldMalformed(field, expected=expected)]
    missing: list[Fault] = [FieldMissing]
    wrong = ("invalid", "invalid_utf8", "invalid_uuid", "invalid_awareness", "format", "too_large", "special", "type")
    return {"required": missing, "null": missing, "validator_failed": malformed} | dict.fromkeys(wrong, malformed)


def _refusals(messages: Any, path: str) -> Iterator[Refusal]:
    if isinstance(messages, dict):
        for name, below in messages.items():
            # Half a surrogate pair has no bytes: what is told of it could not be sent.
            inner = str(name)[:_FIELD_NAME_LIMIT].encode(errors="replace").decode()
            yield from _refusals(below, path if inner == "_schema" else f"{path}.{inner}".removeprefix("."))
    else:
        for fault in messages:
            yield fault(path)
