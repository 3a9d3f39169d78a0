"""Who takes part, as the registry has told, and how many more families a doctor can take."""

from __future__ import annotations

from uuid import UUID

from services.matching.events.entries import (
    Doctor,
    Institution,
    ParticipationCause,
)
from shared.events import Created, published


@published("matching.ParticipationEnded.v1")
class ParticipationEnded(Created):
    """From now on an institution, or one doctor, can take no family, as the registry has told.

    `doctor` is empty where it is the whole institution, `institution` where it is the doctor wherever they practise.
    """

    originator_id: UUID
    institution: Institution
    doctor: Doctor
    cause: ParticipationCause


@published("matching.ParticipationResumed.v1")
class ParticipationResumed(Created):
    """What had ended the taking part of an institution or a doctor no longer holds; another cause may still."""

    originator_id: UUID
    institution: Institution
    doctor: Doctor
    cause: ParticipationCause


@published("matching.PlacesStated.v1")
class PlacesStated(Created):
    """餘額: the clinic said how many more families one of its doctors can take; None takes the last statement back."""

    originator_id: UUID
    institution: Institution
    doctor: Doctor
    places: int | None
