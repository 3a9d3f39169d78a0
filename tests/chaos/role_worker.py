"""A process that has one duty behind matching's log, until it is killed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from shared.settings import load
from shared.transport import BrokerLost
from tests.controls.matching_alone import matching

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.matching.bootstrap import MatchingContext
    from shared.context import Duty
    from shared.workers import Workers
    from tests.chaos.caseload import Clock

_PAUSE = 0.2


def follow(environment: Mapping[str, str], clock: Clock, duty: Duty) -> None:
    """Do one duty; ends by itself only with an error."""
    with matching(load(environment), clock) as context, _workers(context, duty) as workers:
        while not workers.wait(60):
            pass


def _workers(context: MatchingContext, duty: Duty) -> Workers:
    """The workers; a broker that is away is tried again, as by a supervisor that starts the process again."""
    while True:
        try:
            return context.workers([duty])
        except BrokerLost:
            threading.Event().wait(_PAUSE)
