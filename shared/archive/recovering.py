"""Brings back into a restored store what the broker's stream has and the store has not, at the positions that it had.

An event is stored before it is settled and published, so a backup may hold events without a position to which the
stream gives one: they are known again by aggregate and version. All happens in one transaction, alone with the log; a
fork, a gap or a conflict leaves the store as it was.
"""

from __future__ import annotations

from itertools import dropwhile, islice
from typing import TYPE_CHECKING, NamedTuple

from psycopg.errors import UniqueViolation

from shared.archive.alone import be_alone
from shared.archive.held_again import hold_again
from shared.archive.rows import NotReproduced, rows_in_chain
from shared.cloudevents import Chain
from shared.relay.fork import LogForked, published_since, understood
from shared.relay.sequencer import SettledPages, marks_of
from shared.store.append import EventRow
from shared.store.epochs import bump_epoch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from shared.archive.held_again import HoldingsOf
    from shared.cloudevents import Envelope
    from shared.postgres import Connection, Database
    from shared.transport import Transport

_PAGE = 500
_COPY = "copy event (originator_id, originator_version, type, data, meta) from stdin (format binary)"
_TYPES = ("uuid", "int8", "text", "bytea", "bytea")
# Everything behind the last settled place that was there before: a row that is brought back has a later epoch.
_UNSETTLED = "(event.epoch, event.xid, event.id) > (%s::int4, %s::xid8, %s::int8) and event.epoch < %s"
_TAKE_OUT = f"""
delete from event using unnest(%s::uuid[], %s::int8[]) as mine (id, version)
where (originator_id, originator_version) = (mine.id, mine.version) and {_UNSETTLED}
returning originator_id, originator_version, type, data, meta
"""
_SETTLE = """
insert into page (position_to, epoch, xid, id, hash, marks)
values (%s, %s, pg_current_xact_id(), currval(pg_get_serial_sequence('event', 'id')), %s, %s)
"""
_LEFT = f"select distinct originator_id from event where {_UNSETTLED}"
_MOVE_BEHIND = f"""
update event set epoch = %s, xid = place.rank::text::xid8
from (
    select originator_id, originator_version, row_number() over (order by epoch, xid, id) as rank
    from event where {_UNSETTLED}
) as place
where (event.originator_id, event.originator_version) = (place.originator_id, place.originator_version)
"""
_PUBLISHED = "update relay set published = %s"
_MEND = (
    "Nothing was changed. Restore the backup once more, and recover before anything else is started; if this is the"
    " broker of another installation, set CARETRAIL_BROKER"
)


class StreamIncomplete(RuntimeError):
    """The stream does not go on where the log ends: the broker has dropped what lies between."""

    def __init__(self, context: str, expected: int, found: int) -> None:
        super().__init__(
            f"the log of {context} needs position {expected}, and the stream goes on with {found}: it keeps too little."
            " Nothing was changed. Restore a later backup"
        )


class Recovered(NamedTuple):
    """What was brought back: so many `events`, up to position `last`.

    `unpublished` aggregates have events that the stream does not know; these come behind what was brought back.
    """

    events: int
    last: int
    unpublished: int


def recover(database: Database, context: str, transport: Transport, holdings_of: HoldingsOf) -> Recovered:
    """Append what the stream has and the log has not, with what its aggregates hold.

    Raises `LogForked`, `StreamIncomplete`, `HeldTwice` and `AtWork`, with nothing changed.
    """
    with (
        database.connect(statement_timeout="0", name=f"caretrail recover {context}") as connection,
        connection.transaction(),
    ):
        be_alone(connection, context)
        since = published_since(connection)
        recovery = _Recovery(connection, context)
        recovery.take(understood(context, transport.stream_tail(context, since)))
        return recovery.finished(holdings_of)


class _Recovery:
    """One log on its way to where the stream ends."""

    def __init__(self, connection: Connection, context: str) -> None:
        self._connection = connection
        self._context = context
        self._pages = SettledPages(connection, context)
        self._head = self._pages.end_of_last_page()
        self._chain = Chain(context, self._pages.incarnation, self._head.position, self._head.hash)
        self._own = _Own(self._pages)
        self._epoch = 0
        self._first_versions: dict[UUID, int] = {}
        """Of each aggregate, the first version that was brought back."""

    def take(self, events: Iterator[tuple[Envelope, bytes]]) -> None:
        news = self._news(events)
        while bodies := list(islice(news, _PAGE)):
            self._append(bodies)

    def finished(self, holdings_of: HoldingsOf) -> Recovered:
        """Put what was stored and never published behind what was brought back, and hold what belongs to that."""
        count, last = self._chain.position - self._head.position, self._chain.position
        if not count:
            return Recovered(0, last, 0)
        left = [owner for (owner,) in self._connection.execute(_LEFT, self._unsettled)]
        if left:
            self._connection.execute(_MOVE_BEHIND, (bump_epoch(self._connection), *self._unsettled))
        self._connection.execute(_PUBLISHED, (last,))
        hold_again(self._connection, self._first_versions, left, holdings_of)
        return Recovered(count, last, len(left))

    def _news(self, events: Iterator[tuple[Envelope, bytes]]) -> Iterator[bytes]:
        """What the log does not have, in the order of positions; what comes again is passed over."""
        expected = self._head.position + 1
        for event, body in events:
            if event.incarnation != self._pages.incarnation:
                raise LogForked(
                    f"the broker's stream holds {event.id} of the log {event.incarnation}, and this is the log"
                    f" {self._pages.incarnation}. {_MEND}"
                )
            if event.position <= self._head.position:
                if self._own.differs(event.position, body):
                    raise self._fork(event.position)
            elif event.position > expected:
                raise StreamIncomplete(self._context, expected, event.position)
            elif event.position == expected:
                expected += 1
                yield body

    def _append(self, bodies: list[bytes]) -> None:
        """Store the next events as one settled page."""
        first = self._chain.position + 1
        rows = self._rows(bodies)
        if not self._epoch:
            self._epoch = bump_epoch(self._connection)
        self._take_out(first, rows)
        try:
            with self._connection.cursor().copy(_COPY) as copy:
                copy.set_types(_TYPES)
                for row in rows:
                    copy.write_row(row)
        except UniqueViolation:
            raise self._fork(first) from None
        page = (self._chain.position, self._epoch, self._chain.hash, marks_of(bodies))
        self._connection.execute(_SETTLE, page)
        for row in rows:
            self._first_versions.setdefault(row.originator_id, row.originator_version)

    def _rows(self, bodies: list[bytes]) -> list[EventRow]:
        try:
            return rows_in_chain(self._chain, bodies)
        except NotReproduced as other:
            raise self._fork(other.position) from None

    def _take_out(self, first: int, rows: list[EventRow]) -> None:
        """Take those of these events out of the store that wait there for a position; raises `LogForked`."""
        keys = [row.originator_id for row in rows], [row.originator_version for row in rows]
        positions = {row[:2]: position for position, row in enumerate(rows, first)}
        found = self._connection.cursor(binary=True).execute(_TAKE_OUT, (*keys, *self._unsettled))
        for stored in found:
            position = positions[stored[:2]]
            if EventRow(*stored) != rows[position - first]:
                raise self._fork(position)

    @property
    def _unsettled(self) -> tuple[int | str, ...]:
        place = self._head.place
        return place.epoch, str(place.xid), place.id, self._epoch

    def _fork(self, position: int) -> LogForked:
        return LogForked(
            f"at position {position} of {self._context} the broker's stream holds another event than this log, which"
            f" has gone on since it was restored. {_MEND}"
        )


class _Own:
    """The log's own events as they were published, walked along in step with the stream."""

    def __init__(self, pages: SettledPages) -> None:
        self._pages = pages
        self._bodies: Iterator[tuple[int, bytes]] | None = None
        self._reached = 0

    def differs(self, position: int, body: bytes) -> bool:
        """Whether the log has another event at a settled position; one that has been passed is not looked at again."""
        if self._bodies is None:
            self._bodies = self._from(position)
        if position <= self._reached:
            return False
        self._reached = position
        own = dropwhile(lambda one: one[0] < position, self._bodies)
        return next(own, None) != (position, body)

    def _from(self, position: int) -> Iterator[tuple[int, bytes]]:
        before = self._pages.end_of_page_before(position).position
        for page in self._pages.pages_after(before):
            yield from enumerate((body for _, body in page.messages), page.before.position + 1)
