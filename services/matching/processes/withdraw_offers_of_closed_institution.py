"""Withdraw offers of closed institution: who can take nobody any more is asked no longer, and families go on.

Nothing is missed, whichever comes first. An offer that stands before `ParticipationEnded` in the log is among the open
ones then; one that was decided meanwhile, from what the registry said a moment before, stands after it and is withdrawn
as soon as it is seen. The order of the log decides, so a replay gives the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.matching import events
from services.matching.commands import WithdrawOffer
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


class HeldOffer(msgspec.Struct, frozen=True):
    """An offer, or an unsigned agreement, that ends by itself at `until`."""

    case_id: UUID
    rank: int
    institution: str
    until: datetime


class Absence(msgspec.Struct, frozen=True):
    """Why nobody may be asked: at `institution`, or wherever the doctor practises where that is empty."""

    institution: str
    cause: events.ParticipationCause


class Asked(msgspec.Struct, frozen=True):
    """An institution (its code) or a doctor (their number) with the offers that they hold, and why they may hold none.

    The offer of a case that its family withdrew stays until it would have ended; taking it back is then refused.
    """

    who: str
    offers: tuple[HeldOffer, ...] = ()
    absences: tuple[Absence, ...] = ()


_SETTLED = (
    events.InstitutionDeclined,
    events.OfferExpired,
    events.OfferWithdrawn,
    events.NoticeReleased,
    events.NoticeLapsed,
    events.CaseEnrolled,
    events.EnrolmentMismatchDetected,
)


class WithdrawOffersOfClosedInstitution(Process[Asked]):
    """Takes every offer and every unsigned agreement back, one command a case, as soon as both facts are known."""

    context: ClassVar[str] = "matching"
    table: ClassVar[Table[Asked]] = Table("withdraw_offers_of_closed_institution", Asked, key=("who",))
    folds: ClassVar[tuple[type[Event], ...]] = (
        events.ParticipationEnded,
        events.ParticipationResumed,
        events.PreferenceOffered,
        events.NoticeRequested,
        *_SETTLED,
    )

    def keys(self, event: Event) -> Iterable[Key]:
        """Whom the registry told of; of an offer, both the institution and the doctor."""
        match event:
            case events.ParticipationEnded() | events.ParticipationResumed():
                return [_key(event.institution, event.doctor)]
            case events.EnrolmentMismatchDetected():
                institution, doctor = event.expected_institution, event.expected_doctor
            case _:
                institution, doctor = event.institution, event.doctor  # type: ignore[attr-defined]
        return [_key(institution, ""), _key(institution, doctor)] if institution else []

    def evolve(self, key: Key, row: Asked | None, event: Event) -> Asked | None:
        """Offers are held until they are settled, absences until the registry takes them back."""
        asked = row or Asked(key[0])
        others = tuple(
            held for held in asked.offers if held.case_id != event.originator_id and held.until >= event.timestamp
        )
        match event:
            case events.ParticipationEnded():
                absences = {*asked.absences, Absence(event.institution, event.cause)}
                asked = replace(asked, offers=others, absences=tuple(sorted(absences, key=_by_cause)))
            case events.ParticipationResumed():
                gone = Absence(event.institution, event.cause)
                asked = replace(asked, absences=tuple(absence for absence in asked.absences if absence != gone))
            case events.PreferenceOffered():
                held = HeldOffer(event.originator_id, event.rank, event.institution, event.answer_by)
                asked = replace(asked, offers=(*others, held))
            case events.NoticeRequested():
                held = HeldOffer(event.originator_id, event.rank, event.institution, event.sign_by)
                asked = replace(asked, offers=(*others, held))
            case _:
                asked = replace(asked, offers=others)
        return asked if asked.offers or asked.absences else None

    def react(self, row: Asked | None, event: Event) -> Iterable[Command]:
        """Take back what is held when an absence begins, and what is offered while one lasts."""
        if row is None:
            return []
        match event:
            case events.ParticipationEnded():
                return [
                    WithdrawOffer(held.case_id, held.rank, event.cause)
                    for held in row.offers
                    if event.institution in {"", held.institution}
                ]
            case events.PreferenceOffered():
                causes = [absence.cause for absence in row.absences if absence.institution in {"", event.institution}]
                return [WithdrawOffer(event.originator_id, event.rank, cause) for cause in causes[:1]]
        return []


def _key(institution: str, doctor: str) -> Key:
    return (f"doctor/{doctor}" if doctor else f"institution/{institution}",)


def _by_cause(absence: Absence) -> tuple[str, str]:
    return absence.cause, absence.institution
