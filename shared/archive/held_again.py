"""What aggregates hold, made anew from their events: case numbers, one live case a child, one message of an event.

A reservation is written with an event and never published, so events that were brought back come without it. Each
context says what an aggregate holds as it stands; the difference between before and now is what its events did.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import groupby, islice
from operator import attrgetter
from typing import TYPE_CHECKING
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from shared.store.append import Holdings, Reservation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.postgres import Connection

HoldingsOf = Callable[[Sequence[StoredEvent]], Holdings]
"""What an aggregate holds after its first events up to any later one; see `StoredApplication.holdings`."""

_AT_ONCE = 500
_HISTORIES = """
select originator_id, originator_version, type, data from event
where originator_id = any(%s) order by originator_id, originator_version
"""
_RELEASE = """
delete from reservation using unnest(%s::text[], %s::text[], %s::uuid[]) as former (scope, key, holder)
where (reservation.scope, reservation.key, reservation.holder) = (former.scope, former.key, former.holder)
"""
# A holder that the stream does not know of has gone on since the backup, and is not deprived.
_RESERVE = """
insert into reservation (scope, key, holder) select * from unnest(%s::text[], %s::text[], %s::uuid[])
on conflict (scope, key) do update set holder = excluded.holder
where reservation.holder = excluded.holder or reservation.holder <> all(%s)
returning scope, key
"""
_COUNT = """
insert into counter (scope, value) select * from unnest(%s::text[], %s::int8[])
on conflict (scope) do update set value = greatest(counter.value, excluded.value)
"""


class HeldTwice(RuntimeError):
    """What may exist once belongs to an aggregate of the stream, and to another that was begun since the restore."""

    def __init__(self, scopes: Collection[str]) -> None:
        super().__init__(
            f"commands were taken since the backup was restored, and have given away what the stream's events hold"
            f" already ({', '.join(sorted(scopes))}). Nothing was changed. Restore the backup once more, and recover"
            " before anything else is started"
        )


def hold_again(
    connection: Connection, first_versions: Mapping[UUID, int], unpublished: Sequence[UUID], holdings_of: HoldingsOf
) -> None:
    """Reserve, release and count what these aggregates did from their given versions on; raises `HeldTwice`.

    `unpublished` are aggregates with events that the stream does not know.
    """
    released: set[Reservation] = set()
    reserved: dict[tuple[str, str], UUID] = {}
    numbers: dict[str, int] = {}
    for history in _histories(connection, first_versions):
        first = first_versions[UUID(str(history[0].originator_id))]
        before, now = holdings_of(history[: first - 1]), holdings_of(history)
        released |= set(before.reservations) - set(now.reservations)
        reserved |= {(scope, key): holder for scope, key, holder in now.reservations}
        for scope, number in now.numbers:
            numbers[scope] = max(number, numbers.get(scope, 0))
    connection.execute(_RELEASE, _columns(released, 3))
    wanted = [(*key, holder) for key, holder in reserved.items()]
    kept = set(connection.execute(_RESERVE, (*_columns(wanted, 3), list(unpublished))).fetchall())
    if refused := reserved.keys() - kept:
        raise HeldTwice({scope for scope, _ in refused})
    connection.execute(_COUNT, _columns(numbers.items(), 2))


def _histories(connection: Connection, owners: Collection[UUID]) -> Iterator[list[StoredEvent]]:
    """All events of each aggregate."""
    remaining = iter(owners)
    while some := list(islice(remaining, _AT_ONCE)):
        rows = connection.cursor(binary=True).execute(_HISTORIES, (some,))
        for _, events in groupby((StoredEvent(*row) for row in rows), key=attrgetter("originator_id")):
            yield list(events)


def _columns(rows: Collection[Sequence[object]], width: int) -> list[list[object]]:
    return [[row[column] for row in rows] for column in range(width)]
