"""The horizon: below it the order of events is settled, because no older transaction can commit any more.

An event's place in the log is (epoch, transaction id, row id). Transactions commit in another order than that of their
ids, so a reader must not pass a place that a running transaction may still fill: it reads below the lowest transaction
id that was running at some moment, with rows read at that moment or later.

Hence two statements, the horizon first. Under READ COMMITTED each statement has a snapshot of its own, so the rows are
read later, and a transaction that was over when the horizon was taken is visible among them, whatever the horizon was
made from. In one statement the rows come from the snapshot taken at its start, while a horizon that looks at the
server (pg_locks, pg_stat_activity, the body of a volatile function, which takes newer snapshots) goes on moving: what
commits in between lies below the horizon, yet not among the rows, and the reader passes it for good. Only
`pg_snapshot_xmin(pg_current_snapshot())` written straight into the statement is of the rows' own snapshot, which
nothing in its text promises: one wrapper function around it loses events, and the stress test shows that.

Transaction ids mean nothing to a server that did not hand them out, so rows of an earlier epoch are never compared
with a horizon: all of them are settled (see `epochs`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import psycopg

    from shared.postgres import Connection

_HORIZON = "select epoch, pg_snapshot_xmin(pg_current_snapshot()) from log"

_EVENT = "type, data, originator_id, originator_version, meta"
_PLACED_EVENT = f"{_EVENT}, epoch, xid, id"
_CHAINED = "type, data, meta, epoch, xid, id"

# (epoch, xid) < (current epoch, horizon) is: of an earlier epoch, or of this one and below the horizon.
_ROWS_BELOW = f"""
select {_PLACED_EVENT}
from event
where (epoch, xid, id) > (%s::int4, %s::xid8, %s::int8) and (epoch, xid) < (%s::int4, %s::xid8)
order by epoch, xid, id
limit %s
"""

# PostgreSQL stops no index scan at an upper bound of several columns while the first is equal: each page would be read
# on to the end of the log. So the limit stops it, which is known anyway, and the bound sorts out what is too many. The
# limit also lets the planner read the index in order and never sort the table.
_BETWEEN = """
from (
    select {columns} from event
    where (epoch, xid, id) > (%s::int4, %s::xid8, %s::int8)
    order by epoch, xid, id
    limit %s
) as following
where (epoch, xid, id) <= (%s::int4, %s::xid8, %s::int8)
order by epoch, xid, id
"""
EVENTS_BETWEEN = f"select {_EVENT} {_BETWEEN.format(columns=_PLACED_EVENT)}"
"""The events behind one place up to another, with the parameters that `between` makes."""
FACTS_BETWEEN = f"select type, data {_BETWEEN.format(columns='type, data, epoch, xid, id')}"
"""The same, without what surrounds each event."""
PLACED_EVENTS_BETWEEN = f"select {_PLACED_EVENT} {_BETWEEN.format(columns=_PLACED_EVENT)}"
"""The same, each with its place."""

CHAINED_BETWEEN = f"select {_CHAINED} {_BETWEEN.format(columns=_CHAINED)}"
"""Only what is chained of each, (type, data, meta), with its place: to make objects of the ids would take a while."""


class Place(NamedTuple):
    """Where an event stands among the others, before it has a position."""

    epoch: int
    xid: int
    id: int


START = Place(0, 0, 0)
"""Before the first event."""


def between(begin: Place, end: Place, expected: int) -> tuple[int | str, ...]:
    """Parameters that ask for the events behind `begin` up to `end`, and for one too many if there are too many."""
    return begin.epoch, str(begin.xid), begin.id, expected + 1, end.epoch, str(end.xid), end.id


def unsequenced(cursor: psycopg.Cursor[tuple[Any, ...]], after: Place, limit: int) -> list[tuple[Any, ...]]:
    """The next settled events after a place, at most `limit`: nothing can come to stand before or between them.

    Rows are (type, data, originator_id, originator_version, meta, epoch, xid, id); the last three are a `Place`. The
    cursor's connection must not be in a repeatable-read transaction, which would never see a new event.
    """
    epoch, horizon = cursor.execute(_HORIZON).fetchall()[0]
    parameters = (after.epoch, str(after.xid), after.id, epoch, str(horizon), limit)
    return cursor.execute(_ROWS_BELOW, parameters).fetchall()


def horizon_age(connection: Connection) -> float:
    """Seconds that the server's oldest write transaction has run, in whatever database: nothing newer is relayed."""
    [(seconds,)] = connection.execute("select horizon_age()").fetchall()
    return float(seconds)
