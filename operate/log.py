"""`caretrail log`: where each log ends, who relays it, and what holds it back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from operate.contexts import asked
from operate.failures import Status
from operate.session import Session, table
from shared.installation import stored
from shared.relay.relay import Pace
from shared.relay.status import LogStatus
from shared.relay.status import status as status_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from operate.words import Words

commands = typer.Typer()


class Checkpoint(msgspec.Struct):
    """Up to where the log is signed, with which key, and since when."""

    position: int
    key_id: str
    at: datetime


class Relay(msgspec.Struct):
    """The relay that works, or worked last: `holder` is its host and process, `behind` is in seconds."""

    at_work: bool
    holder: str
    generation: int
    heartbeat: datetime
    published: int
    behind: float


class Found(msgspec.Struct):
    """The log of one context. `waiting` events are not published yet, `backlog` of them have no position."""

    context: str
    incarnation: str
    epoch: int
    head: int
    hash: str
    waiting: int
    backlog: int
    relay: Relay
    horizon_age: float
    """Seconds."""
    checkpoint: Checkpoint | None
    unsigned: float
    """Seconds for which nobody has vouched for the whole log."""
    alarms: list[str]


class Logs(msgspec.Struct):
    """The log of each context that was asked for."""

    contexts: list[Found]


@commands.command()
def status(context: typer.Context, *, name: Annotated[str | None, typer.Option("--context")] = None) -> None:
    """Show how each log and its relay are doing; ends with 1 where somebody has to look after one."""
    session: Session = context.obj
    logs = [_found(session, context_name) for context_name in asked(name)]
    session.show(Logs(logs), *(part for found in logs for part in _told(session.words, found)))
    if any(found.alarms for found in logs):
        raise typer.Exit(Status.NO)


def _found(session: Session, context: str) -> Found:
    with stored(session.settings, context) as database, database.connect(name="caretrail log status") as connection:
        return judge(context, status_of(connection, context), session.settings.unsigned_seconds)


def judge(context: str, log: LogStatus, allowed: float) -> Found:
    """What an operator is told of a log, which may go without a signature for `allowed` seconds."""
    return Found(
        context=context,
        incarnation=log.incarnation,
        epoch=log.epoch,
        head=log.head,
        hash=log.hash.hex(),
        waiting=log.waiting,
        backlog=log.backlog,
        relay=Relay(log.at_work, log.holder, log.generation, log.heartbeat, log.published, log.behind),
        horizon_age=log.horizon_age,
        checkpoint=Checkpoint(*log.checkpoint) if log.checkpoint else None,
        unsigned=log.unsigned,
        alarms=log.alarms(Pace().alarm_seconds, allowed),
    )


def _told(words: Words, found: Found) -> list[RenderableType]:
    alarms = [words("log.alarm", context=found.context, said=said) for said in _told_alarms(words, found)]
    return [words("log.of", context=found.context), table((), _rows(words, found)), *alarms]


def _rows(words: Words, found: Found) -> list[tuple[object, ...]]:
    signed = found.checkpoint
    return [
        (words("log.head"), found.head),
        (words("log.backlog"), found.backlog),
        (words("log.relay"), words("log.relay-works" if found.relay.at_work else "log.relay-rests")),
        (words("log.holder"), found.relay.holder or None),
        (words("log.generation"), found.relay.generation),
        (words("log.heartbeat"), found.relay.heartbeat),
        (words("log.published"), found.relay.published),
        (words("log.checkpoint"), signed and words("log.signed", position=signed.position, key=signed.key_id)),
        (words("log.signed-at"), signed and signed.at),
        (words("log.horizon"), words("log.seconds", count=round(found.horizon_age))),
        (words("log.epoch"), found.epoch),
        (words("log.incarnation"), found.incarnation),
        (words("log.hash"), found.hash),
    ]


def _told_alarms(words: Words, found: Found) -> list[str]:
    figures = {
        "held": round(found.horizon_age),
        "behind": round(found.relay.behind),
        "waiting": found.waiting,
        "known": max(found.relay.published, found.checkpoint.position if found.checkpoint else 0),
        "head": found.head,
        "minutes": round(found.unsigned / 60),
    }
    return [words(f"alarms.{alarm}", **figures) for alarm in found.alarms]
