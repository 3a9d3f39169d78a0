"""What support has to know of practitioners, institutions and places: facts told to it, kept by somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from services.support.domain import refusals
from services.support.domain.schedules import Occurrence
from services.support.events import LicenceFinding, PlaceKind, StandingDoubt, SupportedPlace
from shared.calendar import TAIPEI

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from services.support.domain.forty_percent import OwnStrength
    from services.support.domain.support import Span
    from shared.refusals import Refusal
    from shared.sealing import SubjectId


@dataclass(frozen=True)
class Pause:
    """停業 from `since` on to `until`, its last day, where one is planned."""

    since: date
    until: date | None

    def meets(self, first: date, last: date) -> bool:
        """Whether it has a day in common with the days from `first` to `last`."""
        return self.since <= last and (self.until is None or first <= self.until)


@dataclass(frozen=True)
class PractitionerFacts:
    """醫事人員; `institution` is empty for whoever practises nowhere.

    `licensed` is whether any licence is known, and `licence_until` the last day of the one that holds longest; None
    where it has no end.
    """

    number: str
    name: str
    profession: str
    institution: str
    subject: SubjectId
    licensed: bool
    licence_until: date | None
    pause: Pause | None


@dataclass(frozen=True)
class InstitutionFacts:
    """醫事機構; closed for good from `closed_since` on."""

    code: str
    name: str
    county: str
    pause: Pause | None
    closed_since: date | None

    @property
    def place(self) -> SupportedPlace:
        """The institution as a place that is supported."""
        return SupportedPlace(PlaceKind.INSTITUTION, self.code, self.name, self.county)


@dataclass(frozen=True)
class Names:
    """What institutions (by code) and practitioners (by number) are called, those that are known."""

    institutions: Mapping[str, str]
    practitioners: Mapping[str, str]

    def institution(self, code: str) -> str:
        """The institution's name; empty where it is not known, or `code` is."""
        return self.institutions.get(code, "")

    def practitioner(self, number: str) -> str:
        """The practitioner's name, likewise."""
        return self.practitioners.get(number, "")


class Register(Protocol):
    """Answers what is known now; None of what it has never heard of."""

    def practitioner(self, number: str) -> PractitionerFacts | None:
        """The practitioner of this number."""

    def institution(self, code: str) -> InstitutionFacts | None:
        """The institution of this 10-digit code."""

    def place(self, code: str, name: str) -> SupportedPlace | None:
        """The non-medical place of this code and name."""

    def peers(self, institution: str, profession: str) -> frozenset[str]:
        """The numbers of those who practise this profession at an institution and are not suspended."""

    def staff(self, institution: str) -> frozenset[str]:
        """The numbers of everybody who practises at an institution."""

    def strength(self, institution: str) -> OwnStrength | None:
        """What an institution has stated of itself."""

    def names(self, institutions: Collection[str], practitioners: Collection[str]) -> Names:
        """What these are called."""


def objection_to_home(practitioner: PractitionerFacts | None, institution: str, field: str) -> Refusal | None:
    """Why nobody can apply from this institution (code) for a practitioner; None where it can be done."""
    if practitioner is None:
        return refusals.PractitionerUnknown(field)
    return None if practitioner.institution == institution else refusals.NotYourStaff(field)


def licence_finding(practitioner: PractitionerFacts, days: tuple[date, date]) -> LicenceFinding:
    """Whether the licence lasts until the last of these days."""
    if not practitioner.licensed:
        return LicenceFinding.UNKNOWN
    until = practitioner.licence_until
    return LicenceFinding.COVERS if until is None or days[1] <= until else LicenceFinding.ENDS_BEFORE


def standing_doubts(
    practitioner: PractitionerFacts,
    home: InstitutionFacts | None,
    place: InstitutionFacts | None,
    days: tuple[date, date],
) -> tuple[StandingDoubt, ...]:
    """Who is suspended or closed between the first and the last of these days; `place` None of a non-medical one."""
    doubts = [StandingDoubt.PRACTITIONER_SUSPENDED] if _pauses(practitioner.pause, days) else []
    for institution, suspended, closed in (
        (home, StandingDoubt.HOME_SUSPENDED, StandingDoubt.HOME_CLOSED),
        (place, StandingDoubt.PLACE_SUSPENDED, StandingDoubt.PLACE_CLOSED),
    ):
        if institution is not None:
            doubts += [suspended] if _pauses(institution.pause, days) else []
            doubts += [closed] if institution.closed_since and institution.closed_since <= days[1] else []
    return tuple(doubts)


def _pauses(pause: Pause | None, days: tuple[date, date]) -> bool:
    return pause is not None and pause.meets(*days)


@dataclass(frozen=True)
class Stay:
    """A time at which a practitioner is at a place by an approved support; `span` aware."""

    support: UUID
    practitioner: str
    place: SupportedPlace
    span: Span

    @property
    def occurrence(self) -> Occurrence:
        """The time by Taipei's clock."""
        return Occurrence(self.span.starts_at.astimezone(TAIPEI), self.span.ends_at.astimezone(TAIPEI))


class Diaries(Protocol):
    """Answers which times of approved supports touch a span."""

    def of_practitioners(self, numbers: Collection[str], span: Span) -> Sequence[Stay]:
        """Those of these practitioners, wherever they are."""

    def at_place(self, place: SupportedPlace, span: Span) -> Sequence[Stay]:
        """Those at a place, whoever comes."""

    def away_from(self, institution: str, span: Span) -> Sequence[Stay]:
        """Those of whoever practises at an institution."""
