"""醫事機構: what support knows of institutions, as the registry of identity tells it."""

from __future__ import annotations

from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from services.identity import events as registry
from services.support.read_models.beginnings import BeginningMissing
from shared.read_models.model import Key, ReadModel, Table
from shared.taiwan.places import with_formal_tai
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shared.events import Event
    from shared.read_models.reader import Reader

_code_of = attrgetter("institution")


class KnownInstitution(msgspec.Struct, frozen=True, gc=False):
    """An institution; `suspended_since` and `closed_since` may lie ahead, `sought` is its name as it is searched."""

    code: str
    name: str
    sought: str
    county: str
    kind: registry.InstitutionKind
    suspended_since: date | None = None
    suspended_until: date | None = None
    closed_since: date | None = None


def sought(name: str) -> str:
    """A name as it is compared with what somebody types."""
    return with_formal_tai(folded(name)).casefold()


def _of_profile(profile: registry.InstitutionProfile) -> dict[str, Any]:
    return {
        "name": profile.name,
        "sought": sought(profile.name),
        "county": profile.address.county,
        "kind": profile.kind,
    }


def _changed(_: KnownInstitution, event: registry.InstitutionChanged) -> dict[str, Any]:
    return _of_profile(event.profile)


def _suspended(_: KnownInstitution, event: registry.InstitutionSuspended) -> dict[str, Any]:
    return {"suspended_since": event.since, "suspended_until": event.until}


def _resumed(_: KnownInstitution, __: registry.InstitutionResumed) -> dict[str, Any]:
    return {"suspended_since": None, "suspended_until": None, "closed_since": None}


def _closed(_: KnownInstitution, event: registry.InstitutionClosed) -> dict[str, Any]:
    return {"closed_since": event.since}


_CHANGES: dict[type[Event], Callable[[Any, Any], dict[str, Any]]] = {
    registry.InstitutionChanged: _changed,
    registry.InstitutionSuspended: _suspended,
    registry.InstitutionResumed: _resumed,
    registry.InstitutionClosed: _closed,
}


class KnownInstitutions(ReadModel[KnownInstitution]):
    """Every institution of the registry."""

    context = "identity"
    table = Table("known_institutions", row=KnownInstitution, key=("code",))
    folds = (registry.InstitutionRegistered, *_CHANGES)

    def keys(self, event: Event) -> Iterable[Key]:
        """The institution."""
        return ((_code_of(event),),)

    def evolve(self, key: Key, row: KnownInstitution | None, event: Event) -> KnownInstitution | None:  # noqa: ARG002 - the event names its row
        """What is known after the event."""
        if isinstance(event, registry.InstitutionRegistered):
            return KnownInstitution(event.institution, **_of_profile(event.profile))
        if row is None:
            raise BeginningMissing(event)
        return replace(row, **_CHANGES[type(event)](row, event))


class _Named(msgspec.Struct, frozen=True):
    code: str
    name: str


def known_institution(reader: Reader, code: str) -> KnownInstitution | None:
    """The institution of this code."""
    return reader.one(KnownInstitution, "select * from known_institutions where code = %s", (code,))


def institution_names(reader: Reader, codes: Iterable[str]) -> dict[str, str]:
    """What the institutions of these codes are called, those that are known."""
    query = "select code, name from known_institutions where code = any(%s)"
    return {row.code: row.name for row in reader.rows(_Named, query, (sorted(set(codes)),))}
