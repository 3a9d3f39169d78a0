"""`caretrail demo`: plays the matching story of the manual and checks what every reader sees of it."""

from __future__ import annotations

import sys
from typing import Annotated

import msgspec
import typer

from operate.failures import Status
from operate.serve import begin_hosting
from operate.session import Session


def demo(
    context: typer.Context,
    *,
    families: Annotated[int, typer.Option("--families", min=1, max=100_000)] = 60,
    seed: Annotated[int, typer.Option("--seed")] = 1,
) -> None:
    """Tell the story as it happens, and end with one line of JSON; with 1 where anything does not agree."""
    session: Session = context.obj
    begin_hosting()
    from operate.playing import performed  # noqa: PLC0415 - Nameko is imported where it is hosted, and nowhere else

    report = performed(session, families, seed)
    # The line is the answer in either form: people have been told the rest.
    sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    if not report.succeeded:
        raise typer.Exit(Status.NO)
