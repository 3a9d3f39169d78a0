"""醫事人員: who practises what and where, and how they stand; for bureaus, and for an institution about its own."""

from __future__ import annotations

from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from services.identity import events
from services.identity.domain.cards.access import INSTITUTION
from services.identity.domain.registry.licences import longest
from services.identity.domain.registry.policies import is_complete
from shared.access import AUDITOR, BUREAU, CLINIC, INSURER, OPERATOR
from shared.read_models.model import Key, ReadModel, Table
from shared.read_models.paging import Page, check_limit, page_of, place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shared.events import Event
    from shared.principal import Principal
    from shared.read_models.reader import Reader

_number_of = attrgetter("practitioner")
KEEPERS_OF_PERSONNEL = (BUREAU, OPERATOR, INSURER, AUDITOR, CLINIC)
"""Who may ask at all; a clinic sees its own."""
SEES_STAFF = (*KEEPERS_OF_PERSONNEL, INSTITUTION)
"""Who may ask about an institution's personnel; an institution, by its card, sees its own."""


class Standing(msgspec.Struct, frozen=True, gc=False):
    """Taking part in one programme, with the credits (學分) earned for it; `since` is None where only credits are."""

    programme: events.Programme
    since: date | None = None
    until: date | None = None
    credits: int = 0

    @property
    def is_trained(self) -> bool:
        """Whether the programme asks for no more credits."""
        return is_complete(self.programme, self.credits)


class PractitionerRow(msgspec.Struct, frozen=True, gc=False):
    """One practitioner; `institution` is empty where they practise nowhere. Their identifier is not kept here."""

    number: str
    name: str
    profession: str
    institution: str
    licences: tuple[events.Licence, ...] = ()
    licence_ends: date | None = None
    """The last day of the licence that holds longest; None without one, and for one without end."""
    programmes: tuple[Standing, ...] = ()
    suspended_since: date | None = None
    suspended_until: date | None = None


def _changed(_: PractitionerRow, event: events.PractitionerChanged) -> dict[str, Any]:
    return {"name": event.name, "profession": event.profession}


def _moved(_: PractitionerRow, event: events.PractitionerMoved) -> dict[str, Any]:
    return {"institution": event.institution}


def _suspended(_: PractitionerRow, event: events.PractitionerSuspended) -> dict[str, Any]:
    return {"suspended_since": event.since, "suspended_until": event.until}


def _resumed(_: PractitionerRow, __: events.PractitionerResumed) -> dict[str, Any]:
    return {"suspended_since": None, "suspended_until": None}


def _licensed(row: PractitionerRow, event: events.LicenceRecorded) -> dict[str, Any]:
    others = (licence for licence in row.licences if licence.number != event.licence.number)
    licences = tuple(sorted([*others, event.licence], key=lambda licence: licence.number))
    lasting = longest(licences)
    return {"licences": licences, "licence_ends": lasting.valid_until if lasting else None}


def _credited(row: PractitionerRow, event: events.TrainingCredited) -> dict[str, Any]:
    return _standing(row, event.programme, credits=event.total)


def _joined(row: PractitionerRow, event: events.PractitionerJoinedProgramme) -> dict[str, Any]:
    return _standing(row, event.programme, since=event.since, until=event.until)


def _left(row: PractitionerRow, event: events.PractitionerLeftProgramme) -> dict[str, Any]:
    return _standing(row, event.programme, until=event.until)


def _standing(row: PractitionerRow, programme: events.Programme, **changes: Any) -> dict[str, Any]:
    known = {standing.programme: standing for standing in row.programmes}
    known[programme] = replace(known.get(programme, Standing(programme)), **changes)
    return {"programmes": tuple(known[key] for key in sorted(known))}


_CHANGES: dict[type[Event], Callable[[Any, Any], dict[str, Any]]] = {
    events.PractitionerChanged: _changed,
    events.PractitionerMoved: _moved,
    events.PractitionerSuspended: _suspended,
    events.PractitionerResumed: _resumed,
    events.LicenceRecorded: _licensed,
    events.TrainingCredited: _credited,
    events.PractitionerJoinedProgramme: _joined,
    events.PractitionerLeftProgramme: _left,
}


class Personnel(ReadModel[PractitionerRow]):
    """Every practitioner of the registry."""

    context = "identity"
    table = Table("personnel", row=PractitionerRow, key=("number",), indexes=(("institution", "number"),))
    folds = (events.PractitionerRegistered, *_CHANGES)

    def keys(self, event: Event) -> Iterable[Key]:
        """The practitioner."""
        return ((_number_of(event),),)

    def evolve(self, key: Key, row: PractitionerRow | None, event: Event) -> PractitionerRow | None:
        """The practitioner after the event."""
        if isinstance(event, events.PractitionerRegistered):
            return PractitionerRow(event.practitioner, event.name, event.profession, event.institution)
        if row is None:
            msg = f"{type(event).__name__} of {key[0]}, who was never registered"
            raise LookupError(msg)
        return replace(row, **_CHANGES[type(event)](row, event))


class _Place(msgspec.Struct, frozen=True):
    """Where a page ends."""

    number: str


def practitioner(reader: Reader, principal: Principal, number: str) -> PractitionerRow | None:
    """The practitioner of this number, where the caller may see them: keepers anybody, an institution its own."""
    row = reader.one(PractitionerRow, "select * from personnel where number = %s", (number,))
    return row if row is not None and _may_see(principal, row.institution) else None


def personnel_of(
    reader: Reader, principal: Principal, institution: str, *, limit: int = 50, cursor: str | None = None
) -> Page[PractitionerRow]:
    """A page of an institution's practitioners by number; empty for who may not see them.

    Raises PageTooLong, CursorUnknown.
    """
    check_limit(limit)
    if not _may_see(principal, institution):
        return Page(())
    after = place_of(cursor, _Place).number if cursor is not None else ""
    query = "select * from personnel where institution = %s and number > %s order by number limit %s"
    found = reader.rows(PractitionerRow, query, (institution, after, limit + 1))
    return page_of(found, limit, lambda row: _Place(row.number))


def own_record(reader: Reader, principal: Principal) -> PractitionerRow | None:
    """個人資料: the caller's own entry, under the number that they act for."""
    number = next(iter(principal.acts_for), "")
    return reader.one(PractitionerRow, "select * from personnel where number = %s", (number,))


def _may_see(principal: Principal, institution: str) -> bool:
    if principal.role in CLINIC.roles | INSTITUTION.roles:
        return bool(institution) and principal.institution == institution
    return any(principal.role in party.roles for party in KEEPERS_OF_PERSONNEL)
