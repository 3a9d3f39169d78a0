"""How often codes and links were sent, and passwords tried, by what is limited: counted before it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from services.identity.domain.accounts import refusals
from services.identity.domain.accounts.failures import Answer
from services.identity.domain.accounts.limits import possible_again, remembered

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from services.identity.domain.accounts.policies import Limit
    from shared.postgres import Connection, Connections

# It locks the rows, in the order of their keys, so that two senders never wait for each other in a circle.
_TAKE = """
insert into send_window (key, sent_at, last_at) select key, '{}', %s from unnest(%s::bytea[]) as taken (key)
order by key on conflict (key) do update set last_at = excluded.last_at
returning key, sent_at
"""
_LOOK = "select sent_at from send_window where key = %s"
_COUNT = "update send_window set sent_at = %s, last_at = %s where key = %s"
_SWEEP = """
delete from send_window where key in (
    select key from send_window where last_at < %s order by last_at limit 20 for update skip locked
)
"""


class Window(NamedTuple):
    """Something limited, by its keyed digest, with its limits; and from where on it takes an answered question."""

    key: bytes
    limits: Sequence[Limit]
    free: Limit | None = None


class SendWindows:
    """Counts in sliding windows, whoever else counts at the same moment."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def full_until(self, window: Window, now: datetime) -> datetime | None:
        """When this is possible again, counting nothing; None where it is possible now."""
        rows = self._connections.fetch(_LOOK, (window.key,))
        return possible_again(rows[0][0], now, window.limits) if rows else None

    def count(self, windows: Collection[Window], answer: Answer, now: datetime) -> None:
        """Once more under every limit, or under none: refuses with `TooManySends` or `QuestionNeeded`."""
        self._connections.transact(lambda connection: _count(connection, windows, answer, now))


def _count(connection: Connection, windows: Collection[Window], answer: Answer, now: datetime) -> None:
    keys = [window.key for window in windows]
    moments: dict[bytes, list[datetime]] = {bytes(key): sent for key, sent in connection.execute(_TAKE, (now, keys))}
    waits = [possible_again(moments[window.key], now, window.limits) for window in windows]
    if later := max((wait for wait in waits if wait is not None), default=None):
        raise refusals.TooManySends(at=later)
    free = [(moments[window.key], window.free) for window in windows if window.free is not None]
    if answer is not Answer.RIGHT and any(possible_again(sent, now, [limit]) for sent, limit in free):
        raise refusals.QuestionNeeded
    for window in windows:
        connection.execute(_COUNT, (remembered(moments[window.key], now, window.limits), now, window.key))
    connection.execute(_SWEEP, (now - max(limit.period for window in windows for limit in window.limits),))
