"""醫事人員: what support knows of practitioners, as the registry of identity tells it."""

from __future__ import annotations

from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from services.identity import events as registry
from services.support.read_models.beginnings import BeginningMissing
from shared.read_models.model import Key, ReadModel, Table
from shared.sealing import SubjectId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shared.events import Event
    from shared.read_models.reader import Reader

_number_of = attrgetter("practitioner")


class KnownPractitioner(msgspec.Struct, frozen=True, gc=False):
    """A practitioner and where they practise (執業登記); `institution` is empty where that is nowhere.

    `licence_until` is the last day of the licence that holds longest; None where it has no end, or none is `licensed`.
    """

    number: str
    name: str
    profession: str
    institution: str
    subject: SubjectId
    licences: tuple[registry.Licence, ...] = ()
    suspended_since: date | None = None
    suspended_until: date | None = None

    @property
    def licensed(self) -> bool:
        """Whether any licence is known."""
        return bool(self.licences)

    @property
    def licence_until(self) -> date | None:
        """The last day of the licence that holds longest; None where it has no end, or there is none."""
        days = [licence.valid_until for licence in self.licences]
        return None if None in days else max((day for day in days if day is not None), default=None)


def _changed(_: KnownPractitioner, event: registry.PractitionerChanged) -> dict[str, Any]:
    return {"name": event.name, "profession": event.profession, "subject": event.subject}


def _moved(_: KnownPractitioner, event: registry.PractitionerMoved) -> dict[str, Any]:
    return {"institution": event.institution}


def _suspended(_: KnownPractitioner, event: registry.PractitionerSuspended) -> dict[str, Any]:
    return {"suspended_since": event.since, "suspended_until": event.until}


def _resumed(_: KnownPractitioner, __: registry.PractitionerResumed) -> dict[str, Any]:
    return {"suspended_since": None, "suspended_until": None}


def _licensed(row: KnownPractitioner, event: registry.LicenceRecorded) -> dict[str, Any]:
    others = (licence for licence in row.licences if licence.number != event.licence.number)
    return {"licences": tuple(sorted([*others, event.licence], key=lambda licence: licence.number))}


_CHANGES: dict[type[Event], Callable[[Any, Any], dict[str, Any]]] = {
    registry.PractitionerChanged: _changed,
    registry.PractitionerMoved: _moved,
    registry.PractitionerSuspended: _suspended,
    registry.PractitionerResumed: _resumed,
    registry.LicenceRecorded: _licensed,
}


class KnownPractitioners(ReadModel[KnownPractitioner]):
    """Every practitioner of the registry."""

    context = "identity"
    table = Table(
        "known_practitioners",
        row=KnownPractitioner,
        key=("number",),
        indexes=(("institution", "profession", "number"),),
    )
    folds = (registry.PractitionerRegistered, *_CHANGES)

    def keys(self, event: Event) -> Iterable[Key]:
        """The practitioner."""
        return ((_number_of(event),),)

    def evolve(self, key: Key, row: KnownPractitioner | None, event: Event) -> KnownPractitioner | None:  # noqa: ARG002 - the event names its row
        """What is known after the event."""
        if isinstance(event, registry.PractitionerRegistered):
            return KnownPractitioner(event.practitioner, event.name, event.profession, event.institution, event.subject)
        if row is None:
            raise BeginningMissing(event)
        return replace(row, **_CHANGES[type(event)](row, event))


class _Named(msgspec.Struct, frozen=True):
    number: str
    name: str


def known_practitioner(reader: Reader, number: str) -> KnownPractitioner | None:
    """The practitioner of this number."""
    return reader.one(KnownPractitioner, "select * from known_practitioners where number = %s", (number,))


def peers_at(reader: Reader, institution: str, profession: str) -> list[str]:
    """The numbers of those who practise a profession at an institution and are not suspended."""
    query = """
    select number from known_practitioners
    where institution = %s and profession = %s and suspended_since is null order by number
    """
    return reader.scalars(query, (institution, profession))


def numbers_at(reader: Reader, institution: str) -> list[str]:
    """The numbers of everybody who practises at an institution."""
    return reader.scalars("select number from known_practitioners where institution = %s", (institution,))


def practitioner_names(reader: Reader, numbers: Iterable[str]) -> dict[str, str]:
    """What the practitioners of these numbers are called, those who are known."""
    query = "select number, name from known_practitioners where number = any(%s)"
    return {row.number: row.name for row in reader.rows(_Named, query, (sorted(set(numbers)),))}
