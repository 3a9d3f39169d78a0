"""Refuses to publish a log that the broker knows differently, as happens after a restore from an older backup.

Positions that were published once have been acted upon. A log that was restored to an earlier state would give the same
positions to other events, and consumers would take those for duplicates; so a relay first reads what the broker's
stream keeps of the time since its last page, and starts only where that is a beginning of its own log.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from shared.cloudevents import Envelope, NotAnEnvelope, parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from shared.postgres import Connection
    from shared.relay.sequencer import Sequencer
    from shared.transport import Transport

_MARGIN = timedelta(minutes=10)
"""How far the clocks of database and broker may differ."""

_LAST_PUBLISHED_AT = "select at from page where position_to <= (select published from relay) order by position_to desc"

_RECOVERY = (
    "Nothing has been published. Bring the log up to date with `caretrail events recover --from stream`, or point this"
    " relay at the broker that belongs to it"
)

_log = structlog.get_logger()


class LogForked(RuntimeError):
    """The broker has published other events at positions that this log has too."""


class BehindStream(RuntimeError):
    """The broker has published events that this log does not have."""


def refuse_a_fork(connection: Connection, context: str, sequencer: Sequencer, transport: Transport) -> None:
    """Raise `LogForked` or `BehindStream` unless what the broker keeps is a beginning of this log."""
    newest: tuple[Envelope, bytes] | None = None
    for event, body in understood(context, transport.stream_tail(context, published_since(connection))):
        if event.incarnation != sequencer.incarnation:
            raise LogForked(
                f"the broker's stream holds {event.id} of the log {event.incarnation}, and this is the log"
                f" {sequencer.incarnation}. {_RECOVERY}"
            )
        if event.position > sequencer.head.position:
            raise BehindStream(
                f"the broker's stream holds {event.id}, and this log ends at position {sequencer.head.position}: it was"
                f" restored from an older backup. {_RECOVERY}"
            )
        if newest is None or event.position >= newest[0].position:
            newest = event, body
    # Each hash covers the one before, so the newest event speaks for all before it.
    if newest is not None and _published_bytes(sequencer, newest[0].position) != newest[1]:
        event = newest[0]
        raise LogForked(
            f"the broker's stream holds {event.id} with the hash {event.hash}, and this log has another event there: it"
            f" was restored from an older backup and has gone on since. {_RECOVERY}"
        )


def understood(context: str, bodies: Iterator[bytes]) -> Iterator[tuple[Envelope, bytes]]:
    """A context's events among the messages. What nobody can read nobody has acted upon, so it is only told."""
    position = 0
    for body in bodies:
        try:
            event = parse(body)
        except NotAnEnvelope as fault:
            told = {"behind_position": position, "size": len(body), "reason": str(fault)}
            _log.error("stream_message_ignored", context=context, **told)
            continue
        if event.source.startswith(f"/{context}/"):
            position = event.position
            yield event, body


def published_since(connection: Connection) -> datetime | None:
    """From when on the broker may have more than the log: a little before its last published page was settled."""
    row = connection.execute(f"{_LAST_PUBLISHED_AT} limit 1").fetchone()
    at: datetime | None = row[0] if row else None
    return at and at - _MARGIN


def _published_bytes(sequencer: Sequencer, position: int) -> bytes:
    before = sequencer.end_of_page_before(position)
    page = next(sequencer.pages_after(before.position))
    return page.messages[position - before.position - 1][1]
