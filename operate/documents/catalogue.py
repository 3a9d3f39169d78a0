"""The event catalogue: what every published event says, field by field, for people."""

from __future__ import annotations

import inspect
import types
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, NewType, Union, get_args, get_origin
from uuid import UUID

import msgspec

from operate.documents.published import EVERY_EVENT_HAS, docs_of, field_types, values_in
from operate.documents.schemas import envelope_schema
from shared.events import current_version_of, event_name
from shared.sealing import Sealed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from operate.documents.published import Context
    from shared.events import Event

_PLAIN = {
    UUID: "UUID",
    datetime: "moment, UTC",
    date: "date",
    str: "text",
    int: "integer",
    bool: "true or false",
    type(None): "null",
}
_INTRODUCTION = """\
# Event catalogue

Written from the code by `./justw docs`; do not edit. Every event is stored once and published as it is,
as CloudEvents 1.0 in structured JSON on the exchange `<context>.events`, routing key = the event's name. A published
version never changes; `asyncapi.json` and `schemas/` say the same for programs. *Sealed* fields are ciphertext of one
person's own key (AES-256-GCM): who has not the key reads nothing, and once the key is destroyed nobody does.
"""


def catalogue(contexts: Sequence[Context], since: Mapping[str, str]) -> str:
    """The whole catalogue in Markdown; `since` gives the release in which each type was first published."""
    parts = [_INTRODUCTION, "## Envelope\n", _table(("Attribute", "Meaning"), _envelope_rows())]
    parts += ["Every event's `data` begins with:\n", _table(("Field", "Meaning"), _common_rows())]
    for context in contexts:
        parts += [
            f"## {context.name}\n",
            context.purpose + "\n",
            _table(("Event", "Since", "Fact"), _index(context, since)),
        ]
        parts += [_entry(type_name, cls, since[type_name]) for type_name, cls in context.events.items()]
        values = values_in(list(context.events.values()))
        parts += [f"### Values in {context.name}\n"]
        parts += [_value(values[name]) for name in sorted(values)]
    return "\n".join(parts)


def _envelope_rows() -> list[tuple[str, ...]]:
    properties = envelope_schema()["properties"]
    return [
        (f"`{name}`", schema.get("description") or f"always `{schema['const']}`") for name, schema in properties.items()
    ]


def _common_rows() -> list[tuple[str, ...]]:
    return [(f"`{name}`", meaning) for name, meaning in EVERY_EVENT_HAS.items()]


def _index(context: Context, since: Mapping[str, str]) -> list[tuple[str, ...]]:
    return [
        (f"[{event_name(type_name)}](#{_anchor(type_name)})", since[type_name], _first_line(cls))
        for type_name, cls in context.events.items()
    ]


def _entry(type_name: str, cls: type[Event], since: str) -> str:
    newest = current_version_of(type_name)
    fate = "" if newest == type_name else f" Readers see it as `{newest}`."
    title = f"### {type_name}\n\nSince {since}. [Schema](schemas/{type_name}.json).{fate}\n"
    return f"{title}\n{inspect.getdoc(cls)}\n\n{_fields(cls)}"


def _value(cls: type[Any]) -> str:
    title = f"#### {cls.__name__}\n\n{inspect.getdoc(cls)}\n"
    return f"{title}\n{_members(cls) if issubclass(cls, Enum) else _fields(cls)}"


def _members(cls: type[Enum]) -> str:
    docs = docs_of(cls)
    return _table(("Value", "Meaning"), [(f"`{member.value}`", docs.get(member.name, "")) for member in cls])


def _fields(cls: type[Any]) -> str:
    docs = docs_of(cls)
    own = {name: hint for name, hint in field_types(cls).items() if name not in EVERY_EVENT_HAS}
    rows = [(f"`{name}`", _type(hint), _meaning(name, hint, docs)) for name, hint in own.items()]
    return _table(("Field", "Type", "Meaning"), rows)


def _type(hint: Any) -> str:
    """A type in words, with links to the values of the catalogue."""
    origin, arguments = get_origin(hint), get_args(hint)
    if isinstance(hint, NewType):
        words = f"{_type(hint.__supertype__)} (`{hint.__name__}`)"
    elif origin is Annotated:
        words = _type(arguments[0])
    elif origin is Sealed:
        words = f"[sealed](#sealed) {_type(arguments[0])}"
    elif origin is tuple:
        words = f"list of {_type(arguments[0])}"
    elif origin in (Union, types.UnionType):
        words = " or ".join(_type(argument) for argument in arguments)
    else:
        words = _PLAIN.get(hint) or f"[{hint.__name__}](#{hint.__name__.lower()})"
    return words


def _meaning(name: str, hint: Any, docs: Mapping[str, str]) -> str:
    """What is written below the field, or comes with its type."""
    said_by_type = [meta.description for meta in get_args(hint)[1:] if isinstance(meta, msgspec.Meta)]
    return docs.get(name) or next((text for text in said_by_type if text), "")


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(_cell(cell) for cell in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _anchor(type_name: str) -> str:
    return type_name.lower().replace(".", "")


def _first_line(cls: type[Event]) -> str:
    return (inspect.getdoc(cls) or "").splitlines()[0]
