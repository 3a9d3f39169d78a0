"""`caretrail models`: how far read models and processes are, whether their rows are right, and made anew."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from operate.failures import Status
from operate.followers import USUAL, chosen, labelled, opened
from operate.session import Session, table
from shared.inspection.keys import written
from shared.read_models.compare import Changed, Difference, compare
from shared.read_models.model import Key
from shared.read_models.rebuild import rebuild as rebuild_model
from shared.read_models.replay.replaying import NotBuilt
from shared.read_models.status import status as status_of
from shared.store.log import LogDamaged

if TYPE_CHECKING:
    from operate.words import Words
    from shared.context import Context
    from shared.read_models.filling import Progress
    from shared.read_models.model import ReadModel
    from shared.store.log import Log

commands = typer.Typer()

_HEADINGS = (
    "models.name",
    "models.kind",
    "models.log",
    "models.position",
    "models.behind",
    "models.moved",
    "models.rebuilt",
    "models.parked",
    "models.current",
)

Name = Annotated[str | None, typer.Argument()]
All = Annotated[bool, typer.Option("--all")]
Of = Annotated[str, typer.Option("--context", metavar="NAME")]


class Standing(msgspec.Struct):
    """One read model or process. `behind` counts events; `current` tells whether its rows are of this release.

    `log` is the context whose log it folds, and `head` where that ends.
    """

    name: str
    kind: str
    log: str
    head: int
    position: int
    behind: int
    moved_at: datetime | None
    rebuilt_at: datetime | None
    parked: int
    current: bool


class Standings(msgspec.Struct):
    """Where the log ends, and where everything stands that follows it.

    `alarms`: `end-missing` where somebody has come further than the log reaches, `end-damaged` where the log's last
    events are not all there.
    """

    head: int
    models: list[Standing]
    alarms: list[str]


class Rebuilt(msgspec.Struct):
    """The position that the new rows have reached, and how many events could not be taken."""

    name: str
    position: int
    parked: int


class Rebuilds(msgspec.Struct):
    """What was made anew."""

    models: list[Rebuilt]


class Checked(msgspec.Struct):
    """How live rows differ from rebuilt ones at a position, by their keys; `equal` is null where there are no rows."""

    name: str
    equal: bool | None
    position: int = 0
    only_live: tuple[Key, ...] = ()
    only_rebuilt: tuple[Key, ...] = ()
    changed: tuple[Changed, ...] = ()
    head: int = 0


class Checks(msgspec.Struct):
    """What was compared."""

    models: list[Checked]


@commands.command()
def status(context: typer.Context, *, of: Of = USUAL) -> None:
    """Show how far everything is that follows the log; ends with 1 where the log's own end is missing."""
    session: Session = context.obj
    with opened(session.settings, of) as composed:
        head, standings = composed.log.head().position, _standings(composed)
        damage = _damage_at_end(composed.log, head)
    beyond = [standing for standing in standings if standing.position > standing.head]
    alarms = [*(["end-missing"] if beyond else []), *(["end-damaged"] if damage else [])]
    session.show(
        Standings(head, standings, alarms),
        session.words("models.head", head=head),
        table(map(session.words, _HEADINGS), [_row(session.words, standing) for standing in standings]),
        *(session.words("models.beyond", name=one.name, position=one.position, head=one.head) for one in beyond),
        *([session.words("models.damaged", detail=damage)] if damage else []),
    )
    if alarms:
        raise typer.Exit(Status.NO)


@commands.command()
def rebuild(context: typer.Context, *, name: Name = None, everything: All = False, of: Of = USUAL) -> None:
    """Make rows anew from the log; the old ones answer until the new are complete."""
    session: Session = context.obj
    done = []
    with opened(session.settings, of) as composed:
        for model in chosen(composed, name, everything=everything):
            with session.progress() as watch:
                progress = labelled(session.words, model, watch)
                rebuilt = rebuild_model(model, composed.database, composed.logs[model.context], progress)
            done.append(Rebuilt(model.table.name, rebuilt.position, rebuilt.parked))
    session.show(Rebuilds(done), *(_told_rebuilt(session.words, rebuilt) for rebuilt in done))


@commands.command()
def check(context: typer.Context, *, name: Name = None, everything: All = False, of: Of = USUAL) -> None:
    """Compare rows with rebuilt ones; ends with 1 where they differ or know more than the log, with 2 without rows."""
    session: Session = context.obj
    done = []
    with opened(session.settings, of) as composed:
        for model in chosen(composed, name, everything=everything):
            with session.progress() as watch:
                done.append(_checked(composed, model, labelled(session.words, model, watch)))
    session.show(Checks(done), *(line for checked in done for line in _told_checked(session.words, checked)))
    verdicts = {checked.equal and checked.position <= checked.head for checked in done}
    if verdicts != {True}:
        raise typer.Exit(Status.NO if False in verdicts else Status.NOT_POSSIBLE)


def _damage_at_end(log: Log, head: int) -> str:
    """What is wrong with the last events of the log; empty where they are all there."""
    try:
        for _ in log.read(max(head - 1, 0), head):
            pass
    except LogDamaged as damage:
        return str(damage)
    return ""


def _standings(composed: Context[Any]) -> list[Standing]:
    return [standing for log in composed.logs.values() for standing in _standings_behind(log, composed)]


def _standings_behind(log: Log, composed: Context[Any]) -> list[Standing]:
    """How far those are that fold this log."""
    head, processes = log.head().position, composed.processes
    behind_it = [follower for follower in composed.followers.values() if follower.context == log.context]
    return [
        Standing(
            name=found.name,
            kind="process" if found.name in processes else "read-model",
            log=log.context,
            head=head,
            position=found.position,
            behind=found.behind,
            moved_at=found.moved_at,
            rebuilt_at=found.rebuilt_at,
            parked=found.parked,
            current=found.is_current,
        )
        for found in status_of(behind_it, composed.database, log)
    ]


def _row(words: Words, found: Standing) -> tuple[object, ...]:
    return (
        found.name,
        words(f"kinds.{found.kind}"),
        found.log,
        found.position,
        found.behind,
        found.moved_at,
        found.rebuilt_at,
        found.parked,
        words("models.yes" if found.current else "models.no"),
    )


def _told_rebuilt(words: Words, found: Rebuilt) -> str:
    said = words("models.rebuilt-to", name=found.name, position=found.position)
    return f"{said} {words('models.rebuilt-parked', count=found.parked)}" if found.parked else said


def _checked(composed: Context[Any], model: ReadModel[Any], progress: Progress) -> Checked:
    name = model.table.name
    try:
        found: Difference = compare(model, composed.database, composed.logs[model.context], progress)
    except NotBuilt:
        return Checked(name, equal=None)
    head = composed.logs[model.context].head().position
    return Checked(name, found.is_none, found.position, found.only_live, found.only_rebuilt, found.changed, head)


def _told_checked(words: Words, found: Checked) -> list[str]:
    if found.equal is None:
        return [words("models.not-built", name=found.name)]
    if found.position > found.head:
        return [words("models.beyond", name=found.name, position=found.position, head=found.head)]
    if found.equal and found.position == found.head:
        return [words("models.equal", name=found.name, position=found.position)]
    if found.equal:
        figures = {"position": found.position, "head": found.head, "behind": found.head - found.position}
        return [words("models.equal-behind", name=found.name, **figures)]
    return [
        words("models.differs", name=found.name, position=found.position),
        *(words("models.only-live", key=written(key)) for key in found.only_live),
        *(words("models.only-rebuilt", key=written(key)) for key in found.only_rebuilt),
        *(words("models.changed", key=written(key), columns=", ".join(columns)) for key, columns in found.changed),
    ]
