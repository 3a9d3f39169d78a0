"""Proves a stored log complete and unaltered, or says where it is not.

Positions, hashes and the bytes on the wire are computed anew from the stored events and compared with the pages, and
with the checkpoints that were signed over them: to hide a change, one would need the signing key.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from shared.cloudevents import Chain, parse
from shared.relay.checkpoints import Checkpoint, is_signed
from shared.relay.sequencer import MARK_BYTES, events_between, marks_of
from shared.store.horizon import START, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from shared.postgres import Connection, Database
    from shared.relay.sequencer import Row

_INCARNATION = "select incarnation from log"
_CHECKPOINTS = "select position, hash, key_id, signature from checkpoint order by position"
_EXTENT = "select coalesce((select max(position_to) from page), 0), (select published from relay)"
# A stretch of about this many positions, or a single page that is longer.
_PAGES = """
select position_to, epoch, xid, id, hash, marks from page
where position_to > %(after)s and position_to <= %(total)s and position_to <= greatest(
    %(after)s + 5000, (select min(position_to) from page where position_to > %(after)s)
)
order by position_to
"""


class Flaw(StrEnum):
    """What can be wrong with a log."""

    EVENT_ALTERED = "the event was altered, or changed places with another"
    EVENT_REMOVED = "an event was removed here"
    EVENT_INSERTED = "an event was inserted here"
    MARKS_ALTERED = "the events or their page were altered, and the page's marks with them"
    PAGE_ALTERED = "the hash stored for the page was altered"
    PUBLISHED_END_MISSING = "the end of the log is missing: its last position was published"
    SIGNED_END_MISSING = "the end of the log is missing: its last position was signed in a checkpoint"
    REWRITTEN = "the log was rewritten: its hash is not the one that was signed"
    SIGNATURE_WRONG = "the checkpoint's signature is not that of its key"
    KEY_UNKNOWN = "the checkpoint is signed with a key not known here"
    """Not a fault of the log yet: whoever verifies lacks the public key, or somebody signed with another one."""


@dataclass(frozen=True)
class Finding:
    """The first thing that is wrong: it lies among the positions `first` to `last`; `key_id` is the unknown key's."""

    first: int
    last: int
    what: Flaw
    key_id: str = ""


@dataclass(frozen=True)
class Verification:
    """What was found: everything up to `positions` is right, and up to `signed` a checkpoint vouches for it."""

    positions: int
    signed: int
    first_bad: Finding | None = None

    @property
    def ok(self) -> bool:
        """Whether the whole log is as it was when it was published."""
        return self.first_bad is None


def verify_log(
    database: Database,
    context: str,
    keys: Mapping[str, Ed25519PublicKey],
    progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005 - most callers watch nothing
) -> Verification:
    """Verify every settled event of a context in one pass, also while its relay works.

    `keys` are the public keys, by key id, whose signatures count. `progress` is called with the positions done and the
    positions there are.
    """
    with database.connect(name=f"caretrail verify {context}") as connection:
        [(incarnation,)] = connection.execute(_INCARNATION).fetchall()
        # Before the extent: what is signed meanwhile may lie behind it.
        checkpoints = [Checkpoint(*row) for row in connection.execute(_CHECKPOINTS)]
        [(total, published)] = connection.execute(_EXTENT).fetchall()
        walk = _Walk(context, incarnation, checkpoints, keys)
        try:
            for pages, rows in _stretches(connection, total):
                walk.through(pages, rows)
                progress(walk.position, total)
            walk.end(published)
        except _Wrong as wrong:
            return Verification(wrong.finding.first - 1, walk.signed, wrong.finding)
        return Verification(walk.position, walk.signed)


class _Wrong(Exception):
    def __init__(self, first: int, last: int, what: Flaw, key_id: str = "") -> None:
        self.finding = Finding(first, last, what, key_id)


class _Page(NamedTuple):
    position_to: int
    place: Place
    hash: bytes
    marks: bytes


class _Walk:
    """The way along the log, and how far it has come."""

    def __init__(
        self, context: str, incarnation: str, checkpoints: list[Checkpoint], keys: Mapping[str, Ed25519PublicKey]
    ) -> None:
        self.signed = 0
        self._context = context
        self._incarnation = incarnation
        self._keys = keys
        self._checkpoints = deque(checkpoints)
        self._last_checkpoint = checkpoints[-1].position if checkpoints else 0
        self._chain = Chain(context, incarnation)

    @property
    def position(self) -> int:
        return self._chain.position

    def through(self, pages: Sequence[_Page], rows: list[Row]) -> None:
        """Recompute some pages from the rows that lie at their places."""
        places = [row[5:] for row in rows]
        begin = 0
        for page in pages:
            end = bisect_right(places, page.place)
            self._check(page, rows[begin:end])
            begin = end

    def end(self, published: int) -> None:
        """Refuse a log that once reached further than its last page."""
        known = max(published, self._last_checkpoint)
        if known > self.position:
            flaw = Flaw.PUBLISHED_END_MISSING if published == known else Flaw.SIGNED_END_MISSING
            raise _Wrong(self.position + 1, known, flaw)

    def _check(self, page: _Page, rows: list[Row]) -> None:
        before = self._chain.position
        bodies = self._chain.extend((row[0], row[1], row[4]) for row in rows)
        if self._chain.position != page.position_to or self._chain.hash != page.hash:
            raise _locate(page, before, bodies)
        while self._checkpoints and self._checkpoints[0].position <= page.position_to:
            checkpoint = self._checkpoints.popleft()
            self._vouch(checkpoint, bytes.fromhex(parse(bodies[checkpoint.position - before - 1]).hash))

    def _vouch(self, checkpoint: Checkpoint, found: bytes) -> None:
        position = checkpoint.position
        key = self._keys.get(checkpoint.key_id)
        if key is None:
            raise _Wrong(position, position, Flaw.KEY_UNKNOWN, checkpoint.key_id)
        if not is_signed(checkpoint, self._context, self._incarnation, key):
            raise _Wrong(position, position, Flaw.SIGNATURE_WRONG)
        if checkpoint.hash != found:
            raise _Wrong(self.signed + 1, position, Flaw.REWRITTEN)
        self.signed = position


def _locate(page: _Page, before: int, bodies: list[bytes]) -> _Wrong:
    """Say at which event a page begins to differ, by the marks that were stored with it."""
    first, last, expected = before + 1, page.position_to, page.position_to - before
    if len(page.marks) != expected * MARK_BYTES:
        return _Wrong(first, last, Flaw.MARKS_ALTERED)
    found = marks_of(bodies)
    same = 0
    while same < min(expected, len(bodies)) and _mark(found, same) == _mark(page.marks, same):
        same += 1
    if len(bodies) < expected:
        return _Wrong(first + same, first + same, Flaw.EVENT_REMOVED)
    if len(bodies) > expected:
        return _Wrong(first + same, first + same, Flaw.EVENT_INSERTED)
    if same == expected:
        return _Wrong(first, last, Flaw.PAGE_ALTERED)
    return _Wrong(first + same, first + same, Flaw.EVENT_ALTERED)


def _mark(marks: bytes, index: int) -> bytes:
    return marks[index * MARK_BYTES : (index + 1) * MARK_BYTES]


def _stretches(connection: Connection, total: int) -> Iterator[tuple[list[_Page], list[Row]]]:
    """Some pages at a time, with all the events that lie between the end of the one before them and theirs."""
    cursor = connection.cursor(binary=True)
    position, place = 0, START
    while stored := cursor.execute(_PAGES, {"after": position, "total": total}).fetchall():
        pages = [_Page(row[0], Place(*row[1:4]), *row[4:]) for row in stored]
        end = pages[-1]
        yield pages, events_between(cursor, place, end.place, end.position_to - position)
        position, place = end.position_to, end.place
