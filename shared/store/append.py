"""What one caller wants stored, all of it or none: events, reservations, an answer, and who caused it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - msgspec reads the annotation at run time
from secrets import token_hex
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from uuid import UUID

    from shared.principal import Principal


class Reservation(NamedTuple):
    """Something that may exist once, for example a case number, or one live case of a child: `holder` has it."""

    scope: str
    key: str
    holder: UUID


class Holdings(NamedTuple):
    """What an aggregate has reserved as it stands, and which numbers of which counters it was given."""

    reservations: Sequence[Reservation] = ()
    numbers: Sequence[tuple[str, int]] = ()


class Answer(NamedTuple):
    """What a command was answered, under its idempotency key; `digest` tells it from another command.

    It outlives whoever is named in the command, so a digest that could be found by guessing has to be a keyed one.
    """

    key: str
    digest: bytes
    body: bytes


class EventRow(NamedTuple):
    """An event as stored: `data` is its JSON, `meta` the CloudEvents attributes that go before it on the wire."""

    originator_id: UUID
    originator_version: int
    type: str
    data: bytes
    meta: bytes


@dataclass(frozen=True)
class Cause:
    """Who did it and why, carried by every event of an append.

    `correlation_id` is shared by all that follows from one request; `causation_id` names the command or the event
    behind this append, and a fresh one is given to it where it is empty; `traceparent` is W3C Trace Context's;
    `policy_version` names the rules that were in force.
    """

    principal: Principal
    correlation_id: str
    causation_id: str = ""
    traceparent: str = ""
    policy_version: str = ""


class _Attributes(msgspec.Struct, kw_only=True, omit_defaults=True):
    """CloudEvents 1.0.2 §3.1 `subject` and `time`, the tracing extension, and ours; empty ones are left out."""

    subject: str = ""
    time: datetime
    correlationid: str = ""
    causationid: str = ""
    traceparent: str = ""
    actorid: str = ""
    actorrole: str = ""
    actorinstitution: str = ""
    assurance: str = ""
    policyversion: str = ""


_encode = msgspec.json.Encoder().encode


class Attribution:
    """A cause turned into the `meta` of each event of one append."""

    def __init__(self, cause: Cause) -> None:
        self._cause = cause
        # Unique to the append, so that a row found after a broken connection is known for ours.
        self._causation_id = cause.causation_id or token_hex(16)
        self._assurance = ",".join(sorted(cause.principal.assurances))

    def meta(self, subject: str, time: datetime) -> bytes:
        """The attributes as a JSON fragment that begins with a comma. `time` is when it happened (aware)."""
        cause = self._cause
        attributes = _Attributes(
            subject=subject,
            time=time,
            correlationid=cause.correlation_id,
            causationid=self._causation_id,
            traceparent=cause.traceparent,
            actorid=cause.principal.id,
            actorrole=cause.principal.role,
            actorinstitution=cause.principal.institution or "",
            assurance=self._assurance,
            policyversion=cause.policy_version,
        )
        return b"," + _encode(attributes)[1:-1]


class Append(msgspec.Struct, frozen=True, eq=False):
    """One caller's rows. Two appends with a claim in common cannot be stored by one statement."""

    events: Sequence[EventRow]
    reserve: Sequence[Reservation] = ()
    release: Sequence[Reservation] = ()
    answer: Answer | None = None

    def __post_init__(self) -> None:
        if not self.events and self.answer is None:
            raise ValueError("an append stores events or an answer: reservations belong to one of them")
        if _repeats_a_key(self.events) or _repeats_a_key(self.reserve):
            raise ValueError("an append may name each version of an aggregate and each reservation once")

    @property
    def is_one_event(self) -> bool:
        """Whether there is nothing but one event, as most often."""
        return len(self.events) == 1 and not self.reserve and not self.release and self.answer is None

    def claims(self) -> set[Hashable]:
        """What nobody else may touch in the same statement: aggregates, reservations, the answer's key."""
        claims: set[Hashable] = {row.originator_id for row in self.events}
        claims.update((row.scope, row.key) for row in (*self.reserve, *self.release))
        if self.answer is not None:
            claims.add(self.answer.key)
        return claims


def _repeats_a_key(rows: Sequence[EventRow] | Sequence[Reservation]) -> bool:
    """Whether two rows have the same primary key, which is the first two columns of either."""
    return len(rows) > 1 and len({row[:2] for row in rows}) < len(rows)
