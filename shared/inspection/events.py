"""Events as auditors are told of them: what happened, when, who did it, how they were proved, and what caused it."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotation at run time
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from shared.decoding import json_decoder
from shared.inspection.index import Index, Lookup
from shared.relay.sequencer import SettledPages

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from shared.postgres import Database
    from shared.store.log import Log, LogRow

MOST = 50
"""Events on a page."""

_STRETCH = 1_000
_SEARCHED = 20_000
"""How far back one question looks for events of a type, which no index tells."""


class _Meta(msgspec.Struct, frozen=True):
    """The attributes of an event as they lie in `meta`; `shared.store.append` writes them."""

    time: datetime
    subject: str = ""
    correlationid: str = ""
    causationid: str = ""
    actorid: str = ""
    actorrole: str = ""
    actorinstitution: str = ""
    assurance: str = ""
    policyversion: str = ""


class Fact(msgspec.Struct, frozen=True):
    """One event. `actor` is an account's or a process's name, or a pseudonym; `cause` another event's id, or a command.

    `assurance` are the proofs of whoever did it, joined by commas; `policy` the version of the rules in force.
    """

    context: str
    position: int
    type: str
    time: datetime
    subject: str
    actor: str
    role: str
    institution: str
    assurance: str
    cause: str
    correlation: str
    policy: str

    @property
    def id(self) -> str:
        """As CloudEvents and causes name it."""
        return f"{self.context}/{self.position}"


class Facts(NamedTuple):
    """Some events, the newest first, and from which position on to look further back; None at the beginning."""

    facts: tuple[Fact, ...]
    before: int | None


_decode = json_decoder(_Meta).decode


def fact_of(context: str, position: int, row: LogRow) -> Fact:
    """What is told of an event."""
    meta = _decode(b"{" + row[4][1:] + b"}")
    return Fact(
        context=context,
        position=position,
        type=row[0],
        time=meta.time,
        subject=meta.subject,
        actor=meta.actorid,
        role=meta.actorrole,
        institution=meta.actorinstitution,
        assurance=meta.assurance,
        cause=meta.causationid,
        correlation=meta.correlationid,
        policy=meta.policyversion,
    )


def fact_at(log: Log, position: int) -> Fact | None:
    """The event at a position; None where the log has none there."""
    for page in log.read(position - 1, position, size=1):
        return fact_of(log.context, page.first, page.rows[0])
    return None


def wire_of(database: Database, context: str, position: int) -> bytes | None:
    """The very bytes in which an event was published; None where there is none at that position.

    Raises `LogAltered` where the stored events of its page no longer give the hash that was stored.
    """
    with database.connect(name="caretrail inspection") as connection:
        pages = SettledPages(connection, context)
        for page in pages.pages_after(pages.end_of_page_before(position).position):
            return page.messages[position - page.before.position - 1][1] if position > 0 else None
    return None


CORRELATION = Lookup("correlation:1", lambda row: (_decode(b"{" + row[4][1:] + b"}").correlationid.encode(),))
"""Asks by the id that all that follows from one request shares."""
SUBJECT = Lookup("subject:1", lambda row: (_decode(b"{" + row[4][1:] + b"}").subject.encode(),))
"""Asks by what an event is about: a case number, say."""


def latest(log: Log, before: int | None, types: Collection[str] = ()) -> Facts:
    """The newest events before a position (None: of all), of any of these types where some are given."""
    until = log.head().position if before is None else min(before - 1, log.head().position)
    lowest = max(0, until - _SEARCHED) if types else 0
    found: list[Fact] = []
    while until > lowest and len(found) <= MOST:
        begin = max(lowest, until - (_STRETCH if types else MOST + 1))
        found[:0] = (fact for fact in _between(log, begin, until) if not types or fact.type in types)
        until = begin
    page = found[-MOST:]
    if len(found) > MOST:
        return Facts(tuple(reversed(page)), page[0].position)
    return Facts(tuple(reversed(page)), until + 1 if until > 0 else None)


def about(index: Index, log: Log, subject: str, before: int | None, types: Collection[str] = ()) -> Facts:
    """The newest events about a subject, before a position; `index` asks by `SUBJECT` and is up to date."""
    until = log.head().position if before is None else before - 1
    touched = index.find([subject.encode()], until)
    rows = log.versions([touch[1:] for touch in touched])
    facts = [
        fact_of(log.context, position, rows[originator_id, version]) for position, originator_id, version in touched
    ]
    wanted = [fact for fact in facts if fact.subject == subject and (not types or fact.type in types)]
    page = wanted[-MOST:]
    return Facts(tuple(reversed(page)), page[0].position if len(wanted) > MOST else None)


def _between(log: Log, after: int, until: int) -> Iterator[Fact]:
    for page in log.read(after, until):
        for position, row in enumerate(page.rows, page.first):
            yield fact_of(log.context, position, row)
