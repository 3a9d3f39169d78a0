"""Tells of what keeps events from going out, again and again while it lasts: without that, nothing seems to happen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog

from shared.relay.status import UNSIGNED_SECONDS, status

if TYPE_CHECKING:
    from shared.postgres import Connection

_log = structlog.get_logger()


class Alarms:
    """Looks now and then whether something takes longer than `limit` seconds."""

    def __init__(self, connection: Connection, context: str, limit: float) -> None:
        self._connection = connection
        self._context = context
        self._limit = limit
        self._looked = time.monotonic()

    def look(self) -> None:
        """Tell what is wrong, at most three times within the limit."""
        now = time.monotonic()
        if now - self._looked < self._limit / 3:
            return
        self._looked = now
        log = status(self._connection, self._context)
        if log.horizon_age > self._limit:
            _log.critical("horizon_held_back", context=self._context, seconds=round(log.horizon_age))
        if log.behind > self._limit:
            _log.critical("publishing_behind", context=self._context, seconds=round(log.behind), events=log.waiting)
        if log.unsigned > UNSIGNED_SECONDS:
            _log.critical("log_unsigned", context=self._context, seconds=round(log.unsigned))
