"""機構使用者清單: who manages the users of an organisation, who is one, and what is granted to each until when."""

from __future__ import annotations

from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.identity import events
from services.identity.domain.organisations.access import may_see, organisation_of
from services.identity.domain.organisations.organisation import MANAGERS, OFFERED, USERS, OrganisationKey
from services.identity.domain.registry.dated import Period
from shared.access import AUDITOR, BUREAU
from shared.principal import Role, Service
from shared.read_models.model import Key, ReadModel, Table
from shared.read_models.paging import Page, check_limit, page_of, place_of
from shared.sealing import Opener, Sealed, SubjectId

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from services.identity.domain.organisations.organisation import OrganisationKind
    from shared.events import Event
    from shared.principal import Principal
    from shared.read_models.reader import Reader

_organisation_of, _subject_of = attrgetter("organisation"), attrgetter("subject")


class Grant(msgspec.Struct, frozen=True, gc=False):
    """授權: a service from the first day to the last, both included; without end where `until` is None."""

    service: Service
    since: date
    until: date | None = None


class OrganisationUserRow(msgspec.Struct, frozen=True, gc=False):
    """One manager or user of one organisation."""

    organisation: str
    subject: SubjectId
    county: str
    role: Role
    person: Sealed[events.MemberIdentity]
    since: date
    until: date | None
    grants: tuple[Grant, ...] = ()


class MemberListed(msgspec.Struct, frozen=True):
    """One line of the list. `name` is None once the person has been forgotten.

    `identifier` and `mobile` are for the organisation itself; others are shown neither.
    """

    member: UUID
    role: Role
    name: str | None
    identifier: str | None
    mobile: str | None
    since: date
    until: date | None
    grants: tuple[Grant, ...]


class OrganisationListed(msgspec.Struct, frozen=True):
    """機構: how many manage its users and how many are users, and the services that it may grant (`offered`)."""

    organisation: str
    managers: int
    users: int
    offered: tuple[Service, ...]


class OrganisationUsers(ReadModel[OrganisationUserRow]):
    """One row for each person at each organisation; whoever was removed has none."""

    context = "identity"
    table = Table(
        "organisation_users",
        row=OrganisationUserRow,
        key=("organisation", "subject"),
        indexes=(("organisation", "role", "since", "subject"),),
    )
    folds = (
        events.ManagerNamed,
        events.ManagerRemoved,
        events.UserAdded,
        events.UserRemoved,
        events.ServiceGranted,
        events.ServiceRevoked,
    )

    def keys(self, event: Event) -> Iterable[Key]:
        """The person at the organisation."""
        return ((_organisation_of(event), _subject_of(event)),)

    def evolve(self, key: Key, row: OrganisationUserRow | None, event: Event) -> OrganisationUserRow | None:  # noqa: ARG002 - the event names its row
        """The person after the event."""
        match event:
            case events.ManagerNamed():
                return _entered(row, event, MANAGERS)
            case events.UserAdded():
                return _entered(row, event, USERS)
            case events.ServiceGranted() if row is not None:
                return _granting(row, event.service, Grant(event.service, event.since, event.until))
            case events.ServiceRevoked() if row is not None:
                return _granting(row, event.service)
        return None


def _entered(
    row: OrganisationUserRow | None,
    event: events.ManagerNamed | events.UserAdded,
    roles: Mapping[OrganisationKind, Role],
) -> OrganisationUserRow:
    key = OrganisationKey.parse(event.organisation)
    if key is None:
        raise LookupError(event.organisation)
    return OrganisationUserRow(
        event.organisation,
        event.subject,
        event.county,
        roles[key.kind],
        event.person,
        event.since,
        event.until,
        row.grants if row else (),
    )


def _granting(row: OrganisationUserRow, service: Service, *granted: Grant) -> OrganisationUserRow:
    """With this service granted anew, or not at all; the services stand in one order."""
    others = (grant for grant in row.grants if grant.service is not service)
    return replace(row, grants=tuple(sorted((*others, *granted), key=lambda grant: grant.service)))


class _Place(msgspec.Struct, frozen=True):
    """Where a page of the list ends."""

    role: Role
    since: date
    subject: UUID


_PAGE = """
select * from organisation_users
where organisation = %(organisation)s
    and (%(role)s::text is null or (role, since, subject) > (%(role)s, %(since)s, %(subject)s))
order by role, since, subject limit %(rows)s
"""
_ALL = "select * from organisation_users where organisation = %s"
_OWN = "select * from organisation_users where organisation = %s and subject = any(%s)"


def organisation_users(  # noqa: PLR0913 - with what, for whom, of which organisation, and which page
    reader: Reader,
    opener: Opener,
    principal: Principal,
    organisation: str,
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[MemberListed]:
    """A page of an organisation's managers, then of its users; empty for who may not see them.

    Refuses with `PageTooLong` and `CursorUnknown`.
    """
    check_limit(limit)
    after = place_of(cursor, _Place) if cursor else None
    parameters = {
        "organisation": organisation,
        "role": after.role if after else None,
        "since": after.since if after else None,
        "subject": after.subject if after else None,
        "rows": limit + 1,
    }
    rows = reader.rows(OrganisationUserRow, _PAGE, parameters)
    seen = [row for row in rows if may_see(principal, row.organisation, row.county)]
    found = page_of(seen, limit, lambda row: _Place(row.role, row.since, row.subject))
    opener.prepare(row.subject for row in found.entries)
    return Page(tuple(_listed(row, opener, principal) for row in found.entries), found.following)


def organisation(reader: Reader, principal: Principal, wanted: str) -> OrganisationListed | None:
    """The organisation; None for who may not see it, or where there is none."""
    key = OrganisationKey.parse(wanted)
    rows = reader.rows(OrganisationUserRow, _ALL, (wanted,)) if key else []
    county = rows[0].county if rows else ""
    if key is None or not may_see(principal, wanted, county):
        return None
    managers = sum(row.role is MANAGERS[key.kind] for row in rows)
    return OrganisationListed(wanted, managers, len(rows) - managers, tuple(sorted(OFFERED[key.kind])))


def own_services(reader: Reader, principal: Principal, subjects: Collection[UUID], today: date) -> list[Grant]:
    """服務項目 that are granted to the caller today, at the organisation for which the caller has come in.

    `subjects` are the vault's pseudonyms of the caller, one as a rule.
    """
    own = organisation_of(principal)
    rows = reader.rows(OrganisationUserRow, _OWN, (own.text, list(subjects))) if own else []
    here = (row for row in rows if Period(row.since, row.until).holds(today))
    return [grant for row in here for grant in row.grants if Period(grant.since, grant.until).holds(today)]


def _listed(row: OrganisationUserRow, opener: Opener, principal: Principal) -> MemberListed:
    identity = opener.open(row.person, events.MemberIdentity)
    is_told = identity is not None and principal.role not in AUDITOR.roles | BUREAU.roles
    return MemberListed(
        member=row.subject,
        role=row.role,
        name=identity.name if identity else None,
        identifier=identity.identifier if identity and is_told else None,
        mobile=identity.mobile if identity and is_told else None,
        since=row.since,
        until=row.until,
        grants=row.grants,
    )
