"""非醫事機構: the places outside the medical register that can be supported, as identity's registry tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.identity import events as registry
from services.support.read_models.known_institutions import sought
from shared.read_models.model import Key, ReadModel, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.read_models.reader import Reader


class KnownPlace(msgspec.Struct, frozen=True, gc=False):
    """A place, once for each code and name; `sought` is its name as it is searched."""

    id: UUID
    code: str
    name: str
    sought: str
    county: str


class KnownPlaces(ReadModel[KnownPlace]):
    """Every non-medical place."""

    context = "identity"
    table = Table("known_places", row=KnownPlace, key=("id",), indexes=(("code", "name"),))
    folds = (registry.PlaceRegistered, registry.PlaceChanged)

    def keys(self, event: Event) -> Iterable[Key]:
        """The place."""
        return ((event.originator_id,),)

    def evolve(self, key: Key, row: KnownPlace | None, event: Event) -> KnownPlace | None:
        """The place after the event."""
        assert isinstance(event, registry.PlaceRegistered | registry.PlaceChanged)  # noqa: S101 - `folds` says so
        if row is not None:
            return replace(row, county=event.address.county)
        return KnownPlace(key[0], event.code, event.name, sought(event.name), event.address.county)


def known_place(reader: Reader, code: str, name: str) -> KnownPlace | None:
    """The place of this code and name."""
    return reader.one(KnownPlace, "select * from known_places where code = %s and name = %s", (code, name))
