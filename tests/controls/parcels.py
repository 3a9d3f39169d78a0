"""An aggregate of no context, for tests of what every context stands on: a parcel that is posted and passed on."""

from __future__ import annotations

from uuid import UUID, uuid4

from shared.events import Aggregate, Created, Event, event, published
from shared.principal import Assurance, Principal, Role
from shared.store.append import Append, Cause, EventRow
from shared.store.application import StoredApplication


@published("parcels.ParcelPosted.v1")
class ParcelPosted(Created):
    """A parcel was handed in."""

    originator_id: UUID
    number: str


@published("parcels.ParcelPassedOn.v1")
class ParcelPassedOn(Event):
    """A parcel came to another place."""

    originator_id: UUID
    place: str


class Parcel(Aggregate):
    """A parcel on its way."""

    TOPIC = "parcels.Parcel"
    ParcelPosted = ParcelPosted
    ParcelPassedOn = ParcelPassedOn

    @event(ParcelPosted)
    def __init__(self, number: str) -> None:
        self.number = number
        self.places: list[str] = []

    @property
    def stream_subject(self) -> str:
        return self.number

    def pass_on(self, place: str) -> None:
        self.trigger_event(self.ParcelPassedOn, place=place)

    @event(ParcelPassedOn)
    def _passed_on(self, place: str) -> None:
        self.places.append(place)


CLERK = Principal(
    id="account/clerk",
    role=Role.CASE_MANAGER,
    assurances=frozenset({Assurance.CARD_PIN, Assurance.OTP}),
    institution="0101090517",
)


def cause(**changes) -> Cause:
    return Cause(**{"principal": CLERK, "correlation_id": str(uuid4()), **changes})


class PostOffice(StoredApplication):
    """Keeps parcels."""

    aggregates = (Parcel,)


def posted(number: str = "P1", *places: str) -> Parcel:
    """A new parcel, passed on to these places, not stored yet."""
    parcel = Parcel(number=number)
    for place in places:
        parcel.pass_on(place)
    return parcel


def first_event_of(parcel_id: UUID, *, meta: bytes = b"", **more) -> Append:
    """An append as the recorder gets it: the first event of a parcel."""
    return Append([EventRow(parcel_id, 1, ParcelPosted.TOPIC, b"{}", meta)], **more)
