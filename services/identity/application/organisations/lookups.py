"""Where the use cases of organisations look: an organisation by its key, and how its place stands today."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from eventsourcing.application import AggregateNotFoundError

from services.identity.application.registry.lookups import known_institution
from services.identity.domain.organisations import refusals
from services.identity.domain.organisations.organisation import (
    Organisation,
    OrganisationKey,
    OrganisationKind,
    organisation_id,
)
from shared.refusals import Refusal
from shared.store.append import Reservation
from shared.taiwan.identifiers import parse_institution_code
from shared.taiwan.places import county_named

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from services.identity.application.desk import Desk
    from shared.sealing import SubjectId


class Place(NamedTuple):
    """機構: what the register says of an organisation: its name, its county, and whether it is open."""

    name: str
    county: str
    is_open: bool


def organisation_key(text: str) -> OrganisationKey:
    """The organisation that was written, by a code or a county that there is; refuses with `OrganisationUnknown`."""
    key = OrganisationKey.parse(text.strip())
    if key is None:
        raise refusals.OrganisationUnknown("organisation")
    try:
        if key.kind is OrganisationKind.CENTRE:
            return key._replace(place=county_named(key.place).name)
        return key._replace(place=parse_institution_code(key.place).code)
    except Refusal:
        raise refusals.OrganisationUnknown("organisation") from None


def place_of(desk: Desk, key: OrganisationKey, day: date) -> Place:
    """How it stands on that day; a county's centre is always there. Refuses with `OrganisationUnknown`."""
    if key.kind is OrganisationKind.CENTRE:
        return Place("", key.place, is_open=True)
    institution = known_institution(desk, key.place)
    if institution is None:
        raise refusals.OrganisationUnknown("organisation")
    return Place(institution.profile.name, institution.county, institution.is_open(day))


def known_organisation(desk: Desk, key: OrganisationKey) -> Organisation | None:
    """The organisation of this key, where it has ever had a manager."""
    try:
        return desk.store.load(Organisation, organisation_id(key.text))
    except AggregateNotFoundError:
        return None


def capacity_at(key: OrganisationKey) -> str:
    """The key of the capacity (身分) that somebody has as one of the organisation's people."""
    return f"member/{key.text}"


def membership(subject: SubjectId, of: Organisation) -> Reservation:
    """By what somebody's organisations are found when they come in."""
    return Reservation(_memberships_of(subject), of.key.text, of.id)


def organisations_of(desk: Desk, subjects: Iterable[SubjectId]) -> list[Organisation]:
    """The organisations to which any of these subjects of one person belongs, by their keys."""
    found = desk.store.holders_in([_memberships_of(subject) for subject in subjects])
    return sorted((desk.store.load(Organisation, one) for one in found), key=lambda one: one.key)


def _memberships_of(subject: SubjectId) -> str:
    return f"memberships/{subject}"
