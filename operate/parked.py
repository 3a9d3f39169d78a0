"""`caretrail parked`: events that a read model or process could not take: listed, tried again, or dropped."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import msgspec
import typer

from operate.failures import Mistake, Status
from operate.followers import USUAL, named, opened
from operate.session import Session, table
from shared.read_models.parking import Parking

if TYPE_CHECKING:
    from shared.context import Context
    from shared.processes.runner import ProcessRunner
    from shared.read_models.parking import ParkedEvent
    from shared.read_models.projector import Projector

commands = typer.Typer()

_HEADINGS = (
    "parked.model",
    "parked.position",
    "parked.aggregate",
    "parked.type",
    "parked.attempts",
    "parked.parked-at",
    "parked.dropped-at",
    "parked.error",
)

Model = Annotated[str, typer.Option("--model")]
Of = Annotated[str, typer.Option("--context", metavar="NAME")]


class Parked(msgspec.Struct):
    """One event that was set aside; where it was dropped, nobody tries it again."""

    model: str
    position: int
    aggregate: UUID
    version: int
    type: str
    error: str
    attempts: int
    parked_at: datetime
    dropped_at: datetime | None


class Listed(msgspec.Struct):
    """What is parked."""

    parked: list[Parked]


class Tried(msgspec.Struct):
    """What became of an aggregate's parked events: so many were taken, so many wait on."""

    aggregate: UUID
    taken: int
    waiting: int


class Retries(msgspec.Struct):
    """What was tried again."""

    model: str
    aggregates: list[Tried]


class Dropped(msgspec.Struct):
    """The positions that this model will never see, and how many of the aggregate's events wait behind them."""

    model: str
    aggregate: UUID
    dropped: list[int]
    waiting: int


@commands.command(name="list")
def list_(
    context: typer.Context, *, model: Annotated[str | None, typer.Option("--model")] = None, of: Of = USUAL
) -> None:
    """Show what is parked, and what was dropped."""
    session: Session = context.obj
    words = session.words
    with opened(session.settings, of) as composed:
        if model is not None:
            named(composed, model)
        events = Parking(composed.database).list(model)
    found = Listed([Parked(*event) for event in events])
    if not events:
        session.show(found, words("parked.none"))
        return
    rows = [
        (
            event.model,
            event.position,
            event.originator_id,
            event.type,
            event.attempts,
            event.parked_at,
            event.dropped_at,
            event.error,
        )
        for event in events
    ]
    session.show(found, table(map(words, _HEADINGS), rows))


@commands.command()
def retry(
    context: typer.Context,
    *,
    model: Model,
    aggregate: Annotated[UUID | None, typer.Option("--aggregate")] = None,
    of: Of = USUAL,
) -> None:
    """Try parked events again; ends with 1 where some still cannot be taken."""
    session: Session = context.obj
    with opened(session.settings, of) as composed:
        waiting = _waiting(composed, model, aggregate)
        follower = _follower(composed, model)
        try:
            tried = [Tried(tried, *follower.retry(tried)) for tried in dict.fromkeys(e.originator_id for e in waiting)]
        finally:
            follower.close()
    told = [
        session.words("parked.tried", aggregate=found.aggregate, taken=found.taken, waiting=found.waiting)
        for found in tried
    ]
    session.show(Retries(model, tried), *(told or [session.words("parked.none")]))
    if any(found.waiting for found in tried):
        raise typer.Exit(Status.NO)


@commands.command()
def drop(  # noqa: PLR0913 - an option each
    context: typer.Context,
    *,
    model: Model,
    aggregate: Annotated[UUID, typer.Option("--aggregate")],
    everything: Annotated[bool, typer.Option("--all")] = False,
    yes: Annotated[bool, typer.Option("--yes")] = False,
    of: Of = USUAL,
) -> None:
    """Give up an aggregate's first parked event, or all of them: not even a rebuild takes them again."""
    session: Session = context.obj
    with opened(session.settings, of) as composed:
        waiting = _waiting(composed, model, aggregate)
        if not waiting:
            raise Mistake("mistakes.nothing-parked", model=model, aggregate=aggregate)
        positions = [event.position for event in (waiting if everything else waiting[:1])]
        if not yes:
            raise Mistake("mistakes.not-confirmed", model=model, positions=", ".join(map(str, positions)))
        parking = Parking(composed.database)
        for position in positions:
            parking.drop(model, position)
    found = Dropped(model, aggregate, positions, len(waiting) - len(positions))
    told = session.words("parked.dropped", model=model, positions=", ".join(map(str, positions)), waiting=found.waiting)
    session.show(found, told)


def _waiting(composed: Context[Any], model: str, aggregate: UUID | None) -> list[ParkedEvent]:
    """What of a model, and of an aggregate where one is given, waits to be tried again, in the order of the log."""
    named(composed, model)
    return [
        event
        for event in Parking(composed.database).list(model)
        if event.dropped_at is None and aggregate in (None, event.originator_id)
    ]


def _follower(composed: Context[Any], name: str) -> Projector[Any] | ProcessRunner[Any]:
    processes = composed.processes
    return composed.runner(processes[name]) if name in processes else composed.projector(composed.models[name])
