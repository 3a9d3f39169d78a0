"""The registry as matching knows it: from its own rows, which follow what identity tells.

The rows may be a moment behind. What is decided from them in that moment is put right as soon as both facts stand in
matching's log (`withdraw_offers_of_closed_institution`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.matching.domain.refusals import RegistryBehind
from services.matching.domain.registry import DoctorFacts, InstitutionFacts, Names
from services.matching.read_models.known_doctors import (
    KnownDoctor,
    KnownDoctors,
    doctor_names,
    known_doctor,
    known_doctors_at,
)
from services.matching.read_models.known_institutions import KnownInstitutions, institution_names, known_institution
from shared.calendar import taipei_day
from shared.read_models.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from shared.postgres import Database
    from shared.read_models.freshness import Positions
    from shared.store.log import Log

_PATIENCE = 2.0
"""Seconds to wait for rows that have not been filled yet; then the asker has to come again."""


class KnownRegistry:
    """Answers what is known of an institution or a doctor on the Taipei day of `clock`.

    `log` is identity's. A new installation knows nobody before its rows have caught up with what was there when it was
    first asked: until then it refuses with `RegistryBehind`, or every preference would be passed over as gone.
    """

    def __init__(self, database: Database, log: Log, positions: Positions, clock: Callable[[], datetime]) -> None:
        self._log = log
        self._positions = positions
        self._clock = clock
        self._institutions = Reader(KnownInstitutions, database, log, positions)
        self._doctors = Reader(KnownDoctors, database, log, positions)
        self._is_filled = False

    def institution(self, code: str) -> InstitutionFacts | None:
        """The institution of this 10-digit code."""
        self._wait_until_filled()
        known = known_institution(self._institutions, code)
        if known is None:
            return None
        takes_part = known.takes_part(taipei_day(self._clock()))
        return InstitutionFacts(known.code, known.name, known.county, known.district, takes_part)

    def doctor(self, number: str) -> DoctorFacts | None:
        """The doctor of this practitioner number."""
        self._wait_until_filled()
        known = known_doctor(self._doctors, number)
        return self._facts(known) if known else None

    def names(self, institutions: Collection[str], doctors: Collection[str]) -> Names:
        """What these are called."""
        self._wait_until_filled()
        return Names(institution_names(self._institutions, institutions), doctor_names(self._doctors, doctors))

    def doctors_at(self, institution: str) -> tuple[DoctorFacts, ...]:
        """The doctors of an institution, by number."""
        self._wait_until_filled()
        return tuple(self._facts(known) for known in known_doctors_at(self._doctors, institution))

    def close(self) -> None:
        """Close the connections."""
        self._institutions.close()
        self._doctors.close()

    def _facts(self, known: KnownDoctor) -> DoctorFacts:
        active = known.is_active(taipei_day(self._clock()))
        return DoctorFacts(known.number, known.name, known.institution, active, known.training_done)

    def _wait_until_filled(self) -> None:
        if self._is_filled:
            return
        head = self._log.head().position
        for model in (KnownInstitutions, KnownDoctors):
            if not self._positions.wait_until(model.table.name, lambda position: position >= head, _PATIENCE):
                raise RegistryBehind
        self._is_filled = True
