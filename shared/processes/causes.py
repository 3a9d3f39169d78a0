"""A cause that holds from a day on, and until it is told to be gone: what a process keeps of it, event by event."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from shared.calendar import start_of_day

if TYPE_CHECKING:
    from datetime import date, datetime


class CauseStanding(NamedTuple):
    """How a cause stands: whether it `holds`, from when on it will (aware), and whether it has just gone."""

    holds: bool
    holds_from: datetime | None
    has_gone: bool


def cause_after(before: CauseStanding | None, since: date | None, now: datetime) -> CauseStanding | None:
    """How a cause stands once it is told, at `now` (aware), to hold from this Taipei day on; None: no longer.

    A cause holds from its day on; once it has gone, and has been told to have, it is forgotten.
    """
    held = before is not None and (before.holds or (before.holds_from is not None and before.holds_from <= now))
    if since is None:
        return CauseStanding(holds=False, holds_from=None, has_gone=True) if held else None
    holds_from = start_of_day(since)
    if holds_from <= now:
        return CauseStanding(holds=True, holds_from=None, has_gone=False)
    return CauseStanding(holds=False, holds_from=holds_from, has_gone=held)
