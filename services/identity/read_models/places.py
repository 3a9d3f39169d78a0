"""非醫事機構: places of support outside the medical register, found by code or name and county (S001)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.identity import events
from services.identity.read_models.institution_search import (
    LEAST_CHARACTERS,
    LONGEST_TEXT,
    SearchTooLong,
    SearchTooShort,
)
from services.identity.read_models.institutions import sought
from shared.read_models.model import Key, ReadModel, Table
from shared.read_models.paging import Page, check_limit, page_of, place_of
from shared.taiwan.places import with_formal_tai
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.read_models.reader import Reader


class PlaceRow(msgspec.Struct, frozen=True, gc=False):
    """One place; `sought` is its name as it is searched."""

    id: UUID
    code: str
    name: str
    sought: str
    county: str
    district: str
    street: str


class Places(ReadModel[PlaceRow]):
    """Every non-medical place."""

    context = "identity"
    table = Table("places", row=PlaceRow, key=("id",), indexes=(("code", "id"),))
    folds = (events.PlaceRegistered, events.PlaceChanged)

    def keys(self, event: Event) -> Iterable[Key]:
        """The place."""
        return ((event.originator_id,),)

    def evolve(self, key: Key, row: PlaceRow | None, event: Event) -> PlaceRow | None:
        """The place after the event."""
        assert isinstance(event, events.PlaceRegistered | events.PlaceChanged)  # noqa: S101 - `folds` says so
        address = event.address
        where = {"county": address.county, "district": address.district, "street": address.street}
        if row is not None:
            return replace(row, **where)
        return PlaceRow(key[0], event.code, event.name, sought(event.name), **where)


class _Place(msgspec.Struct, frozen=True):
    """Where a page ends."""

    code: str
    id: UUID


def search_places(
    reader: Reader, text: str, *, county: str = "", limit: int = 50, cursor: str | None = None
) -> Page[PlaceRow]:
    """A page of places by code, whose code begins so or whose name has these characters.

    Raises SearchTooShort, SearchTooLong, PageTooLong, CursorUnknown.
    """
    check_limit(limit)
    typed = folded(text)
    if len(typed) < LEAST_CHARACTERS:
        raise SearchTooShort("text", least=LEAST_CHARACTERS)
    if len(typed) > LONGEST_TEXT:
        raise SearchTooLong("text", limit=LONGEST_TEXT)
    conditions = ["(starts_with(code, %(typed)s) or strpos(sought, %(name)s) > 0)"]
    parameters: dict[str, object] = {"typed": typed, "name": sought(text), "rows": limit + 1}
    if county:
        conditions.append("county = %(county)s")
        parameters["county"] = with_formal_tai(folded(county))
    if cursor is not None:
        place = place_of(cursor, _Place)
        conditions.append("(code, id) > (%(after_code)s, %(after_id)s)")
        parameters |= {"after_code": place.code, "after_id": place.id}
    query = f"select * from places where {' and '.join(conditions)} order by code, id limit %(rows)s"
    return page_of(reader.rows(PlaceRow, query, parameters), limit, lambda row: _Place(row.code, row.id))
