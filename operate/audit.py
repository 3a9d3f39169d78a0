"""`caretrail audit`: proof that the log is complete and unaltered."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from operate.failures import Status
from operate.session import Session
from services.matching.bootstrap import CONTEXT
from shared.context import stored
from shared.relay.checkpoints import load_public_keys
from shared.relay.verify import Finding, Flaw, Verification, verify_log
from shared.vault.signing import public_keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from operate.words import Words
    from shared.settings import Settings

commands = typer.Typer()


class Verdict(msgspec.Struct):
    """What is proved: everything up to `positions`, of which a signature vouches for everything up to `signed`.

    `whole` is null where a key is missing that could tell.
    """

    positions: int
    signed: int
    whole: bool | None
    first_bad: Finding | None


@commands.command()
def verify(
    context: typer.Context,
    *,
    key: Annotated[list[Path] | None, typer.Option("--key", exists=True, dir_okay=False)] = None,
) -> None:
    """Prove the log; ends with 1 where it was altered, with 2 where a missing key leaves that open."""
    session: Session = context.obj
    keys = _keys(session.settings, key or [])
    with stored(session.settings, CONTEXT) as database, session.progress() as watch:
        found = verify_log(database, CONTEXT, keys, partial(watch, session.words("audit.verifying")))
    whole = _is_whole(found)
    session.show(Verdict(found.positions, found.signed, whole, found.first_bad), *_told(session.words, found))
    if whole is not True:
        raise typer.Exit(Status.NOT_POSSIBLE if whole is None else Status.NO)


def _keys(settings: Settings, given: list[Path]) -> dict[str, Ed25519PublicKey]:
    """The keys whose signatures count: those given, or else this installation's own."""
    if given:
        return load_public_keys(given)
    own = settings.checkpoint_key_file
    if own.exists():
        return public_keys(own)
    public = own.with_suffix(".pub")
    return load_public_keys([public] if public.exists() else [])


def _is_whole(found: Verification) -> bool | None:
    if found.first_bad is not None and found.first_bad.what is Flaw.KEY_UNKNOWN:
        return None
    return found.ok


def _told(words: Words, found: Verification) -> list[str]:
    extent = words("audit.extent", positions=found.positions, signed=found.signed)
    bad = found.first_bad
    if bad is None:
        return [words("audit.whole"), extent]
    flaw = words(f"flaws.{bad.what.name}", key=bad.key_id)
    where = "audit.at" if bad.first == bad.last else "audit.between"
    return [words(where, first=bad.first, last=bad.last, flaw=flaw), extent]
