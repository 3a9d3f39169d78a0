"""`caretrail keys`: changing the master key of the vault."""

from __future__ import annotations

from functools import partial

import msgspec
import typer

from operate.session import Session
from shared.installation import installation

commands = typer.Typer()


class Rotated(msgspec.Struct):
    """The former master keys that nothing needs any more."""

    retired: tuple[str, ...]


@commands.command()
def rotate(context: typer.Context) -> None:
    """Wrap every person's key with the current master key."""
    session: Session = context.obj
    with installation(session.settings) as place, session.progress() as watch:
        retired = place.vault.rotate(partial(watch, session.words("keys.wrapping")))
    told = session.words("keys.retired", keys=", ".join(retired)) if retired else session.words("keys.none-retired")
    session.show(Rotated(retired), told)
