"""院所: what matching knows of institutions, as the registry of identity tells it."""

from __future__ import annotations

from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from services.identity import events as registry
from shared.read_models.model import Key, ReadModel, Table
from shared.taiwan.places import with_formal_tai
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shared.events import Event
    from shared.read_models.reader import Reader

_code_of = attrgetter("institution")
DEGREE = 1_000_000
"""Coordinates are kept in millionths of a degree."""


class KnownInstitution(msgspec.Struct, frozen=True, gc=False):
    """An institution, and from when to when it takes part in the programme of dedicated doctors.

    `suspended_since` and `closed_since` may lie ahead; `joined` None means that it never took part. Coordinates are in
    millionths of a degree (WGS 84), None where the register has none; `sought` is the name as it is searched.
    """

    code: str
    name: str
    county: str
    district: str
    street: str
    phone: str
    sought: str
    latitude: int | None
    longitude: int | None
    joined: date | None = None
    last_day: date | None = None
    suspended_since: date | None = None
    closed_since: date | None = None

    def takes_part(self, on: date) -> bool:
        """Whether families can be brought there on that Taipei day."""
        gone = any(since is not None and since <= on for since in (self.suspended_since, self.closed_since))
        return is_current(self.joined, self.last_day, on) and not gone


class _Named(msgspec.Struct, frozen=True):
    code: str
    name: str


def is_current(joined: date | None, last_day: date | None, on: date) -> bool:
    """Whether that day lies in a time of taking part."""
    return joined is not None and joined <= on and (last_day is None or on <= last_day)


def sought(name: str) -> str:
    """A name as it is compared with what somebody types: narrow characters, 臺 for 台."""
    return with_formal_tai(folded(name)).casefold()


def _of_profile(profile: registry.InstitutionProfile) -> dict[str, Any]:
    address, place = profile.address, profile.coordinates
    return {
        "name": profile.name,
        "county": address.county,
        "district": address.district,
        "street": address.street,
        "phone": profile.phone,
        "sought": sought(profile.name),
        "latitude": round(place.latitude * DEGREE) if place else None,
        "longitude": round(place.longitude * DEGREE) if place else None,
    }


def _changed(_: KnownInstitution, event: registry.InstitutionChanged) -> dict[str, Any]:
    return _of_profile(event.profile)


def _suspended(_: KnownInstitution, event: registry.InstitutionSuspended) -> dict[str, Any]:
    return {"suspended_since": event.since}


def _resumed(_: KnownInstitution, __: registry.InstitutionResumed) -> dict[str, Any]:
    return {"suspended_since": None, "closed_since": None}


def _closed(_: KnownInstitution, event: registry.InstitutionClosed) -> dict[str, Any]:
    return {"closed_since": event.since}


def _joined(_: KnownInstitution, event: registry.ProgrammeJoined) -> dict[str, Any]:
    if event.programme != registry.Programme.DEDICATED_DOCTOR:
        return {}
    return {"joined": event.since, "last_day": event.until}


def _left(_: KnownInstitution, event: registry.ProgrammeLeft) -> dict[str, Any]:
    return {"last_day": event.until} if event.programme == registry.Programme.DEDICATED_DOCTOR else {}


_CHANGES: dict[type[Event], Callable[[Any, Any], dict[str, Any]]] = {
    registry.InstitutionChanged: _changed,
    registry.InstitutionSuspended: _suspended,
    registry.InstitutionResumed: _resumed,
    registry.InstitutionClosed: _closed,
    registry.ProgrammeJoined: _joined,
    registry.ProgrammeLeft: _left,
}


class KnownInstitutions(ReadModel[KnownInstitution]):
    """Every institution of the registry."""

    context = "identity"
    table = Table(
        "known_institutions",
        row=KnownInstitution,
        key=("code",),
        indexes=(("county", "district"), ("joined",)),  # one in ten takes part
    )
    folds = (registry.InstitutionRegistered, *_CHANGES)

    def keys(self, event: Event) -> Iterable[Key]:
        """The institution."""
        return ((_code_of(event),),)

    def evolve(self, key: Key, row: KnownInstitution | None, event: Event) -> KnownInstitution | None:
        """What is known after the event."""
        if isinstance(event, registry.InstitutionRegistered):
            return KnownInstitution(code=event.institution, **_of_profile(event.profile))
        if row is None:
            msg = f"{type(event).__name__} of {key[0]}, which was never registered"
            raise LookupError(msg)
        return replace(row, **_CHANGES[type(event)](row, event))


def known_institution(reader: Reader, code: str) -> KnownInstitution | None:
    """The institution of this 10-digit code."""
    return reader.one(KnownInstitution, "select * from known_institutions where code = %s", (code,))


def institution_names(reader: Reader, codes: Iterable[str]) -> dict[str, str]:
    """What the institutions of these codes are called, those that are known."""
    query = "select code, name from known_institutions where code = any(%s)"
    return {row.code: row.name for row in reader.rows(_Named, query, (sorted(set(codes)),))}
