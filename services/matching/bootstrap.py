"""The composition root of matching: settings become a database, a vault, the application and what follows its log."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from services.matching.adapters.known_registry import KnownRegistry
from services.matching.application import Matching
from services.matching.processes import PROCESSES
from services.matching.read_models.bureau_board import BureauBoard
from services.matching.read_models.case_statistics import CaseStatistics
from services.matching.read_models.clinic_worklist import ClinicWorklist
from services.matching.read_models.doctor_demand import DoctorDemand
from services.matching.read_models.enrolments import Enrolments
from services.matching.read_models.family_cases import FamilyCases
from services.matching.read_models.known_doctors import KnownDoctors
from services.matching.read_models.known_institutions import KnownInstitutions
from services.matching.read_models.stated_places import StatedPlaces
from shared.calendar import taipei_day, working_calendar
from shared.context import Context, foundation, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from services.matching.domain.registry import Registry
    from shared.calendar import WorkingCalendar
    from shared.installation import Installation
    from shared.read_models.model import ReadModel

CONTEXT = "matching"
_CALENDAR_NOTICE = timedelta(days=60)
"""How long before its end a table of working days is told of; the next year's is announced about half a year ahead."""

REGISTRY = "identity"
"""The context that keeps the registry, whose log is followed."""
FOLLOWS = (REGISTRY,)

_READ_MODELS: tuple[type[ReadModel[Any]], ...] = (
    FamilyCases,
    ClinicWorklist,
    BureauBoard,
    CaseStatistics,
    Enrolments,
    DoctorDemand,
    StatedPlaces,
    KnownInstitutions,
    KnownDoctors,
)

_log = structlog.get_logger()


class MatchingContext(Context[Matching]):
    """Matching put together."""


@contextmanager
def matching_in(
    place: Installation, clock: Callable[[], datetime] = utc_now, registry: Registry | None = None
) -> Iterator[MatchingContext]:
    """Matching in an installation, ready; nothing works in it before `workers` are started.

    It asks the registry of identity, whose log has to be installed; or the one given, and then follows no other log.
    """
    follows = FOLLOWS if registry is None else ()
    with foundation(place, CONTEXT, follows) as base, ExitStack() as closing:
        if registry is None:
            known = KnownRegistry(base.database, base.logs[REGISTRY], base.positions, clock)
            closing.callback(known.close)
            registry = known
        application = Matching(base.database, place.vault, registry, _calendar(clock()), give_way=place.give_way)
        closing.callback(application.close)
        application.record_forgotten(place.vault.forgotten(), clock())
        yield MatchingContext(
            **vars(base),
            application=application,
            model_types=[model for model in _READ_MODELS if model.context in base.logs],
            process_types=[process for process in PROCESSES if process.context in base.logs],
            clock=clock,
        )


def _calendar(now: datetime) -> WorkingCalendar:
    """The working days; no deadline may be wrong in silence, so a table that ends soon is told of at each start."""
    calendar = working_calendar()
    if calendar.covered_until < taipei_day(now + _CALENDAR_NOTICE):
        _log.warning("working_days_end_soon", covered_until=calendar.covered_until.isoformat())
    return calendar
