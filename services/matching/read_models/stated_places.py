"""餘額: how many more families each doctor can take, as the clinic said last."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from services.matching import events
from shared.read_models.model import Key, ReadModel, Table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from services.matching.read_models.doctor_demand import Place
    from shared.events import Event
    from shared.read_models.reader import Reader


class Stated(msgspec.Struct, frozen=True, gc=False):
    """The places that a doctor has left at an institution, and when it was said."""

    institution: str
    doctor: str
    places: int
    stated_at: datetime


class StatedPlaces(ReadModel[Stated]):
    """A row for each doctor of whom a clinic has said it, and not taken it back."""

    context = "matching"
    table = Table("stated_places", row=Stated, key=("institution", "doctor"))
    folds = (events.PlacesStated,)

    def keys(self, event: Event) -> Iterable[Key]:
        """The doctor at the institution."""
        return ((event.institution, event.doctor),) if isinstance(event, events.PlacesStated) else ()

    def evolve(self, key: Key, row: Stated | None, event: Event) -> Stated | None:  # noqa: ARG002 - what is said last stands
        """What was said last; nothing where it was taken back."""
        if not isinstance(event, events.PlacesStated) or event.places is None:
            return None
        return Stated(event.institution, event.doctor, event.places, event.timestamp)


_OF = """
select stated_places.*
from stated_places
join unnest(%(institutions)s::text[], %(doctors)s::text[]) as place (institution, doctor) using (institution, doctor)
"""


def places_of(reader: Reader, places: Collection[Place]) -> dict[tuple[str, str], Stated]:
    """What is stated of these doctors, those of whom anything is."""
    parameters = {
        "institutions": [place.institution for place in places],
        "doctors": [place.doctor for place in places],
    }
    return {(row.institution, row.doctor): row for row in reader.rows(Stated, _OF, parameters)}
