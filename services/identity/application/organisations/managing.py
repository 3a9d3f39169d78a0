"""機構使用者維護, 使用者授權管理 (S002): the organisation's card names managers, they add users and grant services."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from services.identity.application.organisations.lookups import (
    capacity_at,
    known_organisation,
    membership,
    organisation_key,
    place_of,
)
from services.identity.domain.organisations import refusals
from services.identity.domain.organisations.access import speaking_for
from services.identity.domain.organisations.organisation import Organisation
from services.identity.domain.registry.dated import Period
from services.identity.events import MemberIdentity, SessionEnd
from shared.application import Decision, Outcome, Result
from shared.application.objections import Objections
from shared.calendar import taipei_day
from shared.refusals import heed
from shared.sealing import SubjectId
from shared.taiwan.contacts import parse_mobile_number
from shared.taiwan.identifiers import parse_personal_id
from shared.vault.blind_index import Identifier

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from services.identity.application.desk import Desk
    from services.identity.commands.organisations import (
        AddUser,
        GrantService,
        NameManager,
        RemoveManager,
        RemoveUser,
        RevokeService,
    )
    from services.identity.domain.organisations.organisation import OrganisationKey
    from shared.principal import Principal
    from shared.sealing import Sealed

NAME_LIMIT = 100


class _Named(NamedTuple):
    """Somebody as entered, found to be in order."""

    kind: str
    identity: MemberIdentity


def name_manager(desk: Desk, command: NameManager, principal: Principal, now: datetime) -> Decision:
    """設定機構管理者, by the card of the organisation itself."""
    key, county = _own_place(desk, command.organisation, principal, now)
    named = _named(command, now)
    organisation = known_organisation(desk, key) or Organisation.open(key, now)
    person = _person(desk, organisation, named)
    organisation.name_manager(person, _days(command.since, command.until, now), county, now)
    return _decided(desk, organisation, person.subject)


def remove_manager(desk: Desk, command: RemoveManager, principal: Principal, now: datetime) -> Decision:
    """取消機構管理者, by the card of the organisation itself."""
    key = organisation_key(command.organisation)
    heed(speaking_for(principal, key))
    organisation, member = _organisation(desk, key), SubjectId(command.member)
    organisation.remove_manager(member, now)
    _out(desk, organisation, member, SessionEnd.CAPACITY_ENDED)
    return _decided(desk, organisation, member)


def add_user(desk: Desk, command: AddUser, principal: Principal, now: datetime) -> Decision:
    """新增機構使用者, by a manager."""
    key, county = _own_place(desk, command.organisation, principal, now)
    organisation = _managed(desk, key, principal, now)
    person = _person(desk, organisation, _named(command, now))
    organisation.add_user(person, _days(command.since, command.until, now), county, now)
    return _decided(desk, organisation, person.subject)


def remove_user(desk: Desk, command: RemoveUser, principal: Principal, now: datetime) -> Decision:
    """移除機構使用者, by a manager."""
    organisation, member = _managed_at(desk, command.organisation, principal, now), SubjectId(command.member)
    organisation.remove_user(member, now)
    _out(desk, organisation, member, SessionEnd.CAPACITY_ENDED)
    return _decided(desk, organisation, member)


def grant_service(desk: Desk, command: GrantService, principal: Principal, now: datetime) -> Decision:
    """授權, by a manager."""
    organisation, member = _managed_at(desk, command.organisation, principal, now), SubjectId(command.member)
    organisation.grant(member, command.service, _days(command.since, command.until, now), now)
    return _decided(desk, organisation, member)


def revoke_service(desk: Desk, command: RevokeService, principal: Principal, now: datetime) -> Decision:
    """取消授權, by a manager."""
    organisation, member = _managed_at(desk, command.organisation, principal, now), SubjectId(command.member)
    organisation.revoke(member, command.service, now)
    _out(desk, organisation, member, SessionEnd.RIGHTS_CHANGED)
    return _decided(desk, organisation, member)


def _own_place(desk: Desk, text: str, principal: Principal, now: datetime) -> tuple[OrganisationKey, str]:
    """The caller's own organisation, which is open, and its county."""
    key = organisation_key(text)
    heed(speaking_for(principal, key))
    place = place_of(desk, key, taipei_day(now))
    if not place.is_open:
        raise refusals.OrganisationShut("organisation")
    return key, place.county


def _managed_at(desk: Desk, text: str, principal: Principal, now: datetime) -> Organisation:
    key, _ = _own_place(desk, text, principal, now)
    return _managed(desk, key, principal, now)


def _managed(desk: Desk, key: OrganisationKey, principal: Principal, now: datetime) -> Organisation:
    """The organisation, where the caller is one of its managers today, whatever the session was opened by."""
    organisation, today = _organisation(desk, key), taipei_day(now)
    subjects = set(desk.vault.subjects_of([principal.subject])) if principal.subject else set()
    if not any(organisation.manages(subject, today) for subject in subjects):
        raise refusals.NotManagerToday("organisation")
    return organisation


def _organisation(desk: Desk, key: OrganisationKey) -> Organisation:
    found = known_organisation(desk, key)
    if found is None:
        raise refusals.OrganisationUnknown("organisation")
    return found


def _named(command: NameManager | AddUser, now: datetime) -> _Named:
    """Who was entered; refuses with every fault at once."""
    sheet = Objections()
    name = sheet.needed_text(command.name, "name", NAME_LIMIT)
    identifier = sheet.parsed(lambda: parse_personal_id(command.identifier, on=taipei_day(now), field="identifier"))
    mobile = ""
    if command.mobile.strip():
        mobile = sheet.parsed(lambda: parse_mobile_number(command.mobile, field="mobile").number) or ""
    sheet.finish()
    assert identifier is not None  # noqa: S101 - for the type checker: `finish` has refused otherwise
    return _Named(identifier.kind, MemberIdentity(name, identifier.number, mobile))


def _person(desk: Desk, organisation: Organisation, named: _Named) -> Sealed[MemberIdentity]:
    """The person, sealed; as the organisation has them already where nothing of it is new."""
    subject = desk.vault.subject_for([Identifier(named.kind, named.identity.identifier)])
    known = {subject, *desk.vault.subjects_of([subject])} & organisation.members.keys()
    for one in known:
        person, subject = organisation.members[one].person, one
        if desk.vault.open(person, MemberIdentity) == named.identity:
            return person
    return desk.vault.seal(subject, named.identity)


def _out(desk: Desk, organisation: Organisation, member: SubjectId, end: SessionEnd) -> None:
    """Whoever is in by what was taken away, is out before the answer is given; the process that follows tells of it."""
    for session in desk.entrance.sessions.of_person(member):
        if session.capacity == capacity_at(organisation.key):
            desk.entrance.sessions.close(session.id, end)


def _days(since: date | None, until: date | None, now: datetime) -> Period:
    return Period(since or taipei_day(now), until)


def _decided(desk: Desk, organisation: Organisation, member: UUID) -> Decision:
    """Save what was recorded, and have the person found by it, or no longer."""
    subject = SubjectId(member)
    result = Result.DONE if organisation.pending_events else Result.UNCHANGED
    outcome = Outcome(organisation.id, organisation.version, str(member), result)
    if result is Result.UNCHANGED:
        return Decision(outcome)
    found_by = membership(subject, organisation)
    if subject not in organisation.members:
        return Decision(outcome, [organisation], release=[found_by])
    is_new = desk.store.holder_of(found_by.scope, found_by.key) is None
    return Decision(outcome, [organisation], reserve=[found_by] if is_new else [])
