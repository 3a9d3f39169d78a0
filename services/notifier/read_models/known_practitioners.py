"""How doctors are called, as the registry tells; a professional name is public."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from services.identity import events
from shared.read_models.model import Key, ReadModel, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.read_models.reader import Reader


class KnownPractitioner(msgspec.Struct, frozen=True, gc=False):
    """A practitioner by the registry's number."""

    number: str
    name: str


class KnownPractitioners(ReadModel[KnownPractitioner]):
    """The public names of practitioners, for the words of messages."""

    context = "identity"
    table = Table("known_practitioners", row=KnownPractitioner, key=("number",))
    folds = (events.PractitionerRegistered, events.PractitionerChanged)

    def keys(self, event: Event) -> Iterable[Key]:
        """The practitioner's number."""
        assert isinstance(event, events.PractitionerRegistered | events.PractitionerChanged)  # noqa: S101 - `folds` says so
        return ((event.practitioner,),)

    def evolve(self, key: Key, row: KnownPractitioner | None, event: Event) -> KnownPractitioner | None:  # noqa: ARG002 - each replaces
        """The name as it is now."""
        assert isinstance(event, events.PractitionerRegistered | events.PractitionerChanged)  # noqa: S101 - as above
        return KnownPractitioner(key[0], event.name)


def practitioner_name(reader: Reader, number: str) -> str | None:
    """The name of the practitioner of this number."""
    found = reader.one(KnownPractitioner, "select * from known_practitioners where number = %s", (number,))
    return None if found is None else found.name
