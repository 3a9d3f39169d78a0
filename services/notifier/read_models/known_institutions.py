"""How institutions are called, and where they are, as the registry tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from services.identity import events
from shared.read_models.model import Key, ReadModel, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.read_models.reader import Reader


class KnownInstitution(msgspec.Struct, frozen=True, gc=False):
    """An institution by its 10-digit code; `address` on one line."""

    code: str
    name: str
    address: str
    phone: str


class KnownInstitutions(ReadModel[KnownInstitution]):
    """The public entries of institutions, for the words of messages."""

    context = "identity"
    table = Table("known_institutions", row=KnownInstitution, key=("code",))
    folds = (events.InstitutionRegistered, events.InstitutionChanged)

    def keys(self, event: Event) -> Iterable[Key]:
        """The institution's code."""
        assert isinstance(event, events.InstitutionRegistered | events.InstitutionChanged)  # noqa: S101 - `folds` says so
        return ((event.institution,),)

    def evolve(self, key: Key, row: KnownInstitution | None, event: Event) -> KnownInstitution | None:  # noqa: ARG002 - each replaces
        """The entry as it is now."""
        assert isinstance(event, events.InstitutionRegistered | events.InstitutionChanged)  # noqa: S101 - as above
        profile, at = event.profile, event.profile.address
        address = f"{at.postal_code}{at.county}{at.district}{at.street}"
        return KnownInstitution(key[0], profile.name, address, profile.phone)


def institution(reader: Reader, code: str) -> KnownInstitution | None:
    """The institution of this code."""
    return reader.one(KnownInstitution, "select * from known_institutions where code = %s", (code,))
