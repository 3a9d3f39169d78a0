"""Who may be what by now, as the register, the organisations and the accounts stand at this moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity.application.accounts.people import known_account
from services.identity.application.capacities.capacity import Capacities, Capacity
from services.identity.application.capacities.memberships import memberships
from services.identity.application.registry.lookups import known_institution
from services.identity.application.registry.personnel import practitioners_of
from services.identity.domain.accounts import refusals as account_refusals
from services.identity.domain.accounts.account import AccountStatus
from services.identity.domain.cards import refusals
from shared.calendar import taipei_day

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from services.identity.application.desk import Desk
    from services.identity.domain.accounts.account import Account
    from services.identity.domain.registry.practitioner import Practitioner
    from shared.sealing import SubjectId


def of_person(desk: Desk, subject: SubjectId, now: datetime) -> Capacities:
    """What a person is by their national ID: a practitioner, and whatever organisations have made of them."""
    as_practitioners = _in_all(_of_practitioner(desk, subject, one, now) for one in practitioners_of(desk, subject))
    return as_practitioners.and_also(memberships(desk, subject, now))


def of_institution(desk: Desk, code: str, bearer: SubjectId, now: datetime) -> Capacities:
    """What the bearer of an institution's card is: that institution, and no other of its group."""
    institution = known_institution(desk, code)
    if institution is None:
        return Capacities()
    if not institution.is_open(taipei_day(now)):
        return Capacities(objections=(refusals.InstitutionNotOpen(name=institution.profile.name),))
    return Capacities((Capacity.of_institution(bearer, institution),))


def of_agency(county: str, bearer: SubjectId) -> Capacities:
    """What the bearer of a government card is: the long-term care centre of the county."""
    return Capacities((Capacity.of_centre(bearer, county),))


def of_account(desk: Desk, account_id: UUID) -> Capacities:
    """What an account is, where somebody may come in by it."""
    account = known_account(desk, account_id)
    if account is None or account.status is AccountStatus.INVITED or account.status is AccountStatus.EXPIRED:
        return Capacities()
    if account.status is not AccountStatus.ACTIVE:
        return Capacities(objections=(account_refusals.AccountIsDisabled(),))
    return _of_active(desk, account)


def _of_active(desk: Desk, account: Account) -> Capacities:
    try:
        return Capacities((Capacity.of_account(desk, account),))
    except account_refusals.AccountUnknown:  # its person has been forgotten
        return Capacities()


def _of_practitioner(desk: Desk, subject: SubjectId, practitioner: Practitioner, now: datetime) -> Capacities:
    suspension, names = practitioner.suspension, frozenset({practitioner.name})
    if suspension is not None and suspension.has_begun(taipei_day(now)):
        return Capacities(objections=(refusals.PractitionerIsSuspended(since=suspension.since),), names=names)
    place = known_institution(desk, practitioner.institution) if practitioner.institution else None
    return Capacities((Capacity.of_practitioner(subject, practitioner, place),), names=names)


def _in_all(some: Iterable[Capacities]) -> Capacities:
    found = Capacities()
    for more in some:
        found = found.and_also(more)
    return found
