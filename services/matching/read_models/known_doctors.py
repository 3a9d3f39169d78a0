"""醫師: what matching knows of practitioners, as the registry of identity tells it."""

from __future__ import annotations

from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from services.identity import events as registry
from services.matching.read_models.known_institutions import is_current, sought
from shared.read_models.model import Key, ReadModel, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shared.events import Event
    from shared.read_models.reader import Reader

_number_of = attrgetter("practitioner")


class KnownDoctor(msgspec.Struct, frozen=True, gc=False):
    """A practitioner, where they practise, and from when to when they take part in the programme.

    `licence_ended` once the licence that held longest is over; `training_done` once the programme asks for no more
    credits (學分); `sought` is the name as it is searched.
    """

    number: str
    name: str
    institution: str
    sought: str
    joined: date | None = None
    last_day: date | None = None
    suspended_since: date | None = None
    licence_ended: bool = False
    training_done: bool = False

    def is_active(self, on: date) -> bool:
        """Whether the doctor can take families on that Taipei day, the training aside."""
        suspended = self.suspended_since is not None and self.suspended_since <= on
        return is_current(self.joined, self.last_day, on) and not suspended and not self.licence_ended


def _changed(_: KnownDoctor, event: registry.PractitionerChanged) -> dict[str, Any]:
    return {"name": event.name, "sought": sought(event.name)}


def _moved(_: KnownDoctor, event: registry.PractitionerMoved) -> dict[str, Any]:
    return {"institution": event.institution}


def _suspended(_: KnownDoctor, event: registry.PractitionerSuspended) -> dict[str, Any]:
    return {"suspended_since": event.since}


def _resumed(_: KnownDoctor, __: registry.PractitionerResumed) -> dict[str, Any]:
    return {"suspended_since": None}


def _licensed(_: KnownDoctor, __: registry.LicenceRecorded) -> dict[str, Any]:
    return {"licence_ended": False}


def _licence_ended(_: KnownDoctor, __: registry.LicenceExpired) -> dict[str, Any]:
    return {"licence_ended": True}


def _credited(row: KnownDoctor, event: registry.TrainingCredited) -> dict[str, Any]:
    ours = event.programme == registry.Programme.DEDICATED_DOCTOR
    return {"training_done": event.complete if ours else row.training_done}


def _joined(_: KnownDoctor, event: registry.PractitionerJoinedProgramme) -> dict[str, Any]:
    if event.programme != registry.Programme.DEDICATED_DOCTOR:
        return {}
    return {"joined": event.since, "last_day": event.until}


def _left(_: KnownDoctor, event: registry.PractitionerLeftProgramme) -> dict[str, Any]:
    return {"last_day": event.until} if event.programme == registry.Programme.DEDICATED_DOCTOR else {}


_CHANGES: dict[type[Event], Callable[[Any, Any], dict[str, Any]]] = {
    registry.PractitionerChanged: _changed,
    registry.PractitionerMoved: _moved,
    registry.PractitionerSuspended: _suspended,
    registry.PractitionerResumed: _resumed,
    registry.LicenceRecorded: _licensed,
    registry.LicenceExpired: _licence_ended,
    registry.TrainingCredited: _credited,
    registry.PractitionerJoinedProgramme: _joined,
    registry.PractitionerLeftProgramme: _left,
}


class _Named(msgspec.Struct, frozen=True):
    number: str
    name: str


class KnownDoctors(ReadModel[KnownDoctor]):
    """Every practitioner of the registry; families choose among those who take part."""

    context = "identity"
    table = Table("known_doctors", row=KnownDoctor, key=("number",), indexes=(("institution", "number"),))
    folds = (registry.PractitionerRegistered, *_CHANGES)

    def keys(self, event: Event) -> Iterable[Key]:
        """The practitioner."""
        return ((_number_of(event),),)

    def evolve(self, key: Key, row: KnownDoctor | None, event: Event) -> KnownDoctor | None:
        """What is known after the event."""
        if isinstance(event, registry.PractitionerRegistered):
            return KnownDoctor(event.practitioner, event.name, event.institution, sought(event.name))
        if row is None:
            msg = f"{type(event).__name__} of {key[0]}, who was never registered"
            raise LookupError(msg)
        return replace(row, **_CHANGES[type(event)](row, event))


def known_doctor(reader: Reader, number: str) -> KnownDoctor | None:
    """The practitioner of this number."""
    return reader.one(KnownDoctor, "select * from known_doctors where number = %s", (number,))


def known_doctors_at(reader: Reader, institution: str) -> list[KnownDoctor]:
    """The practitioners of an institution, by number."""
    query = "select * from known_doctors where institution = %s order by number"
    return reader.rows(KnownDoctor, query, (institution,))


def doctor_names(reader: Reader, numbers: Iterable[str]) -> dict[str, str]:
    """What the doctors of these numbers are called, those who are known."""
    query = "select number, name from known_doctors where number = any(%s)"
    return {row.number: row.name for row in reader.rows(_Named, query, (sorted(set(numbers)),))}
