"""Gives events their positions and hashes, once and for all.

Below the horizon the order of events never changes, so it is enough to store, before anything is published, where each
page ends and the chain's hash there: positions and hashes of a page can be recomputed at any time, and are, after a
crash and by whoever verifies the log. Only the relay that holds the lease stores pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.cloudevents import FIRST_PREVIOUS, Chain, NotAnEnvelope, parse
from shared.events import event_name
from shared.relay.lease import LeaseLost
from shared.store.horizon import PLACED_EVENTS_BETWEEN, START, Place, between, unsequenced

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    import psycopg

    from shared.postgres import Connection

    Cursor = psycopg.Cursor[tuple[Any, ...]]

MARK_BYTES = 4
"""How much of each event's hash a page keeps, to tell which of its events was altered; the proof is the whole hash."""

_HEAD = "select position_to, epoch, xid, id, hash from page {} order by position_to desc limit 1"
_PAGES_AFTER = "select position_to, epoch, xid, id, hash from page where position_to > %s order by position_to limit 1"
_INCARNATION = "select incarnation from log"

# Whoever begins a new generation waits for this statement, or this statement finds the new generation.
_STORE = """
with mine as (select from relay where generation = %s for share)
insert into page (position_to, epoch, xid, id, hash, marks)
select %s, %s, %s::xid8, %s, %s, %s from mine
"""

_WITHOUT_PREDECESSOR = """
select successor.originator_id
from unnest(%b::uuid[], %b::int8[]) as successor (originator_id, version)
left join event
    on event.originator_id = successor.originator_id and event.originator_version = successor.version - 1
    and (epoch, xid, id) <= (%s::int4, %s::xid8, %s::int8)
where event.id is null
"""

_REMEMBERED_AGGREGATES = 200_000

Row = tuple[Any, ...]


class OutOfOrder(RuntimeError):
    """An aggregate's event would be published before the one it follows; nothing of its page has been."""

    def __init__(self, originator_ids: list[UUID]) -> None:
        ids = ", ".join(map(str, originator_ids))
        super().__init__(
            f"the log would turn events of an aggregate round ({ids}): something wrote events in a transaction that had"
            " written before. Publishing has stopped; restore the order of these events before starting again"
        )


class Unreadable(RuntimeError):
    """An aggregate's event would be published in bytes that nobody can read; nothing of its page has been."""

    def __init__(self, originator_id: UUID, version: int) -> None:
        super().__init__(
            f"event {version} of aggregate {originator_id} is not one JSON value: something other than this"
            " system wrote it. Publishing has stopped; mend or remove that row of the event table before starting again"
        )


class LogAltered(RuntimeError):
    """Stored events no longer give the hash that was stored for them; nothing of their page is published."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__(
            f"positions {first} to {last} no longer give the hash stored for them: run `caretrail audit verify`"
        )


@dataclass(frozen=True)
class Head:
    """How far the log is settled: the last position, the place and the hash of its event."""

    position: int = 0
    place: Place = START
    hash: bytes = FIRST_PREVIOUS


@dataclass(frozen=True)
class Page:
    """Events with consecutive positions, settled: `messages` are (routing key, bytes on the wire)."""

    before: Head
    end: Head
    messages: list[tuple[str, bytes]]


class SettledPages:
    """A context's settled events as they were published, page by page."""

    def __init__(self, connection: Connection, context: str) -> None:
        [(self.incarnation,)] = connection.execute(_INCARNATION).fetchall()
        self._connection = connection
        self._cursor = connection.cursor(binary=True)
        self._context = context

    def pages_after(self, position: int) -> Iterator[Page]:
        """The stored pages behind `position`, where a page ends, recomputed to the same bytes. Raises `LogAltered`."""
        before = self.end_of_page_before(position + 1)
        while (found := self._connection.execute(_PAGES_AFTER, (before.position,)).fetchone()) is not None:
            end = _head(found)
            rows = events_between(self._cursor, before.place, end.place, end.position - before.position)
            if not rows or (page := self._chain(before, rows)).end != end:
                raise LogAltered(before.position + 1, end.position)
            yield page
            before = end

    def end_of_page_before(self, position: int) -> Head:
        """Where the page ends that comes before the one with this position."""
        return self._read_head("where position_to < %s", position)

    def end_of_last_page(self) -> Head:
        """How far the log is settled now."""
        return self._read_head("")

    def _read_head(self, condition: str, *parameters: int) -> Head:
        found = self._connection.execute(_HEAD.format(condition), parameters).fetchone()
        return _head(found) if found else Head()

    def _chain(self, before: Head, rows: list[Row]) -> Page:
        chain = Chain(self._context, self.incarnation, before.position, before.hash)
        bodies = chain.extend((row[0], row[1], row[4]) for row in rows)
        end = Head(chain.position, Place(*rows[-1][5:]), chain.hash)
        return Page(before, end, [(event_name(row[0]), body) for row, body in zip(rows, bodies, strict=True)])


class Sequencer(SettledPages):
    """Reads a context's settled events in order and chains them, page by page."""

    def __init__(self, connection: Connection, context: str, generation: int, page_size: int = 500) -> None:
        """Go on after the last stored page, as the relay of this generation."""
        super().__init__(connection, context)
        self._generation = generation
        self._page_size = page_size
        self._order = _AggregateOrder(connection)
        self.head = self.end_of_last_page()

    def next_page(self) -> Page | None:
        """Settle and store the next events; None while there are none.

        Raises `OutOfOrder`, `Unreadable` and `LeaseLost`.
        """
        rows = unsequenced(self._cursor, self.head.place, self._page_size)
        if not rows:
            return None
        self._order.check(rows, self.head.place)
        page = self._chain(self.head, rows)
        _refuse_unreadable(rows, page)
        self._store(page)
        self.head = page.end
        return page

    def _store(self, page: Page) -> None:
        end = page.end
        marks = marks_of([body for _, body in page.messages])
        parameters = (self._generation, end.position, *_values(end.place), end.hash, marks)
        if self._connection.execute(_STORE, parameters).rowcount != 1:
            raise LeaseLost("another relay has begun: this one stores no more pages")


class _AggregateOrder:
    """Knows the last version of each aggregate that was given a position, or asks the store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._last: dict[UUID, int] = {}

    def check(self, rows: list[Row], head: Place) -> None:
        """Raise `OutOfOrder` unless every event follows its aggregate's previous one, here or at or before `head`."""
        last = self._last
        if len(last) > _REMEMBERED_AGGREGATES:
            last.clear()
        unknown: dict[UUID, int] = {}
        astray: list[UUID] = []
        for row in rows:
            originator_id, version = row[2], row[3]
            known = last.get(originator_id)
            if known is not None:
                if version != known + 1:
                    astray.append(originator_id)
            elif version > 1:
                unknown[originator_id] = version
            last[originator_id] = version
        if unknown:
            parameters = (list(unknown), list(unknown.values()), *_values(head))
            astray += [row[0] for row in self._connection.execute(_WITHOUT_PREDECESSOR, parameters)]
        if astray:
            raise OutOfOrder(astray)


def events_between(cursor: Cursor, begin: Place, end: Place, expected: int) -> list[Row]:
    """The events behind `begin` up to `end`, as `unsequenced` gives them, and one too many if there are too many."""
    return cursor.execute(PLACED_EVENTS_BETWEEN, between(begin, end, expected)).fetchall()


def _refuse_unreadable(rows: list[Row], page: Page) -> None:
    for row, (_, body) in zip(rows, page.messages, strict=True):
        try:
            parse(body)
        except NotAnEnvelope:
            # Without its cause, which may quote what is in the event.
            raise Unreadable(row[2], row[3]) from None


def marks_of(bodies: list[bytes]) -> bytes:
    """The first bytes of each event's hash, one after the other."""
    begin = len('"}') + 64
    return bytes.fromhex(b"".join(body[-begin : 2 * MARK_BYTES - begin] for body in bodies).decode())


def _head(row: Row) -> Head:
    return Head(row[0], Place(*row[1:4]), bytes(row[4]))


def _values(place: Place) -> tuple[int, str, int]:
    return place.epoch, str(place.xid), place.id
