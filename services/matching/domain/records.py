"""What is recorded once and never changes: exports, imports, who takes part, forgotten people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from services.matching import events
from services.matching.domain import refusals
from shared.events import Aggregate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from services.matching.events import ParticipationCause, RegisterKind
    from shared.imports.counts import RowCounts
    from shared.sealing import SubjectId

MOST_PLACES = 9999
"""No doctor cares for more families; a larger number is a slip of the hand."""


class CaseExport(Aggregate):
    """批次匯出: an institution took the data of cases it has accepted."""

    TOPIC = "matching.CaseExport"
    CasesExported = events.CasesExported

    @classmethod
    def record(cls, institution: str, case_nos: Sequence[str], digest: str, now: datetime) -> Self:
        """The file of this keyed digest was handed out."""
        return cls._create(
            cls.CasesExported, timestamp=now, institution=institution, case_nos=tuple(case_nos), digest=digest
        )

    @property
    def stream_subject(self) -> str:
        """The export's own id."""
        return str(self.id)


class RegisterImport(Aggregate):
    """匯入: a file of the register was taken in."""

    TOPIC = "matching.RegisterImport"
    RegisterImported = events.RegisterImported

    @classmethod
    def record(cls, kind: RegisterKind, digest: str, counts: RowCounts, now: datetime) -> Self:
        """The file of this keyed digest, whose rows came out as counted."""
        return cls._create(cls.RegisterImported, timestamp=now, kind=kind, digest=digest, **vars(counts))

    @property
    def stream_subject(self) -> str:
        """The import's own id."""
        return str(self.id)


class EndOfParticipation(Aggregate):
    """An institution or a doctor can take no family from now on."""

    TOPIC = "matching.EndOfParticipation"
    ParticipationEnded = events.ParticipationEnded

    @classmethod
    def record(cls, institution: str, doctor: str, cause: ParticipationCause, now: datetime) -> Self:
        """So the registry has told; either of the two may be empty, see the event."""
        return cls._create(cls.ParticipationEnded, timestamp=now, institution=institution, doctor=doctor, cause=cause)

    @property
    def stream_subject(self) -> str:
        """The record's own id."""
        return str(self.id)


class ReturnToParticipation(Aggregate):
    """What had kept an institution or a doctor from taking part is over."""

    TOPIC = "matching.ReturnToParticipation"
    ParticipationResumed = events.ParticipationResumed

    @classmethod
    def record(cls, institution: str, doctor: str, cause: ParticipationCause, now: datetime) -> Self:
        """So the registry has told."""
        return cls._create(cls.ParticipationResumed, timestamp=now, institution=institution, doctor=doctor, cause=cause)

    @property
    def stream_subject(self) -> str:
        """The record's own id."""
        return str(self.id)


class PlacesStatement(Aggregate):
    """餘額: what a clinic last said of a doctor stands until it says otherwise; nothing counts it down."""

    TOPIC = "matching.PlacesStatement"
    PlacesStated = events.PlacesStated

    @classmethod
    def record(cls, institution: str, doctor: str, places: int | None, now: datetime) -> Self:
        """So many more families can come, from 0; None where the clinic does not say."""
        if places is not None and not 0 <= places <= MOST_PLACES:
            raise refusals.PlacesOutOfRange("places", limit=MOST_PLACES)
        return cls._create(cls.PlacesStated, timestamp=now, institution=institution, doctor=doctor, places=places)

    @property
    def stream_subject(self) -> str:
        """The record's own id."""
        return str(self.id)


class ForgottenSubject(Aggregate):
    """The vault destroyed a person's key."""

    TOPIC = "matching.ForgottenSubject"
    SubjectForgotten = events.SubjectForgotten

    @classmethod
    def record(cls, subject: SubjectId, ground: str, now: datetime) -> Self:
        """From now on nothing sealed for this person opens."""
        return cls._create(cls.SubjectForgotten, timestamp=now, subject=subject, ground=ground)

    @property
    def stream_subject(self) -> str:
        """The record's own id."""
        return str(self.id)
