"""What auditors and operators ask of any context: why a row is so, what a request has led to, what has happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - forms read the annotation at run time
from typing import TYPE_CHECKING, Any

import msgspec

from shared.events import event_name, published_by
from shared.inspection.asking import Inspection, Looking, ModelUnknown, Patience
from shared.inspection.events import Fact  # noqa: TC001 - msgspec reads the annotation at run time
from shared.inspection.keys import KeyAmbiguous, KeyUnknown, form_of
from shared.inspection.looks import Look  # noqa: TC001 - as above
from shared.inspection.proof import Proof  # noqa: TC001 - as above
from shared.inspection.trace import Traced  # noqa: TC001 - as above
from shared.inspection.why import Asked, ColumnUnknown, PageUnknown, Why
from shared.refusals import Refusal
from shared.relay.sequencer import LogAltered

if TYPE_CHECKING:
    from shared.context import Context
    from shared.principal import Principal

_SECONDS = 1.5
"""How long a caller waits for the log to be looked through; then it is told how far that has come, and asks again."""

_PAGE = 100
_KEY_LIMIT = {"limit": 200}
_NAME_LIMIT = {"limit": 100}
_REQUEST_LIMIT = {"limit": 400}
"""A request is named by the program that makes it, else by the idempotency key of its command."""


class RowUnknown(Refusal):
    """No row of `model` has ever had this key, which is written as `form`; `near` look like it."""


class RowAmbiguous(Refusal):
    """Several rows belong to the case: `rows`."""


class ReadModelUnknown(Refusal):
    """The context has no such read model or process; it has `known`, or those are the ones that come near."""


class RowColumnUnknown(Refusal):
    """The rows have no such column; they have `known`."""


class RowPageUnknown(Refusal):
    """The row has `pages` pages of events."""


class EventUnknown(Refusal):
    """The log has no event at this position."""


class EventAltered(Refusal):
    """What is stored is not what was published: the hash of its page is another."""


@dataclass(frozen=True)
class RowAsked:
    """A row by its key, as of a position or a moment; maybe one of its columns, and which page of its events."""

    model: str = field(metadata=_NAME_LIMIT)
    key: str = field(metadata=_KEY_LIMIT)
    column: str | None = field(default=None, metadata=_NAME_LIMIT)
    until: int | None = None
    at: datetime | None = None
    page: int | None = None


@dataclass(frozen=True)
class RequestAsked:
    """One request, by what all that followed from it shares."""

    correlation_id: str = field(metadata=_REQUEST_LIMIT)


@dataclass(frozen=True)
class EventsAsked:
    """Events before a position, or a moment: of some types (whole, or without context and version), of a subject."""

    types: tuple[str, ...] = ()
    subject: str = field(default="", metadata=_NAME_LIMIT)
    before: int | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class EventAsked:
    """One event by its position."""

    position: int


class ModelListed(msgspec.Struct, frozen=True):
    """A read model or a process: the context whose log it folds, how its keys are written, its columns."""

    name: str
    log: str
    form: str
    columns: tuple[str, ...]


class Inspectable(msgspec.Struct, frozen=True):
    """What can be asked about in a context: its read models and processes, and its types of events by name."""

    models: tuple[ModelListed, ...]
    types: tuple[str, ...]


class WhyAnswered(msgspec.Struct, frozen=True):
    """Why a row is so; None while the log is being looked through, of which `looked` of `total` events are done.

    `looks` tell who has asked about the row lately.
    """

    why: Why | None
    proof: Proof | None
    looks: tuple[Look, ...] = ()
    looked: int = 0
    total: int = 0


class TraceAnswered(msgspec.Struct, frozen=True):
    """What belongs to a request; None as in `WhyAnswered`."""

    traced: Traced | None
    looked: int = 0
    total: int = 0


class EventsAnswered(msgspec.Struct, frozen=True):
    """Some events, the newest first, and before which position to ask further; None as in `WhyAnswered`."""

    facts: tuple[Fact, ...] | None
    before: int | None = None
    looked: int = 0
    total: int = 0


class EventAnswered(msgspec.Struct, frozen=True):
    """An event's exact bytes, as text, for its hash covers them."""

    body: str


def inspectable(context: Context[Any]) -> Inspectable:
    """What can be asked about."""
    models = Inspection(context).models
    return Inspectable(
        models=tuple(
            ModelListed(name, model.context, form_of(model.table), tuple(column.name for column in model.table.columns))
            for name, model in sorted(models.items())
        ),
        types=tuple(sorted({event_name(type_name) for type_name in published_by(context.name)})),
    )


def why_row(context: Context[Any], who: Principal, asked: RowAsked, now: datetime) -> WhyAnswered:
    """Why a row is so; who asks is noted."""
    inspection = _inspection(context)
    try:
        until = asked.until if asked.at is None else inspection.position_at(asked.model, asked.at)
        wanted = Asked(asked.key, asked.column, until, asked.page, _PAGE)
        found = inspection.why(asked.model, wanted, who, now)
    except Looking as looking:
        return WhyAnswered(None, None, (), looking.done, looking.total)
    except ModelUnknown as unknown:
        raise ReadModelUnknown("model", known=unknown.near) from None
    except KeyUnknown as unknown:
        raise RowUnknown("key", model=asked.model, form=unknown.form, near=unknown.near or "") from None
    except KeyAmbiguous as ambiguous:
        raise RowAmbiguous("key", rows=ambiguous.rows) from None
    except ColumnUnknown as unknown:
        raise RowColumnUnknown("column", known=unknown.columns) from None
    except PageUnknown as unknown:
        raise RowPageUnknown("page", pages=unknown.pages) from None
    return WhyAnswered(found, inspection.proof(found), inspection.looks(found))


def trace_request(context: Context[Any], asked: RequestAsked) -> TraceAnswered:
    """What a request has led to here, and what was refused of it."""
    try:
        return TraceAnswered(_inspection(context).trace(asked.correlation_id))
    except Looking as looking:
        return TraceAnswered(None, looking.done, looking.total)


def find_events(context: Context[Any], asked: EventsAsked) -> EventsAnswered:
    """The newest events that are asked for."""
    inspection = _inspection(context)
    types = {name for name in published_by(context.name) if {name, event_name(name)} & set(asked.types)}
    before = asked.before if asked.at is None else context.log.until_time(asked.at) + 1
    if asked.types and not types:
        return EventsAnswered(())
    try:
        found = inspection.events(before, types, asked.subject)
    except Looking as looking:
        return EventsAnswered(None, None, looking.done, looking.total)
    return EventsAnswered(found.facts, found.before)


def published_event(context: Context[Any], asked: EventAsked) -> EventAnswered:
    """One event as it was published."""
    try:
        body = _inspection(context).wire(asked.position)
    except LogAltered:
        raise EventAltered("position") from None
    if body is None:
        raise EventUnknown("position")
    return EventAnswered(body.decode())


def _inspection(context: Context[Any]) -> Inspection:
    return Inspection(context, Patience(_SECONDS, give_way=context.installation.give_way))
