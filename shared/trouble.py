"""Trouble that passes, and is waited out because nobody is at fault; other errors, told without a value in them."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import structlog

from shared.postgres import DatabaseUnavailable
from shared.transport import BrokerLost

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event


class TryAgain(RuntimeError):
    """Others were faster, several times over: nothing was done, and the same may well work in a moment."""


TROUBLE = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.IdleInTransactionSessionTimeout,  # this process stood still; psycopg files it elsewhere
    DatabaseUnavailable,
    BrokerLost,
    TryAgain,
)

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 10.0

_log = structlog.get_logger()


def untold(_: BaseException) -> None:
    """For whom nobody keeps account of what was waited out."""


def persevere(
    name: str,
    stop: Event,
    step: Callable[[], object],
    begin_anew: Callable[[], object],
    tell: Callable[[BaseException], object] = untold,
) -> None:
    """Repeat `step` until `stop` is set. After trouble `tell` it, wait, longer each time, and `begin_anew`.

    All else is raised.
    """
    pause = _FIRST_PAUSE
    while not stop.is_set():
        try:
            step()
        except TROUBLE as trouble:
            _log.warning("follower_paused", follower=name, cause=type(trouble).__name__, seconds=pause)
            tell(trouble)
            begin_anew()
            stop.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        else:
            pause = _FIRST_PAUSE


def reason(error: BaseException) -> str:
    """An error by its kind and place; its message stays behind, because messages quote values."""
    if isinstance(error, psycopg.Error):
        where = ".".join(filter(None, (error.diag.table_name, error.diag.column_name or error.diag.constraint_name)))
        return " ".join(filter(None, (type(error).__name__, error.sqlstate, where)))
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    frame = frames[-1]
    return f"{type(error).__name__} in {frame.name} ({Path(frame.filename).name}:{frame.lineno})"
