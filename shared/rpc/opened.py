"""Rows as a caller who may see them gets them: what is sealed in them opened, pseudonyms left out."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from shared.sealing import Sealed, SubjectId

if TYPE_CHECKING:
    from collections.abc import Sequence

    import msgspec

    from shared.sealing import Opener


def opened(rows: Sequence[msgspec.Struct], opener: Opener) -> list[dict[str, Any]]:
    """The fields of each row; a sealed one holds what was sealed, or None of somebody who has been forgotten."""
    boxes = [getattr(row, name) for row in rows for name in _sealed(type(row))]
    opener.prepare({box.subject for box in boxes if box is not None})
    return [_opened(row, opener) for row in rows]


def _opened(row: msgspec.Struct, opener: Opener) -> dict[str, Any]:
    sealed = _sealed(type(row))
    return {name: _value(getattr(row, name), sealed.get(name), opener) for name in _shown(type(row))}


def _value(value: Any, kind: type[Any] | None, opener: Opener) -> Any:
    return value if kind is None or value is None else opener.open(value, kind)


@cache
def _sealed(kind: type[msgspec.Struct]) -> dict[str, type[Any]]:
    """The sealed fields of a row, and what is in each."""
    found = {}
    for name, hint in get_type_hints(kind).items():
        for part in (hint, *get_args(hint)):
            if get_origin(part) is Sealed:
                [found[name]] = get_args(part)
    return found


@cache
def _shown(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    hints = get_type_hints(kind)
    return tuple(name for name in kind.__struct_fields__ if hints[name] is not SubjectId)
