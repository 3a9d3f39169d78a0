"""Proves a stored log complete and unaltered, or says where it is not.

Positions, hashes and the bytes on the wire are computed anew from the stored events and compared with the pages, and
with the checkpoints that were signed over them: to hide a change, one would need the signing key.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from shared.archive.verifier import Checkpoint, Flaw, Misfit, Verification, Witnesses, Wrong
from shared.cloudevents import Chain, parse
from shared.relay.sequencer import MARK_BYTES, marks_of
from shared.store.horizon import CHAINED_BETWEEN, START, Place, between

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from shared.archive.verifier import Check
    from shared.postgres import Connection, Database

    Row = tuple[str, bytes, bytes, int, int, int]
    """(type, data, meta), and the place of an event."""

_INCARNATION = "select incarnation from log"
_CHECKPOINTS = """
select position, encode(hash, 'hex'), key_id, encode(signature, 'hex') from checkpoint order by position
"""
_EXTENT = "select coalesce((select max(position_to) from page), 0), (select published from relay)"
# A stretch of about this many positions, or a single page that is longer.
_PAGES = """
select position_to, epoch, xid, id, hash, marks from page
where position_to > %(after)s and position_to <= %(total)s and position_to <= greatest(
    %(after)s + 5000, (select min(position_to) from page where position_to > %(after)s)
)
order by position_to
"""


def verify_log(
    database: Database,
    context: str,
    keys: Mapping[str, Ed25519PublicKey],
    check: Check,
    progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005 - most callers watch nothing
) -> Verification:
    """Verify every settled event of a context in one pass, also while its relay works.

    `keys` are the public keys, by key id, whose signatures count. `check` looks into each event. `progress` is called
    with the positions done and the positions there are.
    """
    with database.connect(name=f"caretrail verify {context}") as connection:
        [(incarnation,)] = connection.execute(_INCARNATION).fetchall()
        # Before the extent: what is signed meanwhile may lie behind it.
        checkpoints = [Checkpoint(*row) for row in connection.execute(_CHECKPOINTS)]
        [(total, published)] = connection.execute(_EXTENT).fetchall()
        walk = _Walk(Chain(context, incarnation), Witnesses(context, incarnation, checkpoints, keys), check)
        try:
            for pages, rows in _stretches(connection, total):
                walk.through(pages, rows)
                progress(walk.position, total)
            walk.end(published)
        except Wrong as wrong:
            return Verification(wrong.finding.first - 1, walk.witnesses.signed, wrong.finding)
        return Verification(walk.position, walk.witnesses.signed)


class _Page(NamedTuple):
    position_to: int
    place: Place
    hash: bytes
    marks: bytes


class _Walk:
    """The way along the log, and how far it has come."""

    def __init__(self, chain: Chain, witnesses: Witnesses, check: Check) -> None:
        self.witnesses = witnesses
        self._chain = chain
        self._look_into = check

    @property
    def position(self) -> int:
        return self._chain.position

    def through(self, pages: Sequence[_Page], rows: list[Row]) -> None:
        """Recompute some pages from the rows that lie at their places."""
        places = [row[3:] for row in rows]
        begin = 0
        for page in pages:
            end = bisect_right(places, page.place)
            self._check(page, rows[begin:end])
            begin = end

    def end(self, published: int) -> None:
        """Refuse a log that once reached further than its last page."""
        known = max(published, self.witnesses.last)
        if known > self.position:
            flaw = Flaw.PUBLISHED_END_MISSING if published == known else Flaw.SIGNED_END_MISSING
            raise Wrong(self.position + 1, known, flaw)

    def _check(self, page: _Page, rows: list[Row]) -> None:
        before = self._chain.position
        bodies = self._chain.extend(row[:3] for row in rows)
        if self._chain.position != page.position_to or self._chain.hash != page.hash:
            raise _locate(page, before, bodies)
        for position, (row, body) in enumerate(zip(rows, bodies, strict=True), before + 1):
            try:
                self._look_into(row[0], body)
            except Misfit as misfit:
                raise Wrong(position, position, misfit.what, misfit.detail) from None
        while before < (signed := self.witnesses.next()) <= page.position_to:
            self.witnesses.hear(parse(bodies[signed - before - 1]).hash)


def _locate(page: _Page, before: int, bodies: list[bytes]) -> Wrong:
    """Say at which event a page begins to differ, by the marks that were stored with it."""
    first, last, expected = before + 1, page.position_to, page.position_to - before
    if len(page.marks) != expected * MARK_BYTES:
        return Wrong(first, last, Flaw.MARKS_ALTERED)
    found = marks_of(bodies)
    same = 0
    while same < min(expected, len(bodies)) and _mark(found, same) == _mark(page.marks, same):
        same += 1
    if len(bodies) < expected:
        return Wrong(first + same, first + same, Flaw.EVENT_REMOVED)
    if len(bodies) > expected:
        return Wrong(first + same, first + same, Flaw.EVENT_INSERTED)
    if same == expected:
        return Wrong(first, last, Flaw.PAGE_ALTERED)
    return Wrong(first + same, first + same, Flaw.EVENT_ALTERED)


def _mark(marks: bytes, index: int) -> bytes:
    return marks[index * MARK_BYTES : (index + 1) * MARK_BYTES]


def _stretches(connection: Connection, total: int) -> Iterator[tuple[list[_Page], list[Row]]]:
    """Some pages at a time, with all the events that lie between the end of the one before them and theirs."""
    cursor = connection.cursor(binary=True)
    position, place = 0, START
    while stored := cursor.execute(_PAGES, {"after": position, "total": total}).fetchall():
        pages = [_Page(row[0], Place(*row[1:4]), *row[4:]) for row in stored]
        end = pages[-1]
        asked = between(place, end.place, end.position_to - position)
        yield pages, cursor.execute(CHAINED_BETWEEN, asked).fetchall()
        position, place = end.position_to, end.place
