"""名牌: what a page says of who is signed in, made once when the session opens, so that no page has to ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity.application.accounts.answers import Badge, DoctorNamed
from services.identity.application.accounts.people import holder_of
from services.identity.application.registry.lookups import known_institution, known_practitioner

if TYPE_CHECKING:
    from services.identity.application.desk import Desk
    from services.identity.domain.accounts.account import Account


def badge_of_parent(mobile: str) -> Badge:
    """Of a parent nothing is known but the phone that was proved."""
    return Badge(mobile=mobile)


def badge_of_holder(desk: Desk, account: Account) -> Badge:
    """The holder's name, and by their names of the registry the institution and the doctors acted for."""
    code = account.rights.institution
    institution = None if code is None else known_institution(desk, code)
    return Badge(
        name=holder_of(desk, account).name,
        institution_name=institution.profile.name if institution else "",
        doctors=tuple(_named(desk, number) for number in account.rights.acts_for),
    )


def _named(desk: Desk, number: str) -> DoctorNamed:
    practitioner = known_practitioner(desk, number)
    return DoctorNamed(number, practitioner.name if practitioner else "")
