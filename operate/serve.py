"""`caretrail up`, `serve`, `relay`, `project`, `react`: processes that go on until they are told to end."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import Annotated

import typer

from operate.contexts import compose, contexts, known, served
from operate.failures import Mistake
from operate.running import Running, tell, told_of, watched
from operate.session import Session
from operate.stories import Story
from shared.context import Duty
from shared.ending import Ending
from shared.health import Watched, examine
from shared.installation import installation
from shared.tracing import exported

ContextName = Annotated[str, typer.Argument(metavar="CONTEXT")]
Health = Annotated[str | None, typer.Option("--health", metavar="HOST:PORT")]

LOOK_SECONDS = 0.2
"""Seconds within which a signal is noticed."""


def up(
    context: typer.Context,
    health: Health = None,
    *,
    demo: Annotated[bool, typer.Option("--demo")] = False,
    story: Annotated[list[str] | None, typer.Option("--story", metavar="STORY")] = None,
    families: Annotated[int, typer.Option("--families", min=1, max=1_000)] = 48,
) -> None:
    """Run every context, with all its duties, and the site in this one process."""
    if unknown := set(story or ()) - set(Story):
        raise Mistake("mistakes.unknown-story", given=", ".join(sorted(unknown)), known=", ".join(Story))
    begin_hosting()
    from operate.hosting import host  # noqa: PLC0415 - Nameko is imported where it is hosted, and nowhere else
    from operate.playing import open_doors  # noqa: PLC0415 - as above
    from operate.web import site  # noqa: PLC0415 - as above

    if demo:
        open_doors(context.obj, [Story(name) for name in story or Story], families)
    host(context.obj, served(), tuple(Duty), health, site)


def serve(context: typer.Context, name: ContextName, health: Health = None) -> None:
    """Answer the calls of one context."""
    demand_broker(context.obj)
    begin_hosting()
    from operate.hosting import host  # noqa: PLC0415 - as above

    host(context.obj, [known(name, served())], (), health)


def relay(context: typer.Context, name: ContextName, health: Health = None) -> None:
    """Give the events of one context their positions, and publish them."""
    _work(context.obj, known(name, contexts()), Duty.RELAY, health)


def project(context: typer.Context, name: ContextName, health: Health = None) -> None:
    """Keep the read models of one context up with the logs that they fold."""
    _work(context.obj, known(name, contexts()), Duty.PROJECT, health)


def react(context: typer.Context, name: ContextName, health: Health = None) -> None:
    """Run the processes of one context."""
    _work(context.obj, known(name, contexts()), Duty.REACT, health)


def demand_broker(session: Session) -> None:
    """The broker in the process reaches nobody outside of it: whoever were alone with it would wait for ever."""
    if session.settings.broker is None:
        raise Mistake("mistakes.no-broker")


def begin_hosting() -> None:
    """Go on in a process that is patched for Nameko: this one begins anew, unless it is one already."""
    began_as = sys.modules["__main__"].__spec__
    if began_as is None or began_as.name != "operate.hosted":
        os.execv(sys.executable, [sys.executable, "-m", "operate.hosted", *sys.argv[1:]])  # noqa: S606 - itself


def _work(session: Session, name: str, duty: Duty, health: str | None) -> None:
    demand_broker(session)
    with Ending() as ending, installation(session.settings) as place, compose(name)(place) as composed:
        told = Watched(lambda: [examine(composed, [duty])], partial(told_of, [composed], [duty]))
        told_on = exported(session.settings.traces, f"{name}-{duty}")
        with told_on, composed.workers([duty]) as workers, watched(health, told) as port:
            tell(session, Running.of(session.settings, [name], [duty], port))
            while not ending.is_told and not workers.wait(LOOK_SECONDS):
                pass
