"""The SQL of appending: one statement for all that a batch of callers stores, and one look at what was in the way."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.store.append import Answer, EventRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from shared.postgres import Connection
    from shared.store.append import Append

_ONE_EVENT = "insert into event (originator_id, originator_version, type, data, meta) values (%b, %b, %s, %b, %b)"
_MANY_EVENTS = """
insert into event (originator_id, originator_version, type, data, meta)
select * from unnest(%b::uuid[], %b::int8[], %b::text[], %b::bytea[], %b::bytea[])
"""
_RELEASED = """
released as (
    delete from reservation using unnest(%b::text[], %b::text[], %b::uuid[]) as mine (scope, key, holder)
    where (reservation.scope, reservation.key, reservation.holder) = (mine.scope, mine.key, mine.holder)
    returning 1
)
"""
_RESERVED = """
reserved as (
    insert into reservation (scope, key, holder)
    select * from unnest(%b::text[], %b::text[], %b::uuid[])
)
"""
# Parts of one statement run in no promised order; asking for the count makes what is released go first.
_RESERVED_AFTER_RELEASED = _RESERVED.replace("::uuid[])", "::uuid[]) where (select count(*) from released) >= 0")
_ANSWERED = """
answered as (
    insert into answer (key, digest, body)
    select * from unnest(%b::text[], %b::bytea[], %b::bytea[])
)
"""

_STORED_EVENTS = """
select originator_id, originator_version, type, data, meta
from event join unnest(%b::uuid[], %b::int8[]) as mine (originator_id, originator_version)
    using (originator_id, originator_version)
"""
_STORED_RESERVATIONS = """
select scope, key, holder
from reservation join unnest(%b::text[], %b::text[]) as mine (scope, key) using (scope, key)
"""
_STORED_ANSWERS = "select key, digest, body from answer where key = any(%b::text[])"


def appending(appends: Sequence[Append]) -> tuple[str, Sequence[object]]:
    """The statement that stores all of these appends, and its parameters."""
    if len(appends) == 1 and appends[0].is_one_event:
        return _ONE_EVENT, appends[0].events[0]
    # In one order for everybody, or two processes could each wait for the other.
    events = [row for append in sorted(appends, key=_first_aggregate) for row in append.events]
    released = sorted(row for append in appends for row in append.release)
    reserved = sorted(row for append in appends for row in append.reserve)
    answers = sorted(append.answer for append in appends if append.answer is not None)
    query = _statement(min(len(events), 2), bool(released), bool(reserved), bool(answers))
    last = events[0] if len(events) == 1 else _columns(events)
    return query, [*_columns(released), *_columns(reserved), *_columns(answers), *last]


def _first_aggregate(append: Append) -> int:
    return append.events[0].originator_id.int if append.events else 0


@cache
def _statement(events: int, released: bool, reserved: bool, answered: bool) -> str:  # noqa: FBT001 - which parts it has
    parts = []
    if released:
        parts.append(_RELEASED)
    if reserved:
        parts.append(_RESERVED_AFTER_RELEASED if released else _RESERVED)
    if answered:
        parts.append(_ANSWERED)
    with_parts = f"with {','.join(parts)}" if parts else ""
    return with_parts + ("select", _ONE_EVENT, _MANY_EVENTS)[events]


def _columns(rows: Iterable[Sequence[object]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


class Stored(NamedTuple):
    """What the database already holds of what a batch wanted to store, by primary key."""

    events: dict[tuple[UUID, int], EventRow]
    reservations: dict[tuple[str, str], UUID]
    answers: dict[str, Answer]


def stored_of(connection: Connection, appends: Sequence[Append]) -> Stored:
    """Look, in one round trip, for rows that have the primary keys of these appends."""
    events = _columns(row[:2] for append in appends for row in append.events) or [[], []]
    reserved = _columns(row[:2] for append in appends for row in append.reserve) or [[], []]
    keys = [append.answer.key for append in appends if append.answer is not None]
    with connection.pipeline():
        found_events = connection.cursor(binary=True).execute(_STORED_EVENTS, events)
        found_reservations = connection.cursor(binary=True).execute(_STORED_RESERVATIONS, reserved)
        found_answers = connection.cursor(binary=True).execute(_STORED_ANSWERS, [keys])
    return Stored(
        {(row[0], row[1]): EventRow(*row) for row in found_events},
        {(scope, key): holder for scope, key, holder in found_reservations},
        {row[0]: Answer(*row) for row in found_answers},
    )
