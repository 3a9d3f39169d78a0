"""The stored events of a log as they were published: made anew, and compared with the hashes stored for them."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from shared.cloudevents import Chain, parse
from shared.relay.sequencer import LogAltered, SettledPages
from shared.store.log import Log

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.postgres import Database
    from shared.store.log import LogRow

_END_OF_PAGE = "select min(position_to) from page where position_to >= %s"


class Stretch(NamedTuple):
    """Some events in their order from position `first` on: `bodies[i]` are the bytes on the wire of `rows[i]`."""

    first: int
    rows: list[LogRow]
    bodies: list[bytes]


def recomputed(database: Database, context: str, after: int, until: int) -> Iterator[Stretch]:
    """The settled events behind position `after` up to `until`; raises `LogAltered` and `LogDamaged`."""
    with database.connect(name=f"caretrail export {context}") as connection, closing(Log(database, context)) as log:
        pages = SettledPages(connection, context)
        begin = pages.end_of_page_before(after + 1)
        [(end,)] = connection.execute(_END_OF_PAGE, (until,)).fetchall()
        chain = Chain(context, pages.incarnation, begin.position, begin.hash)
        for first, rows in log.read(begin.position, end):
            bodies = chain.extend((row[0], row[1], row[4]) for row in rows)
            settled = pages.end_of_page_before(chain.position + 1)
            if (settled.position, settled.hash) != (chain.position, chain.hash):
                raise LogAltered(first, chain.position)
            wanted = slice(max(0, after + 1 - first), until + 1 - first)
            if rows[wanted]:
                yield Stretch(max(first, after + 1), rows[wanted], bodies[wanted])


def hash_at(database: Database, context: str, position: int) -> bytes:
    """The hash of the event at a settled position, 32 zeros at 0; raises as `recomputed` does."""
    if position == 0:
        return bytes(32)
    [stretch] = recomputed(database, context, position - 1, position)
    return bytes.fromhex(parse(stretch.bodies[0]).hash)
