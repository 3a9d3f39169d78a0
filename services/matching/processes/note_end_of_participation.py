"""Note end of participation: what the registry tells of closures and moves becomes a fact of matching, on its day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

import msgspec

from services.identity import events as registry
from services.matching.commands import EndParticipation, ResumeParticipation
from services.matching.events import ParticipationCause
from shared.processes.causes import CauseStanding, cause_after
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


class Participation(msgspec.Struct, frozen=True):
    """One cause that keeps an institution or a doctor from taking families.

    `ended` while it holds; `ends_at` when it will hold, where that lies ahead; `resumed` when it has just gone. Doctor
    and institution are as in `ParticipationEnded`.
    """

    institution: str
    doctor: str
    cause: ParticipationCause
    ended: bool
    ends_at: datetime | None
    resumed: bool


_OF_INSTITUTION = {
    registry.InstitutionClosed: (ParticipationCause.INSTITUTION_CLOSED,),
    registry.InstitutionSuspended: (ParticipationCause.INSTITUTION_SUSPENDED,),
    registry.InstitutionResumed: (ParticipationCause.INSTITUTION_CLOSED, ParticipationCause.INSTITUTION_SUSPENDED),
    registry.ProgrammeJoined: (ParticipationCause.INSTITUTION_LEFT_PROGRAMME,),
    registry.ProgrammeLeft: (ParticipationCause.INSTITUTION_LEFT_PROGRAMME,),
}
_OF_DOCTOR = {
    registry.PractitionerSuspended: ParticipationCause.DOCTOR_SUSPENDED,
    registry.PractitionerResumed: ParticipationCause.DOCTOR_SUSPENDED,
    registry.PractitionerJoinedProgramme: ParticipationCause.DOCTOR_LEFT_PROGRAMME,
    registry.PractitionerLeftProgramme: ParticipationCause.DOCTOR_LEFT_PROGRAMME,
    registry.LicenceExpired: ParticipationCause.LICENCE_EXPIRED,
    registry.LicenceRecorded: ParticipationCause.LICENCE_EXPIRED,
}


class NoteEndOfParticipation(Process[Participation]):
    """Records in matching's own log who takes part no longer, and who does again: at once, or when the day has come."""

    context: ClassVar[str] = "identity"
    table: ClassVar[Table[Participation]] = Table(
        "note_end_of_participation",
        Participation,
        key=("institution", "doctor", "cause"),
        indexes=(("ends_at",),),
    )
    folds: ClassVar[tuple[type[Event], ...]] = (*_OF_INSTITUTION, *_OF_DOCTOR, registry.PractitionerMoved)
    deadline: ClassVar[str | None] = "ends_at"

    def keys(self, event: Event) -> Iterable[Key]:
        """The causes that the event brings or takes away."""
        match event:
            case registry.ProgrammeJoined() | registry.ProgrammeLeft() if _is_another_programme(event.programme):
                return []
            case registry.PractitionerJoinedProgramme() | registry.PractitionerLeftProgramme() if _is_another_programme(
                event.programme
            ):
                return []
            case registry.PractitionerMoved():
                places = (event.former_institution, event.institution)
                return [(place, event.practitioner, ParticipationCause.DOCTOR_MOVED) for place in places if place]
        if (cause := _OF_DOCTOR.get(type(event))) is not None:
            return [("", event.practitioner, cause)]  # type: ignore[attr-defined]
        return [(event.institution, "", cause) for cause in _OF_INSTITUTION[type(event)]]  # type: ignore[attr-defined]

    def evolve(self, key: Key, row: Participation | None, event: Event) -> Participation | None:
        """A cause holds from its day on; once it has gone, and has been told to have, it is forgotten."""
        institution, doctor, cause = key
        before = CauseStanding(row.ended, row.ends_at, row.resumed) if row else None
        after = cause_after(before, _first_day_without(institution, event), event.timestamp)
        return Participation(institution, doctor, cause, *after) if after else None

    def react(self, row: Participation | None, event: Event) -> Iterable[Command]:  # noqa: ARG002 - the row says all
        """Tell matching of what holds, or has gone, today."""
        if row is None:
            return []
        if row.ended:
            return [EndParticipation(row.institution, row.doctor, row.cause)]
        return [ResumeParticipation(row.institution, row.doctor, row.cause)] if row.resumed else []

    def expire(self, key: Key, row: Participation, now: datetime) -> Iterable[Command]:  # noqa: ARG002 - the row says all
        """The day has come."""
        return [EndParticipation(row.institution, row.doctor, row.cause)]


def _is_another_programme(programme: registry.Programme) -> bool:
    return programme != registry.Programme.DEDICATED_DOCTOR


def _first_day_without(institution: str, event: Event) -> date | None:
    """From which day on the cause holds after this event; None where it does not. Last days are still days with."""
    match event:
        case registry.InstitutionClosed() | registry.InstitutionSuspended() | registry.PractitionerSuspended():
            return event.since
        case registry.PractitionerMoved():
            return event.since if event.former_institution == institution else None
        case registry.ProgrammeLeft() | registry.PractitionerLeftProgramme():
            return _day_after(event.until)
        case registry.ProgrammeJoined() | registry.PractitionerJoinedProgramme():
            return _day_after(event.until)
        case registry.LicenceExpired():
            return _day_after(event.licence.valid_until)
    return None


def _day_after(day: date | None) -> date | None:
    return None if day is None else day + timedelta(days=1)
