"""機構管理者, 機構使用者: what organisations have made of a person, with the services granted to them today (S002)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity.application.accounts.answers import Badge
from services.identity.application.capacities.capacity import Capacities, Capacity
from services.identity.application.organisations.lookups import capacity_at, place_of
from services.identity.application.organisations.members import members_that_are
from services.identity.domain.cards.refusals import InstitutionNotOpen
from services.identity.domain.organisations.organisation import OrganisationKind
from services.identity.events import MemberIdentity, Rights
from shared.calendar import taipei_day

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.application.desk import Desk
    from services.identity.domain.organisations.organisation import Member, Organisation
    from shared.sealing import SubjectId


def memberships(desk: Desk, subject: SubjectId, now: datetime) -> Capacities:
    """Manager or user of each organisation to which this person belongs today, where it is open."""
    found = Capacities()
    for organisation, member in members_that_are(desk, subject):
        found = found.and_also(_capacity(desk, organisation, member, subject, now))
    return found


def _capacity(desk: Desk, organisation: Organisation, member: Member, subject: SubjectId, now: datetime) -> Capacities:
    today, key = taipei_day(now), organisation.key
    identity = desk.vault.open(member.person, MemberIdentity)
    if identity is None or not member.period.holds(today):
        return Capacities()
    place, names = place_of(desk, key, today), frozenset({identity.name})
    if not place.is_open:
        return Capacities(objections=(InstitutionNotOpen(name=place.name),), names=names)
    is_centre = key.kind is OrganisationKind.CENTRE
    rights = Rights(member.role, jurisdiction=key.place) if is_centre else Rights(member.role, key.place)
    badge = Badge(name=identity.name, institution_name=place.name)
    held = Capacity.of_person(capacity_at(key), subject, rights, badge, member.services(today))
    return Capacities((held,), names=names)
