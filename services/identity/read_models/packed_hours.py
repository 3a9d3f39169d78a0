"""服務時段 of one day as one number, so that PostgreSQL compares it fast: six fields of nine bits, five minutes a step.

From the lowest bits: morning opens, morning closes, then afternoon and evening likewise. A session that is not held
opens and closes at 0, so that no moment lies in it.
"""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

from services.identity.events import Session, SessionHours

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

_BITS = 9
_MASK = (1 << _BITS) - 1
_STEP = 5
_SESSIONS = tuple(Session)


def packed(sessions: Iterable[SessionHours]) -> int:
    """One day's sessions as a number."""
    number = 0
    for hours in sessions:
        place = 2 * _BITS * _SESSIONS.index(hours.session)
        number |= step_of(hours.opens) << place | step_of(hours.closes) << place + _BITS
    return number


def unpacked(number: int) -> tuple[SessionHours, ...]:
    """The sessions that were packed, in the order of the day."""
    fields = ((number >> 2 * _BITS * place, session) for place, session in enumerate(_SESSIONS))
    return tuple(
        SessionHours(session, _time(both & _MASK), _time(both >> _BITS & _MASK))
        for both, session in fields
        if both >> _BITS & _MASK
    )


def is_open(column: str, moment: datetime) -> str:
    """SQL: whether a packed day is open at that moment of Taipei time."""
    step = step_of(moment.time())
    sessions = (
        f"(({column} >> {place}) & {_MASK}) <= {step} and {step} < (({column} >> {place + _BITS}) & {_MASK})"
        for place in range(0, 2 * _BITS * len(_SESSIONS), 2 * _BITS)
    )
    return f"{column} > 0 and ({' or '.join(sessions)})"


def is_held(column: str, session: Session) -> str:
    """SQL: whether a packed day has that session."""
    place = 2 * _BITS * _SESSIONS.index(session) + _BITS
    return f"(({column} >> {place}) & {_MASK}) > 0"


def step_of(at: time) -> int:
    """The five minutes in which a time lies, from 0 at midnight."""
    return (at.hour * 60 + at.minute) // _STEP


def _time(step: int) -> time:
    return time(*divmod(step * _STEP, 60))
