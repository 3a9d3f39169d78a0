"""`caretrail demo`: plays the matching story of the manual and checks what every reader sees of it."""

from __future__ import annotations

import sys
from functools import partial
from typing import Annotated

import msgspec
import typer

from operate.failures import Status
from operate.session import Session
from services.matching.demonstration.play import Onlooker, play


def demo(
    context: typer.Context,
    *,
    families: Annotated[int, typer.Option("--families", min=1, max=100_000)] = 60,
    seed: Annotated[int, typer.Option("--seed")] = 1,
) -> None:
    """Tell the story as it happens, and end with one line of JSON; with 1 where anything does not agree."""
    session: Session = context.obj
    with session.progress() as watch:
        onlooker = Onlooker(
            say=_say_nothing if session.as_json else session.note,
            progress=partial(watch, session.words("demo.families")),
        )
        report = play(session.settings, session.words.language, families, seed, onlooker)
    # The line is the answer in either form: people have been told the rest.
    sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    if not report.succeeded:
        raise typer.Exit(Status.NO)


def _say_nothing(_: str) -> None:
    """Programs read the last line only."""
