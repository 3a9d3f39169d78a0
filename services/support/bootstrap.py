"""The composition root of support: settings become a database, a vault, the application and what follows its log."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from services.support.adapters.known_register import KnownDiaries, KnownRegister
from services.support.application import Supporting
from services.support.processes import PROCESSES
from services.support.read_models.applications import Applications
from services.support.read_models.known_institutions import KnownInstitutions
from services.support.read_models.known_places import KnownPlaces
from services.support.read_models.known_practitioners import KnownPractitioners
from services.support.read_models.move_locks import MoveLocks
from services.support.read_models.strengths import Strengths
from services.support.read_models.support_times import SupportTimes
from services.support.read_models.supports import Supports
from shared.calendar import working_calendar
from shared.context import Context, foundation, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from shared.installation import Installation
    from shared.read_models.model import ReadModel

CONTEXT = "support"
REGISTRY = "identity"
"""The context that keeps the registry, whose log is followed."""
FOLLOWS = (REGISTRY,)

_READ_MODELS: tuple[type[ReadModel[Any]], ...] = (
    Applications,
    Supports,
    SupportTimes,
    MoveLocks,
    Strengths,
    KnownPractitioners,
    KnownInstitutions,
    KnownPlaces,
)


class SupportContext(Context[Supporting]):
    """Support put together."""


@contextmanager
def support_in(place: Installation, clock: Callable[[], datetime] = utc_now) -> Iterator[SupportContext]:
    """Support in an installation, ready; nothing works in it before `workers` are started.

    It asks the registry of identity, whose log has to be installed.
    """
    with foundation(place, CONTEXT, FOLLOWS) as base, ExitStack() as closing:
        register = KnownRegister(base.database, base.logs[REGISTRY], base.logs[CONTEXT], base.positions)
        closing.callback(register.close)
        diaries = KnownDiaries(base.database, base.logs[CONTEXT], base.positions)
        closing.callback(diaries.close)
        application = Supporting(
            base.database, place.vault, register, diaries, working_calendar(), give_way=place.give_way
        )
        closing.callback(application.close)
        yield SupportContext(
            **vars(base),
            application=application,
            model_types=_READ_MODELS,
            process_types=PROCESSES,
            clock=clock,
        )
