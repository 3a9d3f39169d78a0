"""`caretrail parked`: events that a read model or process could not take: listed, tried again, or dropped."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
import typer

from operate.failures import Mistake, Status
from operate.followers import USUAL, named, opened
from operate.session import Session, table
from operate.shell import at_the_shell
from shared.parked import Fate, Foreseen, ParkedListed, Tried, foresee, try_again, waiting
from shared.read_models.parking import Parking

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

_OUTLOOK_HEADINGS = (
    "parked.position",
    "parked.aggregate",
    "parked.type",
    "parked.fate",
    "parked.error",
    "parked.commands",
)

Model = Annotated[str, typer.Option("--model")]
Of = Annotated[str, typer.Option("--context", metavar="NAME")]


class Listed(msgspec.Struct):
    """What is parked."""

    parked: list[ParkedListed]


class Retries(msgspec.Struct):
    """What was tried again."""

    model: str
    aggregates: list[Tried]


class Outlook(msgspec.Struct):
    """What trying again would come to now, event by event; nothing was done."""

    model: str
    events: list[Foreseen]


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
    found = Listed([ParkedListed(*event) for event in events])
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
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    of: Of = USUAL,
) -> None:
    """Try parked events again; ends with 1 where some still cannot be taken."""
    session: Session = context.obj
    with opened(session.settings, of) as composed:
        follower = named(composed, model)
        if dry_run:
            _show_foreseen(session, Outlook(model, foresee(composed, follower, aggregate)))
            return
        tried = try_again(composed, follower, aggregate, at_the_shell())
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
        named(composed, model)
        waits = waiting(composed, model, aggregate)
        if not waits:
            raise Mistake("mistakes.nothing-parked", model=model, aggregate=aggregate)
        positions = [event.position for event in (waits if everything else waits[:1])]
        if not yes:
            raise Mistake("mistakes.not-confirmed", model=model, positions=", ".join(map(str, positions)))
        Parking(composed.database).drop(model, aggregate, positions, at_the_shell().id)
    found = Dropped(model, aggregate, positions, len(waits) - len(positions))
    told = session.words("parked.dropped", model=model, positions=", ".join(map(str, positions)), waiting=found.waiting)
    session.show(found, told)


def _show_foreseen(session: Session, outlook: Outlook) -> None:
    words = session.words
    rows = [
        (
            one.position,
            one.aggregate,
            one.type,
            words(f"fates.{one.fate}"),
            one.error or None,
            ", ".join(f"{given.name} ({given.refusal})" if given.refusal else given.name for given in one.commands),
        )
        for one in outlook.events
    ]
    told = table([words(heading) for heading in _OUTLOOK_HEADINGS], rows) if rows else words("parked.none")
    session.show(outlook, told)
    if any(one.fate is not Fate.TAKEN for one in outlook.events):
        raise typer.Exit(Status.NO)
