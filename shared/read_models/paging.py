"""Pages by keyset: a page ends where it ended, however many rows arrive before it."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from shared.decoding import json_decoder
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shared.read_models.reader import Reader

Entry = TypeVar("Entry")
Listed = TypeVar("Listed", bound=msgspec.Struct)
Place = TypeVar("Place", bound=msgspec.Struct)

MAX_PAGE = 200


class CursorUnknown(Refusal):
    """The cursor did not come from this list: start again from its first page."""


class PageTooLong(Refusal):
    """A page holds 1 to `MAX_PAGE` entries."""


class Page(msgspec.Struct, Generic[Entry], frozen=True):
    """Some entries of a list, and the cursor of those that follow; None at the end."""

    entries: tuple[Entry, ...]
    following: str | None = None


def cursor_of(place: msgspec.Struct) -> str:
    """The place after which the next page begins, as text that goes through any URL."""
    return urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def place_of(cursor: str, kind: type[Place]) -> Place:
    """What `cursor_of` was given; refuses with `CursorUnknown` what it never made."""
    try:
        return json_decoder(kind).decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError as error:
        raise CursorUnknown("cursor") from error


def check_limit(limit: int) -> None:
    """Refuse a page length out of bounds."""
    if not 1 <= limit <= MAX_PAGE:
        raise PageTooLong("limit", limit=limit, most=MAX_PAGE)


def page_of(found: Sequence[Entry], limit: int, place: Callable[[Entry], msgspec.Struct]) -> Page[Any]:
    """A page of `limit` out of `limit` + 1 rows asked for: the one too many says that more follow."""
    entries = tuple(found[:limit])
    return Page(entries, cursor_of(place(entries[-1])) if len(found) > limit else None)


class Direction(StrEnum):
    """From which end a list is told."""

    FORWARDS = "asc"
    BACKWARDS = "desc"


@dataclass(frozen=True)
class Listing(Generic[Listed]):
    """The rows of a table in the order of some of its columns, which the fields of `place` are named after."""

    table: str
    row: type[Listed]
    place: type[msgspec.Struct]
    direction: Direction = Direction.FORWARDS

    def page(
        self,
        reader: Reader,
        conditions: Sequence[str],
        parameters: Mapping[str, Any],
        *,
        limit: int,
        cursor: str | None,
    ) -> Page[Listed]:
        """A page of the rows that meet all conditions (SQL, with these parameters by name), at least one.

        Raises PageTooLong, CursorUnknown.
        """
        check_limit(limit)
        columns = self.place.__struct_fields__
        wanted, values = list(conditions), {**parameters, "rows": limit + 1}
        if cursor is not None:
            after = place_of(cursor, self.place)
            further = "<" if self.direction is Direction.BACKWARDS else ">"
            wanted.append(f"({', '.join(columns)}) {further} ({', '.join(f'%(after_{name})s' for name in columns)})")
            values |= {f"after_{name}": getattr(after, name) for name in columns}
        order = ", ".join(f"{name} {self.direction}" for name in columns)
        query = f"select * from {self.table} where {' and '.join(wanted)} order by {order} limit %(rows)s"
        return page_of(reader.rows(self.row, query, values), limit, self._place)

    def _place(self, row: Listed) -> msgspec.Struct:
        return self.place(*(getattr(row, name) for name in self.place.__struct_fields__))
