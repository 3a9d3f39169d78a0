"""`caretrail audit`: proof that logs are complete and unaltered, where they live or in an archive."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from operate.checkpoint_keys import own_public_keys
from operate.contexts import asked, known, known_types
from operate.failures import Status
from operate.session import Session
from shared.archive.verifier import Archive, Finding, UnknownTypes, Verification
from shared.blobs import BlobStore
from shared.installation import stored
from shared.relay.checkpoints import load_public_keys
from shared.relay.contents import Contents, flaw_in
from shared.relay.verify import verify_log

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from operate.words import Words
    from shared.settings import Settings

commands = typer.Typer()


class Verdict(msgspec.Struct):
    """What is proved of one log: all from `first` to `positions`, a signature vouching for what is up to `signed`.

    `whole` is null where a key, a type or any signature is missing that could tell.
    """

    context: str
    first: int
    positions: int
    signed: int
    whole: bool | None
    first_bad: Finding | None


class Verdicts(msgspec.Struct):
    """What is proved of each log, and of all of them together: the worst that was found.

    `carried_keys` are those that counted only because an archive carries them; `altered_files` are of an archive,
    beside its events; `passed_by` counts events of types that are not known here.
    """

    whole: bool | None
    contexts: list[Verdict]
    carried_keys: list[str] = []
    altered_files: list[str] = []
    passed_by: dict[str, int] = {}


@commands.command()
def verify(
    context: typer.Context,
    path: Annotated[Path | None, typer.Argument(metavar="[ARCHIVE]")] = None,
    *,
    name: Annotated[str | None, typer.Option("--context")] = None,
    key: Annotated[list[Path] | None, typer.Option("--key", exists=True, dir_okay=False)] = None,
    allow_unknown_types: Annotated[bool, typer.Option("--allow-unknown-types")] = False,
) -> None:
    """Prove every log, or those of an archive: 1 where one was altered, 2 where a key, type or signature is missing."""
    session: Session = context.obj
    unknown = UnknownTypes.PASSED_BY if allow_unknown_types else UnknownTypes.REFUSED
    keys = _keys(session.settings, key or [])
    found = _live(session, name, keys, unknown) if path is None else _archived(session, path, name, keys, unknown)
    session.show(found, *_told(session.words, found))
    if found.whole is not True:
        raise typer.Exit(Status.NOT_POSSIBLE if found.whole is None else Status.NO)


def _live(session: Session, name: str | None, keys: dict[str, Ed25519PublicKey], unknown: UnknownTypes) -> Verdicts:
    contents = Contents(known_types(), flaw_in(BlobStore(session.settings.blobs)), unknown)
    verdicts = []
    for context in asked(name):
        with stored(session.settings, context) as database, session.progress() as watch:
            told = partial(watch, _label(session, context))
            found = verify_log(database, context, keys, contents, told)
            verdicts.append(_verdict(context, found, found.is_whole))
    return Verdicts(_worst(verdicts), verdicts, passed_by=contents.passed_by)


def _archived(
    session: Session, path: Path, name: str | None, keys: dict[str, Ed25519PublicKey], unknown: UnknownTypes
) -> Verdicts:
    archive = Archive(path)
    contents = Contents(known_types(), archive.flaw_of_blob, unknown)
    carried = {} if keys else archive.keys()
    verdicts = []
    for context in archive.contexts if name is None else [known(name, archive.contexts)]:
        with session.progress() as watch:
            told = partial(watch, _label(session, context))
            found = archive.verify(context, keys or carried, contents, told)
            verdicts.append(_verdict(context, found, found.is_proved))
    altered = archive.altered_files()
    whole = False if altered else _worst(verdicts)
    return Verdicts(whole, verdicts, sorted(carried), altered, contents.passed_by)


def _label(session: Session, context: str) -> str:
    return f"{context}: {session.words('audit.verifying')}"


def _verdict(context: str, found: Verification, whole: bool | None) -> Verdict:  # noqa: FBT001 - what is told
    return Verdict(context, found.first, found.positions, found.signed, whole, found.first_bad)


def _worst(verdicts: list[Verdict]) -> bool | None:
    found = {verdict.whole for verdict in verdicts}
    return next(worst for worst in (False, None, True) if worst in found or worst is True)


def _keys(settings: Settings, given: list[Path]) -> dict[str, Ed25519PublicKey]:
    """The keys whose signatures count: those given, or else this installation's own."""
    return load_public_keys(given) if given else own_public_keys(settings)


def _told(words: Words, found: Verdicts) -> list[str]:
    told = [line for verdict in found.contexts for line in _told_of(words, verdict)]
    told += [words("audit.altered-file", path=path) for path in found.altered_files]
    told += [words("audit.passed-by", type=name, count=count) for name, count in found.passed_by.items()]
    if found.carried_keys:
        told.append(words("audit.carried-keys", keys=", ".join(found.carried_keys)))
    return told


def _told_of(words: Words, found: Verdict) -> list[str]:
    extent = [words("audit.extent", first=found.first, positions=found.positions, signed=found.signed)]
    if found.whole and found.signed < found.positions:
        extent.append(words("audit.unsigned", first=found.signed + 1, last=found.positions))
    bad = found.first_bad
    if bad is None:
        said = words("audit.whole" if found.whole else "audit.unvouched")
        return [words("audit.of", context=found.context, said=said), *extent]
    flaw = words(f"flaws.{bad.what.name}", detail=bad.detail)
    where = "audit.at" if bad.first == bad.last else "audit.between"
    said = words(where, first=bad.first, last=bad.last, flaw=flaw)
    return [words("audit.of", context=found.context, said=said), *extent]
