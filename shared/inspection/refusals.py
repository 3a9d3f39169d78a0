"""Commands that were refused: no event tells of them, so they are kept beside the log, for a while and within bounds.

Nothing personal is kept: of the command only its name, of the answer only its code. Whoever has others refuse without
end, fills neither the disk nor anybody's time: a process keeps so many a minute, and all together so many in all.
"""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import structlog

from shared.postgres import Connections
from shared.principal import Role
from shared.trouble import TROUBLE

if TYPE_CHECKING:
    from shared.application import Trace
    from shared.postgres import Database
    from shared.principal import Principal

A_MINUTE = 300
"""Refusals that one process keeps of a minute; further ones are in its log alone."""
OF_VISITORS = 30
"""How many of them may be of callers who have not come in: strangers push out nobody whom we know."""
AT_MOST = 200_000
KEPT = timedelta(days=90)

_SWEEP_EVERY = 100
_NOTE = """
insert into refusal (at, method, code, correlation_id, causation_id, actor_id, actor_role)
values (%s, %s, %s, %s, %s, %s, %s)
"""
_SWEEP = "delete from refusal where at < %s or id <= (select max(id) from refusal) - %s"
_OF_REQUEST = """
select at, method, code, correlation_id, causation_id, actor_id, actor_role from refusal
where correlation_id = %s order by id limit %s
"""

_log = structlog.get_logger()


class Refused(msgspec.Struct, frozen=True):
    """A command that was refused: which, with what code, of whom, and what it belonged to; `cause` as of a `Fact`."""

    at: datetime
    method: str
    code: str
    correlation: str
    cause: str
    actor: str
    role: str


class Refusals:
    """Keeps what one context refuses; safe for threads and green threads."""

    def __init__(self, database: Database) -> None:
        self._connections = Connections(database, name="caretrail refusals")
        self._kept: deque[datetime] = deque(maxlen=A_MINUTE)
        self._kept_of_visitors: deque[datetime] = deque(maxlen=OF_VISITORS)
        self._counting = threading.Lock()
        self._noted = 0

    def note(self, method: str, code: str, who: Principal, trace: Trace, now: datetime) -> None:
        """Keep one, where there is room; whoever was refused waits for it, nobody else does.

        Where the database is away it is in the process's log alone: the answer is a refusal all the same.
        """
        if not self._has_room(who, now):
            return
        told = (now, method, code, trace.correlation_id, trace.causation_id, who.id, who.role)
        try:
            self._connections.lend(lambda connection: connection.execute(_NOTE, told))
            if self._noted % _SWEEP_EVERY == 0:
                bounds = (now - KEPT, AT_MOST)
                self._connections.lend(lambda connection: connection.execute(_SWEEP, bounds))
        except TROUBLE as trouble:
            _log.warning("refusal_not_kept", method=method, cause=type(trouble).__name__)

    def of_request(self, correlation: str, most: int) -> list[Refused]:
        """What was refused of a request, in order."""
        return [Refused(*row) for row in self._connections.fetch(_OF_REQUEST, (correlation, most))]

    def close(self) -> None:
        """Close the connections; the next use opens new ones."""
        self._connections.close()

    def _has_room(self, who: Principal, now: datetime) -> bool:
        """Whether less than the most was kept within the last minute; then one more is."""
        counts = [self._kept, self._kept_of_visitors] if who.role is Role.VISITOR else [self._kept]
        with self._counting:
            if any(len(kept) == kept.maxlen and now - kept[0] < timedelta(minutes=1) for kept in counts):
                return False
            for kept in counts:
                kept.append(now)
            self._noted += 1
            return True
