"""How a context's log and its relay are doing: what an operator looks at when nothing seems to arrive."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the named tuple's annotations are part of it
from typing import TYPE_CHECKING, NamedTuple

from shared.relay.sequencer import SettledPages
from shared.store.horizon import horizon_age
from shared.store.log import UNSIGNED

if TYPE_CHECKING:
    from shared.postgres import Connection

_EPOCH = "select epoch from log"
_BACKLOG = "select count(*) from event where (epoch, xid, id) > (%s::int4, %s::xid8, %s::int8)"
# The lock that a relay holds while it works, as `lease` takes it; object ids have no sign, hashes have.
_RELAY = """
select generation, holder, published, heartbeat, extract(epoch from clock_timestamp() - at_end)::float8, exists (
    select from pg_locks
    where locktype = 'advisory' and granted
        and database = (select oid from pg_database where datname = current_database())
        and classid = (hashtext('caretrail relay')::int8 & 4294967295)::oid
        and objid = (hashtext(current_schema())::int8 & 4294967295)::oid
)
from relay
"""
_CHECKPOINT = "select position, key_id, at from checkpoint order by position desc limit 1"
UNSIGNED_SECONDS = 300.0
"""A log that is quiet is signed after a minute: what has waited for so long cannot be signed."""


class LastCheckpoint(NamedTuple):
    """Up to where the log is signed, with which key, and since when."""

    position: int
    key_id: str
    at: datetime


class LogStatus(NamedTuple):
    """Where the log ends and who relays it; ages are in seconds.

    `backlog` counts the events that have no position yet; `published` is the last position that the broker has
    confirmed; while events wait, `behind` is for how long no relay has been at their end. `holder` is the host and
    process of the relay that works, or worked last, empty where none ever has. `unsigned` is for how long nobody has
    vouched for the whole log.
    """

    incarnation: str
    epoch: int
    head: int
    hash: bytes
    backlog: int
    published: int
    behind: float
    generation: int
    holder: str
    heartbeat: datetime
    at_work: bool
    horizon_age: float
    checkpoint: LastCheckpoint | None
    unsigned: float

    def alarms(self, limit: float, allowed: float) -> list[str]:
        """What somebody has to look after; `limit` is for how long events should not wait, in seconds.

        Commands are refused once the log has gone without a signature for longer than `allowed`, in seconds.
        """
        found = []
        if self.horizon_age > limit:
            found.append("horizon-held-back")
        if self.waiting and not self.at_work:
            found.append("no-relay")
        if self.behind > limit and self.at_work:
            found.append("publishing-behind")
        if self.known_end > self.head:
            found.append("end-missing")
        if self.unsigned > UNSIGNED_SECONDS and self.at_work:
            found.append("unsigned")
        if self.unsigned > allowed:
            found.append("commands-refused")
        return found

    @property
    def known_end(self) -> int:
        """The last position that the log must have had, since it was published or signed."""
        return max(self.published, self.checkpoint.position if self.checkpoint else 0)

    @property
    def waiting(self) -> int:
        """How many events the broker has not confirmed yet, whether or not they have a position."""
        return self.backlog + self.head - self.published


def status(connection: Connection, context: str) -> LogStatus:
    """The status of a context's log, to which the connection leads."""
    pages = SettledPages(connection, context)
    [(epoch,)] = connection.execute(_EPOCH).fetchall()
    head = pages.end_of_last_page()
    place = (head.place.epoch, str(head.place.xid), head.place.id)
    [(backlog,)] = connection.execute(_BACKLOG, place).fetchall()
    [(generation, holder, published, heartbeat, behind, at_work)] = connection.execute(_RELAY).fetchall()
    signed = connection.execute(_CHECKPOINT).fetchone()
    unsigned = connection.execute(UNSIGNED).fetchone()
    return LogStatus(
        incarnation=pages.incarnation,
        epoch=epoch,
        head=head.position,
        hash=head.hash,
        backlog=backlog,
        published=published,
        behind=behind if backlog or published < head.position else 0.0,
        generation=generation,
        holder=holder,
        heartbeat=heartbeat,
        at_work=at_work,
        horizon_age=horizon_age(connection),
        checkpoint=LastCheckpoint(*signed) if signed else None,
        unsigned=unsigned[0] if unsigned else 0.0,
    )
