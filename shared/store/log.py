"""The log of one context: every event at its dense position, as far as the relay has settled positions."""

from __future__ import annotations

import threading
from datetime import datetime  # noqa: TC003 - msgspec reads the annotation at run time
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import msgspec

from shared.decoding import json_decoder
from shared.postgres import Connections
from shared.store.horizon import EVENTS_BETWEEN, FACTS_BETWEEN, START, Place, between
from shared.together import Together

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from shared.postgres import Database

LogRow = tuple[str, bytes, UUID, int, bytes]
"""(type, data, originator_id, originator_version, meta)."""

_INCARNATION = "select incarnation from log"
_HEAD = "select position_to, hash from page order by position_to desc limit 1"

# The page that ends at or before a position, and the one that goes beyond it.
_PAGE_BEFORE = "select position_to, epoch, xid, id from page where position_to <= %s order by position_to desc limit 1"
_PAGE_AFTER = "select position_to, epoch, xid, id from page where position_to > %s order by position_to limit 1"

# The limit ends the scan where the page ends at the latest; see `horizon` on what the bound alone would read.
_POSITIONS_OF = """
select wanted.originator_id, wanted.version, page.position_to - (
    select count(*) from (
        select epoch, xid, id from event as later
        where (later.epoch, later.xid, later.id) > (event.epoch, event.xid, event.id)
        order by epoch, xid, id
        limit page.size
    ) as later
    where (later.epoch, later.xid, later.id) <= (page.epoch, page.xid, page.id)
)
from unnest(%s::uuid[], %s::int8[]) as wanted (originator_id, version)
cross join lateral (
    select epoch, xid, id from event where originator_id = wanted.originator_id and originator_version = wanted.version
) as event
cross join lateral (
    select
        *, position_to - (select coalesce(max(position_to), 0) from page where position_to < after.position_to) as size
    from page as after
    where (epoch, xid, id) >= (event.epoch, event.xid, event.id)
    order by epoch, xid, id limit 1
) as page
"""

_SETTLED_AT = "select at from page where position_to >= %s order by position_to limit 1"
_VERSIONS = """
select type, data, originator_id, originator_version, meta
from event join unnest(%s::uuid[], %s::int8[]) as wanted (originator_id, originator_version)
    using (originator_id, originator_version)
"""

UNSIGNED = """
select extract(epoch from clock_timestamp() - signed_at)::float8
from relay left join lateral (
    select epoch, xid, id from page
    where position_to <= (select max(position) from checkpoint) order by position_to desc limit 1
) as signed on true
where exists (
    select from event
    where (event.epoch, event.xid, event.id)
        > (coalesce(signed.epoch, 0), coalesce(signed.xid, '0'::xid8), coalesce(signed.id, 0))
)
"""
"""For how many seconds nobody has vouched for the whole log; no row where every event of it is signed."""

_SETTLED_BY = "select position_to from page where at <= %s order by position_to desc limit 1"


class LogDamaged(RuntimeError):
    """Events are missing, or were added, below a settled position."""

    def __init__(self, first: int, last: int, found: int) -> None:
        super().__init__(
            f"positions {first} to {last} hold {found} events: the event table was changed by hand, or the restore was"
            " incomplete; run `caretrail audit verify`"
        )


class Head(NamedTuple):
    """The last settled position and the chain's hash there; 0 and 64 zeros' worth of bytes where there is none."""

    position: int
    hash: bytes


class LogPage(NamedTuple):
    """Some events in their order: `rows[i]` is at position `first + i`."""

    first: int
    rows: list[LogRow]


class FactPage(NamedTuple):
    """Some events in their order, each as (type, data): `rows[i]` is at position `first + i`."""

    first: int
    rows: list[tuple[str, bytes]]


class Circumstances(msgspec.Struct, frozen=True):
    """When an event happened, and what it belongs to; CloudEvents attributes."""

    time: datetime
    correlationid: str = ""
    traceparent: str = ""


_decode_circumstances = json_decoder(Circumstances).decode


class _Boundary(NamedTuple):
    position: int
    place: Place


class Log:
    """Reads the settled events of one context by position. Safe for threads; reading needs no transaction."""

    def __init__(self, database: Database, context: str) -> None:
        self.context = context
        self._connections = Connections(database, name=f"caretrail log {context}")
        self._looking = threading.Lock()
        self._seen = 0
        self._places: Together[tuple[UUID, int], int] = Together(self._positions_of)

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()

    def head(self) -> Head:
        """Where the log ends now."""
        rows = self._connections.fetch(_HEAD)
        return Head(*rows[0]) if rows else Head(0, bytes(32))

    def incarnation(self) -> str:
        """The life of the log; one that was recovered to another past begins a new one."""
        [(incarnation,)] = self._connections.fetch(_INCARNATION)
        return str(incarnation)

    def reaches(self, position: int) -> bool:
        """Whether this position is settled; only one that has not been seen settled yet is asked for."""
        with self._looking:
            if position > self._seen:
                self._seen = self.head().position
            return position <= self._seen

    def read(self, after: int = 0, until: int | None = None, size: int = 5000) -> Iterator[LogPage]:
        """Pages of about `size` events behind position `after`, up to `until` or where the log ends now.

        Raises `LogDamaged` where the stored events do not fill the settled positions.
        """
        for first, rows in self._pages(EVENTS_BETWEEN, after, until, size):
            yield LogPage(first, rows)

    def facts(self, after: int = 0, until: int | None = None, size: int = 5000) -> Iterator[FactPage]:
        """As `read`, but only what a fold needs, and so in less time."""
        for first, rows in self._pages(FACTS_BETWEEN, after, until, size):
            yield FactPage(first, rows)

    def position_of(self, originator_id: UUID, version: int) -> int | None:
        """The position of an aggregate's event; None while the relay has not settled it, or where there is none.

        All who wait for a model ask whenever it moves: those who come while one is asking share the next question.
        """
        return self._places.find((originator_id, version))

    def settled_at(self, position: int) -> datetime | None:
        """When this position was given to its event; None behind the end of the log."""
        rows = self._connections.fetch(_SETTLED_AT, (position,))
        return rows[0][0] if rows else None

    def versions(self, wanted: Collection[tuple[UUID, int]]) -> dict[tuple[UUID, int], LogRow]:
        """Events by their aggregate and version, settled or not; those that there are not are left out."""
        return {(row[2], row[3]): row for row in self._connections.fetch(_VERSIONS, _columns(wanted))}

    def circumstances(self, position: int) -> Circumstances:
        """Under what circumstances the event at a settled position happened."""
        [page] = self.read(position - 1, position)
        return circumstances_of(page.rows[0])

    def traces(self, positions: Collection[int]) -> Iterator[tuple[str, str]]:
        """The traceparent, perhaps empty, and the type of the events at these settled positions, in order."""
        for page in self.read(min(positions, default=1) - 1, max(positions, default=0)):
            for position, row in enumerate(page.rows, page.first):
                if position in positions:
                    yield circumstances_of(row).traceparent, row[0]

    def until_time(self, moment: datetime) -> int:
        """The position up to which everything had happened at `moment` (aware); 0 if nothing had."""
        settled = self._connections.fetch(_SETTLED_BY, (moment,))
        position = int(settled[0][0]) if settled else 0
        # What happened before and was settled later, for example because the relay had stopped.
        for page in self.read(after=position, size=500):
            for row in page.rows:
                if circumstances_of(row).time > moment:
                    return position
                position += 1
        return position

    def unsigned_seconds(self) -> float:
        """For how long nobody has vouched for the whole of the context's own log; 0 where all of it is signed."""
        rows = self._connections.fetch(UNSIGNED)
        return float(rows[0][0]) if rows else 0.0

    def _positions_of(self, wanted: Collection[tuple[UUID, int]]) -> dict[tuple[UUID, int], int]:
        return {(row[0], row[1]): row[2] for row in self._connections.fetch(_POSITIONS_OF, _columns(wanted))}

    def _end_of_page(self, begin: _Boundary, wanted: int) -> _Boundary:
        """The last settled boundary up to `wanted`, or the next one where that is no progress."""
        end = self._boundary(_PAGE_BEFORE, wanted)
        if end is None or end.position <= begin.position:
            end = self._boundary(_PAGE_AFTER, begin.position)
        if end is None:
            raise LogDamaged(begin.position + 1, wanted, 0)
        return end

    def _boundary(self, query: str, position: int) -> _Boundary | None:
        rows = self._connections.fetch(query, (position,))
        return _Boundary(rows[0][0], Place(*rows[0][1:])) if rows else None

    def _pages(self, query: str, after: int, until: int | None, size: int) -> Iterator[tuple[int, list[Any]]]:
        head = self.head().position
        until = head if until is None else min(until, head)
        begin = self._boundary(_PAGE_BEFORE, after) or _Boundary(0, START)
        while after < until:
            end = self._end_of_page(begin, min(begin.position + size, until))
            rows = self._between(query, begin, end)
            yield after + 1, rows[after - begin.position : until - begin.position]
            after, begin = end.position, end

    def _between(self, query: str, begin: _Boundary, end: _Boundary) -> list[Any]:
        expected = end.position - begin.position
        rows = self._connections.fetch(query, between(begin.place, end.place, expected))
        if len(rows) != expected:
            raise LogDamaged(begin.position + 1, end.position, len(rows))
        return rows


def _columns(wanted: Collection[tuple[UUID, int]]) -> list[list[UUID] | list[int]]:
    return [[originator_id for originator_id, _ in wanted], [version for _, version in wanted]]


def circumstances_of(row: LogRow) -> Circumstances:
    """Under what circumstances the event of a row happened."""
    return _decode_circumstances(b"{" + row[4][1:] + b"}")
