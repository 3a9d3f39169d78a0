"""`caretrail audit`: proof that the logs of all contexts are complete and unaltered."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from operate.contexts import asked
from operate.failures import Status
from operate.session import Session
from shared.installation import stored
from shared.relay.checkpoints import load_public_keys
from shared.relay.verify import Finding, Flaw, Verification, verify_log
from shared.vault.signing import public_keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from operate.words import Words
    from shared.settings import Settings

commands = typer.Typer()


class Verdict(msgspec.Struct):
    """What is proved of one log: everything up to `positions`, a signature vouching for what is up to `signed`.

    `whole` is null where a key is missing that could tell.
    """

    context: str
    positions: int
    signed: int
    whole: bool | None
    first_bad: Finding | None


class Verdicts(msgspec.Struct):
    """What is proved of each log, and of all of them together: the worst that was found."""

    whole: bool | None
    contexts: list[Verdict]


@commands.command()
def verify(
    context: typer.Context,
    *,
    name: Annotated[str | None, typer.Option("--context")] = None,
    key: Annotated[list[Path] | None, typer.Option("--key", exists=True, dir_okay=False)] = None,
) -> None:
    """Prove every log; ends with 1 where one was altered, with 2 where a missing key leaves that open."""
    session: Session = context.obj
    keys = _keys(session.settings, key or [])
    verdicts = [_verdict(session, context_name, keys) for context_name in asked(name)]
    found = {verdict.whole for verdict in verdicts}
    whole = next(worst for worst in (False, None, True) if worst in found)
    session.show(Verdicts(whole, verdicts), *(line for one in verdicts for line in _told(session.words, one)))
    if whole is not True:
        raise typer.Exit(Status.NOT_POSSIBLE if whole is None else Status.NO)


def _verdict(session: Session, context: str, keys: dict[str, Ed25519PublicKey]) -> Verdict:
    with stored(session.settings, context) as database, session.progress() as watch:
        label = f"{context}: {session.words('audit.verifying')}"
        found = verify_log(database, context, keys, partial(watch, label))
    return Verdict(context, found.positions, found.signed, _is_whole(found), found.first_bad)


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


def _told(words: Words, found: Verdict) -> list[str]:
    extent = words("audit.extent", positions=found.positions, signed=found.signed)
    bad = found.first_bad
    if bad is None:
        return [words("audit.of", context=found.context, said=words("audit.whole")), extent]
    flaw = words(f"flaws.{bad.what.name}", key=bad.key_id)
    where = "audit.at" if bad.first == bad.last else "audit.between"
    said = words(where, first=bad.first, last=bad.last, flaw=flaw)
    return [words("audit.of", context=found.context, said=said), extent]
