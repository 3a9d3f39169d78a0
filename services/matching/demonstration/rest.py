"""Knows when everything that has happened has been relayed, projected and reacted to."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from services.matching.bootstrap import MatchingContext
    from shared.workers import Workers

# In one statement, so that nothing moves between the looks: no event without a position, nobody behind the last one.
_AT_REST = """
with head as (select position_to, epoch, xid, id from page order by position_to desc limit 1)
select
    not exists (
        select from event
        where (epoch, xid, id) > (
            coalesce((select epoch from head), 0), coalesce((select xid from head), '0'::xid8),
            coalesce((select id from head), 0)
        )
    )
    and coalesce((select min(position) from read_model where name = any(%s)), 0)
        >= coalesce((select position_to from head), 0)
    and (select count(*) from read_model where name = any(%s)) = %s
"""
_LOOKS_EVERY = 0.004
_PATIENCE = 60


class NeverAtRest(RuntimeError):
    """Something is still at work after a minute: a worker hangs, or the machine is far too slow."""


class Rest:
    """Waits for the workers of one context to have nothing left to do."""

    def __init__(self, context: MatchingContext, workers: Workers) -> None:
        self._workers = workers
        self._names = [*context.models, *context.processes]
        self._connection = context.database.connect(name="caretrail demonstration")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def wait(self) -> None:
        """Return when everybody is at rest. Raises `NeverAtRest`, and `WorkerFailed` where one has stopped."""
        patience = monotonic() + _PATIENCE
        while not self._is_at_rest():
            if self._workers.wait(_LOOKS_EVERY):
                self._workers.check()
            if monotonic() > patience:
                raise NeverAtRest("the workers have not come to rest within a minute; see the log for what they do")

    def _is_at_rest(self) -> bool:
        [(is_at_rest,)] = self._connection.execute(_AT_REST, (self._names, self._names, len(self._names))).fetchall()
        return bool(is_at_rest)
