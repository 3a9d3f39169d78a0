"""Whether events can be believed: their stretches of the log recomputed, from the signature before to the one after."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from shared.archive.verifier import Checkpoint
from shared.cloudevents import parse
from shared.relay.sequencer import LogAltered, SettledPages

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from shared.postgres import Connection

STRETCHES = 20
"""How many are recomputed for one question, the last ones, of about a thousand events each."""

_CHECKPOINT = """
select position, encode(hash, 'hex'), key_id, encode(signature, 'hex') from checkpoint where position {} limit 1
"""
_BEFORE = _CHECKPOINT.format("< %s order by position desc")
_AFTER = _CHECKPOINT.format(">= %s order by position")


class Verdict(StrEnum):
    """What came of it, the worst first."""

    ALTERED = "altered"
    """Stored events no longer give the hash that was stored for them."""
    REWRITTEN = "rewritten"
    """They do, but it is not the hash that was signed."""
    FORGED = "forged"
    """A signature is not that of its key."""
    KEY_UNKNOWN = "key_unknown"
    """It was signed with a key whose public half is not known here."""
    UNSIGNED = "unsigned"
    """The hashes are right, and the last of the events are not signed yet."""
    SIGNED = "signed"
    """The hashes are right, and the signatures on both sides too."""


_ORDER = list(Verdict)


class Proof(msgspec.Struct, frozen=True):
    """What was recomputed for some events: from position `first` to `last`, of which `left_out` stretches were not.

    `signed` is the last checkpoint among them, 0 for none, and `key` the id of the key that signed it.
    """

    verdict: Verdict
    first: int
    last: int
    left_out: int
    signed: int
    key: str


class _Stretch(NamedTuple):
    """From one checkpoint to the next: None where the log begins, and where nothing is signed yet."""

    begin: Checkpoint | None
    end: Checkpoint | None

    @property
    def first(self) -> int:
        return self.begin.position + 1 if self.begin else 1

    @property
    def witnesses(self) -> list[Checkpoint]:
        return [one for one in self if one is not None]


def prove(
    connection: Connection, context: str, keys: Mapping[str, Ed25519PublicKey], positions: Collection[int]
) -> Proof:
    """Recompute where these events lie; `connection` leads to their log, `keys` are those whose signatures count."""
    stretches = list(_stretches(connection, sorted(positions)))
    looked_at = stretches[-STRETCHES:]
    pages = SettledPages(connection, context)
    verdicts, last = [Verdict.SIGNED], 0
    for stretch in looked_at:
        verdicts += [_signature(one, context, pages.incarnation, keys) for one in stretch.witnesses]
        try:
            hashes = _recomputed(pages, stretch)
        except LogAltered:
            verdicts.append(Verdict.ALTERED)
            continue
        last = max(last, *hashes)
        if any(hashes.get(one.position) != one.hash for one in stretch.witnesses):
            verdicts.append(Verdict.REWRITTEN)
        if stretch.end is None:
            verdicts.append(Verdict.UNSIGNED)
    witnesses = [one for stretch in looked_at for one in stretch.witnesses]
    return Proof(
        verdict=min(verdicts, key=_ORDER.index),
        first=looked_at[0].first if looked_at else 0,
        last=last,
        left_out=len(stretches) - len(looked_at),
        signed=witnesses[-1].position if witnesses else 0,
        key=witnesses[-1].key_id if witnesses else "",
    )


def _stretches(connection: Connection, positions: Collection[int]) -> Iterator[_Stretch]:
    """From checkpoint to checkpoint around each of these positions, each stretch once."""
    reached = 0
    for position in positions:
        if position > reached:
            stretch = _Stretch(_found(connection, _BEFORE, position), _found(connection, _AFTER, position))
            yield stretch
            if stretch.end is None:
                return
            reached = stretch.end.position


def _found(connection: Connection, query: str, position: int) -> Checkpoint | None:
    row = connection.execute(query, (position,)).fetchone()
    return Checkpoint(*row) if row else None


def _recomputed(pages: SettledPages, stretch: _Stretch) -> dict[int, str]:
    """The hash (hex) at each checkpoint, and at the end, of a stretch. Raises `LogAltered`."""
    before = pages.end_of_page_before(stretch.first)
    hashes = {before.position: before.hash.hex()}
    wanted = {one.position for one in stretch.witnesses}
    for page in pages.pages_after(before.position):
        inside = {position for position in wanted if page.before.position < position < page.end.position}
        hashes |= {position: parse(page.messages[position - page.before.position - 1][1]).hash for position in inside}
        hashes[page.end.position] = page.end.hash.hex()
        if stretch.end is not None and page.end.position >= stretch.end.position:
            break
    return hashes


def _signature(checkpoint: Checkpoint, context: str, incarnation: str, keys: Mapping[str, Ed25519PublicKey]) -> Verdict:
    key = keys.get(checkpoint.key_id)
    if key is None:
        return Verdict.KEY_UNKNOWN
    return Verdict.SIGNED if checkpoint.is_signed(context, incarnation, key) else Verdict.FORGED
