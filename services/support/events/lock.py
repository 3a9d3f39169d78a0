"""Who has left a home institution, and the lock that holds until no support from there is left (S001, 異動執登場所)."""

from __future__ import annotations

from uuid import UUID

from services.support.events.entries import (
    DepartureCause,
    InstitutionCode,
    Outstanding,
    Practitioner,
    ReleaseCause,
)
from shared.events import Created, Event, published


@published("support.DepartureNoted.v1")
class DepartureNoted(Created):
    """From now on nobody can support from this home institution, or this practitioner cannot, as the registry told.

    `practitioner` is empty where it is everybody there, `institution` where it is the practitioner wherever they are.
    """

    originator_id: UUID
    institution: InstitutionCode
    practitioner: Practitioner
    cause: DepartureCause


@published("support.ReturnNoted.v1")
class ReturnNoted(Event):
    """復業, 回任: what had been noted of an institution or a practitioner holds no longer; another cause may still."""

    originator_id: UUID
    institution: InstitutionCode
    practitioner: Practitioner
    cause: DepartureCause


@published("support.MoveLockSet.v1")
class MoveLockSet(Created):
    """登錄 and 變更 are closed to a practitioner until `count` supports from the former home are cancelled or over."""

    originator_id: UUID
    practitioner: Practitioner
    institution: InstitutionCode
    cause: DepartureCause
    count: int
    outstanding: tuple[Outstanding, ...]


@published("support.MoveLockReleased.v1")
class MoveLockReleased(Event):
    """登錄 and 變更 are open to the practitioner again."""

    originator_id: UUID
    practitioner: Practitioner
    institution: InstitutionCode
    cause: ReleaseCause
