"""The composition root of matching: settings become a database, a vault, the application and what follows its log."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from services.matching.adapters.reference_registry import ReferenceRegistry, reference_registry
from services.matching.application import Matching
from services.matching.processes import PROCESSES
from services.matching.read_models.bureau_board import BureauBoard
from services.matching.read_models.case_statistics import CaseStatistics
from services.matching.read_models.clinic_worklist import ClinicWorklist
from services.matching.read_models.family_cases import FamilyCases
from shared.calendar import taipei_day, working_calendar
from shared.context import Context, foundation, installation, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from shared.calendar import WorkingCalendar
    from shared.context import Installation
    from shared.read_models.model import ReadModel
    from shared.settings import Settings

CONTEXT = "matching"
_CALENDAR_NOTICE = timedelta(days=60)
"""How long before its end a table of working days is told of; the next year's is announced about half a year ahead."""

_READ_MODELS: tuple[type[ReadModel[Any]], ...] = (FamilyCases, ClinicWorklist, BureauBoard, CaseStatistics)

_log = structlog.get_logger()


class MatchingContext(Context[Matching]):
    """Matching put together."""

    @property
    def registry(self) -> ReferenceRegistry:
        """What is known of institutions and doctors."""
        registry = self.application.desk.registry
        assert isinstance(registry, ReferenceRegistry)  # noqa: S101 - for the type checker: `matching_in` gave it
        return registry


@contextmanager
def matching_in(place: Installation, clock: Callable[[], datetime] = utc_now) -> Iterator[MatchingContext]:
    """Matching in an installation, ready; nothing works in it before `workers` are started."""
    with foundation(place, CONTEXT) as base:
        application = Matching(
            base.database, place.vault, reference_registry(), _calendar(clock()), give_way=place.give_way
        )
        try:
            application.record_forgotten(place.vault.forgotten(), clock())
            yield MatchingContext(
                **vars(base),
                application=application,
                model_types=_READ_MODELS,
                process_types=PROCESSES,
                clock=clock,
            )
        finally:
            application.close()


@contextmanager
def matching(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Iterator[MatchingContext]:
    """Matching alone, as these settings want it."""
    with installation(settings) as place, matching_in(place, clock) as context:
        yield context


def _calendar(now: datetime) -> WorkingCalendar:
    """The working days; no deadline may be wrong in silence, so a table that ends soon is told of at each start."""
    calendar = working_calendar()
    if calendar.covered_until < taipei_day(now + _CALENDAR_NOTICE):
        _log.warning("working_days_end_soon", covered_until=calendar.covered_until.isoformat())
    return calendar
