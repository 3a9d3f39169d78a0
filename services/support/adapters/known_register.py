"""The register and the diaries as support knows them: from its own rows, which follow what identity and itself tell.

The rows may be a moment behind. What is decided from them in that moment is evidence only, or is put right as soon as
both facts stand in support's log (`lock_out_whoever_has_left`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.support.domain.forty_percent import OwnStrength
from services.support.domain.refusals import RegisterBehind
from services.support.domain.register import InstitutionFacts, Names, Pause, PractitionerFacts, Stay
from services.support.domain.support import Span
from services.support.events import PlaceKind, SupportedPlace
from services.support.read_models.known_institutions import KnownInstitutions, institution_names, known_institution
from services.support.read_models.known_places import KnownPlaces, known_place
from services.support.read_models.known_practitioners import (
    KnownPractitioners,
    known_practitioner,
    numbers_at,
    peers_at,
    practitioner_names,
)
from services.support.read_models.strengths import Strengths, strength_of
from services.support.read_models.support_times import (
    SupportTimes,
    times_at,
    times_from,
    times_of_practitioners,
)
from shared.read_models.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

    from services.support.read_models.support_times import SupportTime
    from shared.postgres import Database
    from shared.read_models.freshness import Positions
    from shared.read_models.model import ReadModel
    from shared.store.log import Log

_PATIENCE = 2.0
"""Seconds to wait for rows that have not been filled yet; then the asker has to come again."""


class KnownRegister:
    """Answers what is known of practitioners, institutions and places.

    `registry` is identity's log and `own` support's. A new installation knows nobody before its rows have caught up
    with what was there when it was first asked: until then it refuses with `RegisterBehind`.
    """

    def __init__(self, database: Database, registry: Log, own: Log, positions: Positions) -> None:
        self._registry = registry
        self._positions = positions
        self._practitioners = Reader(KnownPractitioners, database, registry, positions)
        self._institutions = Reader(KnownInstitutions, database, registry, positions)
        self._places = Reader(KnownPlaces, database, registry, positions)
        self._strengths = Reader(Strengths, database, own, positions)
        self._is_filled = False

    def practitioner(self, number: str) -> PractitionerFacts | None:
        """The practitioner of this number."""
        self._wait_until_filled()
        known = known_practitioner(self._practitioners, number)
        if known is None:
            return None
        return PractitionerFacts(
            number=known.number,
            name=known.name,
            profession=known.profession,
            institution=known.institution,
            subject=known.subject,
            licensed=known.licensed,
            licence_until=known.licence_until,
            pause=_pause(known.suspended_since, known.suspended_until),
        )

    def institution(self, code: str) -> InstitutionFacts | None:
        """The institution of this code."""
        self._wait_until_filled()
        known = known_institution(self._institutions, code)
        if known is None:
            return None
        pause = _pause(known.suspended_since, known.suspended_until)
        return InstitutionFacts(known.code, known.name, known.county, pause, known.closed_since)

    def place(self, code: str, name: str) -> SupportedPlace | None:
        """The non-medical place of this code and name, also one that was added a moment ago."""
        self._wait_until_filled()
        known = known_place(self._places, code, name)
        if known is None:
            self._wait_for(KnownPlaces)
            known = known_place(self._places, code, name)
        return SupportedPlace(PlaceKind.NON_MEDICAL, known.code, known.name, known.county) if known else None

    def peers(self, institution: str, profession: str) -> frozenset[str]:
        """Who practises this profession there and is not suspended."""
        self._wait_until_filled()
        return frozenset(peers_at(self._practitioners, institution, profession))

    def staff(self, institution: str) -> frozenset[str]:
        """Everybody who practises there."""
        self._wait_until_filled()
        return frozenset(numbers_at(self._practitioners, institution))

    def strength(self, institution: str) -> OwnStrength | None:
        """What an institution has said of itself."""
        stated = strength_of(self._strengths, institution)
        return OwnStrength(stated.weekly_sessions, stated.doctors) if stated else None

    def names(self, institutions: Collection[str], practitioners: Collection[str]) -> Names:
        """What these are called."""
        self._wait_until_filled()
        return Names(
            institution_names(self._institutions, institutions),
            practitioner_names(self._practitioners, practitioners),
        )

    def close(self) -> None:
        """Close the connections."""
        for reader in (self._practitioners, self._institutions, self._places, self._strengths):
            reader.close()

    def _wait_until_filled(self) -> None:
        if self._is_filled:
            return
        for model in (KnownPractitioners, KnownInstitutions, KnownPlaces):
            if not self._wait_for(model):
                raise RegisterBehind
        self._is_filled = True

    def _wait_for(self, model: type[ReadModel[Any]]) -> bool:
        """Whether the rows have come, in time, as far as the registry has by now."""
        head = self._registry.head().position
        return self._positions.wait_until(model.table.name, lambda position: position >= head, _PATIENCE)


class KnownDiaries:
    """Answers which times of approved supports touch a span, from the rows of the calendar."""

    def __init__(self, database: Database, own: Log, positions: Positions) -> None:
        self._times = Reader(SupportTimes, database, own, positions)

    def of_practitioners(self, numbers: Collection[str], span: Span) -> Sequence[Stay]:
        """Those of these practitioners."""
        return _stays(times_of_practitioners(self._times, numbers, *span))

    def at_place(self, place: SupportedPlace, span: Span) -> Sequence[Stay]:
        """Those at a place."""
        return _stays(times_at(self._times, place, *span))

    def away_from(self, institution: str, span: Span) -> Sequence[Stay]:
        """Those of whoever supports others from an institution."""
        return _stays(times_from(self._times, institution, *span))

    def close(self) -> None:
        """Close the connections."""
        self._times.close()


def _pause(since: date | None, until: date | None) -> Pause | None:
    return Pause(since, until) if since is not None else None


def _stays(times: Iterable[SupportTime]) -> list[Stay]:
    return [
        Stay(
            time.support,
            time.practitioner,
            SupportedPlace(time.place_kind, time.place_code, time.place_name, time.place_county),
            Span(time.starts_at, time.ends_at),
        )
        for time in times
    ]
