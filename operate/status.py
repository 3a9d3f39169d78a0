"""`caretrail status`: every relay, queue, read model and process at one look, and what needs a person."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.live import Live

from operate.contexts import asked, compose, contexts
from operate.failures import Status
from operate.session import Session, console, table, taipei_time
from shared.installation import installation
from shared.oversight import oversee
from shared.standings import Oversight

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from operate.words import Words
    from shared.context import Context
    from shared.standings import FollowerStanding

_EVERY_SECONDS = 2.0

_CONTEXT_HEADINGS = ("context", "relay", "holder", "events", "seconds", "signed", "queued", "followers")
_FOLLOWER_HEADINGS = ("context", "name", "kind", "events", "seconds", "parked", "rebuild", "failure")


class Overview(msgspec.Struct):
    """Every context that was asked for."""

    contexts: list[Oversight]


def status(
    context: typer.Context,
    *,
    name: Annotated[str | None, typer.Option("--context", metavar="NAME")] = None,
    everything: Annotated[bool, typer.Option("--all")] = False,
    watch: Annotated[bool, typer.Option("--watch")] = False,
) -> None:
    """Show how everything is doing; ends with 1 where somebody has to look after something."""
    session: Session = context.obj
    wanted = asked(name)
    with installation(session.settings) as place, ExitStack() as closing:
        # One may follow another context's log, which in an embedded installation nobody else has installed yet.
        needed = contexts() if session.settings.is_embedded else wanted
        composed = {one: closing.enter_context(compose(one)(place)) for one in needed}
        chosen = [composed[one] for one in wanted]
        if watch:
            _watch(session, chosen, everything=everything)
        found = _look(chosen)
        session.show(found, *_told(session.words, found, everything=everything))
    if any(one.alarms for one in found.contexts):
        raise typer.Exit(Status.NO)


def _look(chosen: Sequence[Context[Any]]) -> Overview:
    return Overview([oversee(one) for one in chosen])


def _watch(session: Session, chosen: Sequence[Context[Any]], *, everything: bool) -> None:
    """Show it anew every two seconds, until Ctrl-C; as JSON an object a line."""
    if session.as_json:
        while True:
            session.show(_look(chosen))
            sys.stdout.flush()
            time.sleep(_EVERY_SECONDS)
    with Live(console=console(), auto_refresh=False, screen=True) as live:
        while True:
            grid = table((), ((),))
            for part in _told(session.words, _look(chosen), everything=everything):
                grid.add_row(part)
            live.update(grid, refresh=True)
            time.sleep(_EVERY_SECONDS)


def _told(words: Words, found: Overview, *, everything: bool) -> Iterator[RenderableType]:
    yield table(_headings(words, _CONTEXT_HEADINGS), [_context_row(words, one) for one in found.contexts])
    shown = [
        _follower_row(words, one.context, follower)
        for one in found.contexts
        for follower in one.followers
        if everything or follower.is_worth_a_look
    ]
    if shown:
        yield ""
        yield table(_headings(words, _FOLLOWER_HEADINGS), shown)
    alarms = [(one.context, alarm) for one in found.contexts for alarm in one.alarms]
    yield ""
    for context, alarm in alarms:
        said = words(f"troubles.{alarm.code}", about=alarm.about, context=context)
        yield words("status.alarm", context=context, said=said)
    if not alarms:
        yield words("status.well")


def _headings(words: Words, names: Sequence[str]) -> list[str]:
    return [words(f"columns.{name}") for name in names]


def _context_row(words: Words, found: Oversight) -> tuple[object, ...]:
    relay = found.relay
    signed = round((found.at - relay.signed_at).total_seconds()) if relay.signed_at else None
    return (
        found.context,
        words("log.relay-works" if relay.at_work else "log.relay-rests"),
        relay.holder or None,
        relay.waiting,
        round(relay.behind_seconds),
        None if signed is None else words("status.ago", seconds=signed),
        found.queued,
        f"{found.up_to_date}/{len(found.followers)}",
    )


def _follower_row(words: Words, context: str, found: FollowerStanding) -> tuple[object, ...]:
    rebuild, failure = found.rebuild, found.failure
    stage = rebuild and words(f"stages.{rebuild.stage}")
    return (
        context,
        found.name,
        words(f"kinds.{found.kind}"),
        found.behind,
        round(found.behind_seconds),
        found.parked,
        rebuild
        and words("status.at-work" if rebuild.at_work else "status.ended", stage=stage, percent=rebuild.percent),
        failure and words("status.failed", reason=failure.reason, at=taipei_time(failure.at)),
    )
