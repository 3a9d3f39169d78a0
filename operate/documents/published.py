"""What there is to document: every context's published events, and the values that they are made of."""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

import msgspec

import services
from shared.events import published_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.events import Event

EVERY_EVENT_HAS = {
    "originator_id": "The aggregate that the fact belongs to.",
    "originator_version": "Counts the aggregate's facts from 1, without gaps.",
    "timestamp": "When the fact was recorded, in UTC.",
    "originator_topic": "The kind of aggregate that begins here.",
}
"""What the fields that the event library gives every event mean."""


@dataclass(frozen=True)
class Context:
    """One context and every event type it has ever published, in the order of declaration."""

    name: str
    purpose: str
    events: dict[str, type[Event]]


def contexts() -> tuple[Context, ...]:
    """The contexts that publish, by name; a context publishes what its `events.py` declares."""
    found = []
    for package in sorted(iter_modules(services.__path__), key=lambda module: module.name):
        module_name = f"{services.__name__}.{package.name}.events"
        if find_spec(module_name) is not None:
            module = import_module(module_name)
            found.append(Context(package.name, inspect.getdoc(module) or "", published_by(package.name)))
    return tuple(found)


def field_types(cls: type[Any]) -> dict[str, Any]:
    """The fields of an event or a value, with their types, in the order in which they are written."""
    hints = get_type_hints(cls, include_extras=True)
    if is_dataclass(cls):
        return {field.name: hints[field.name] for field in fields(cls)}
    return {name: hints[name] for name in cls.__struct_fields__}


def values_in(classes: list[type[Any]]) -> dict[str, type[Any]]:
    """The structs and enumerations that these classes are made of, by name, in the order of first use."""
    found: dict[str, type[Any]] = {}
    for cls in classes:
        for hint in field_types(cls).values():
            for value in _values_of(hint):
                found.setdefault(value.__name__, value)
    return found


def _values_of(hint: Any) -> Iterator[type[Any]]:
    for argument in get_args(hint):
        yield from _values_of(argument)
    hint = get_origin(hint) or hint
    if isinstance(hint, type) and issubclass(hint, Enum):
        yield hint
    elif isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
        for inner in field_types(hint).values():
            yield from _values_of(inner)


def docs_of(cls: type[Any]) -> dict[str, str]:
    """What the string below each field or member says of it; those without one are left out."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    (definition,) = tree.body
    assert isinstance(definition, ast.ClassDef)  # noqa: S101 - the source of a class is a class
    docs = {}
    for statement, below in zip(definition.body, definition.body[1:], strict=False):
        name = _assigned_name(statement)
        if name and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            docs[name] = inspect.cleandoc(str(below.value.value))
    return docs


def _assigned_name(statement: ast.stmt) -> str:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.target.id
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    return ""
