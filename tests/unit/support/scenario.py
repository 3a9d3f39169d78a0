"""The applications, supports, locks and departures that published events make."""

from __future__ import annotations

from services.support import events
from services.support.domain.application import Application
from services.support.domain.move_lock import Departure, MoveLock
from services.support.domain.support import Support
from tests.controls.deciding import Given, replayed_as

_BEGINS = {
    events.SupportDrafted: Application,
    events.SupportApproved: Support,
    events.MoveLockSet: MoveLock,
    events.DepartureNoted: Departure,
}


def replayed(*history):
    """The application, support, lock or departure that these published events make, in this order."""
    return replayed_as(_BEGINS[type(history[0])], *history)


def given(*history):
    """An application, a support, a lock or a departure with a history."""
    return Given(replayed(*history))
