"""`caretrail events export`, `import`, `recover`: logs leave an installation, begin another, or are made whole."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from operate.checkpoint_keys import own_public_keys
from operate.contexts import asked, contexts, followers_first, known, known_types
from operate.documents.schemas import DIALECT, data_schema, envelope_schema, schema_id
from operate.failures import Mistake
from operate.followers import opened
from operate.release import release
from operate.session import Session
from shared.archive.extent import Selection
from shared.archive.format import read_manifest
from shared.archive.recovering import recover
from shared.archive.restoring import NotEmpty, keep_blobs, refuse_partial, restore, restored
from shared.archive.verifier import Archive, UnknownTypes
from shared.archive.writing import Belongings, begin, export, resume
from shared.blobs import BlobStore
from shared.installation import installation, stored
from shared.relay.checkpoints import load_public_keys
from shared.relay.contents import Contents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from operate.session import Watch
    from shared.archive.format import Manifest
    from shared.postgres import Database
    from shared.settings import Settings


class Kept(msgspec.Struct):
    """The positions of one log that an archive holds, or that an installation was given."""

    context: str
    first: int
    last: int
    whole: bool
    hash: str


class Archived(msgspec.Struct):
    """What was exported or imported, by context."""

    path: str
    contexts: list[Kept]


class Source(StrEnum):
    """From what a restored log is brought up to date."""

    STREAM = "stream"
    """The broker's stream of every context's events."""


class Recovered(msgspec.Struct):
    """What came back of one log: so many `events`, which now ends at position `last`.

    `unpublished` aggregates have events that the broker never had; they come behind.
    """

    context: str
    events: int
    last: int
    unpublished: int


class AllRecovered(msgspec.Struct):
    """What came back, by context."""

    contexts: list[Recovered]


def export_events(  # noqa: PLR0913 - an option each
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="ARCHIVE")],
    *,
    names: Annotated[list[str] | None, typer.Option("--context")] = None,
    first: Annotated[int | None, typer.Option("--from", min=1)] = None,
    last: Annotated[int | None, typer.Option("--to", min=1)] = None,
    goes_on: Annotated[bool, typer.Option("--resume")] = False,
) -> None:
    """Write logs, with all that proves and restores them, into a folder."""
    session: Session = context.obj
    if goes_on and (names or first or last):
        raise Mistake("mistakes.resumed-otherwise")
    settings = session.settings
    belongings = Belongings(BlobStore(settings.blobs), _public_keys(settings), _schemas)
    begun = resume(path) if goes_on else begin(path, _selection(names, first, last), release(), datetime.now(UTC))
    with _stores(settings, begun.selection.contexts) as stores, session.progress() as watch:
        told = _Telling(watch, session.words("archive.exporting"))
        manifest = export(path, begun, stores, belongings, told)
    _show(session, "archive.exported", path, manifest, session.words("archive.exported-next", path=path))


def import_events(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="ARCHIVE")],
    *,
    key: Annotated[list[Path] | None, typer.Option("--key", exists=True, dir_okay=False)] = None,
    goes_on: Annotated[bool, typer.Option("--resume")] = False,
    allow_unknown_types: Annotated[bool, typer.Option("--allow-unknown-types")] = False,
) -> None:
    """Make the logs of an empty installation from an archive."""
    session: Session = context.obj
    settings = session.settings
    unknown = UnknownTypes.PASSED_BY if allow_unknown_types else UnknownTypes.REFUSED
    archive = Archive(path)
    _refuse_unproved(session, archive, load_public_keys(key) if key else archive.keys(), unknown)
    manifest = read_manifest(path)
    refuse_partial(manifest, contexts())
    with _stores(settings, contexts()) as stores, session.progress() as watch:
        done = restored(manifest, stores)
        if done and not goes_on:
            raise NotEmpty(done[0])
        keep_blobs(path, manifest, BlobStore(settings.blobs))
        told = _Telling(watch, session.words("archive.importing"))
        for name in followers_first(manifest.contexts):
            if name not in done:
                restore(path, name, manifest.contexts[name], stores[name], told)
    with installation(settings) as place:
        without_keys = place.vault.begin_without_keys()
    then = "archive.imported-without-keys" if without_keys else "archive.imported-next"
    _show(session, "archive.imported", path, manifest, session.words(then))


def recover_events(
    context: typer.Context,
    *,
    source: Annotated[Source, typer.Option("--from")],
    name: Annotated[str | None, typer.Option("--context")] = None,
) -> None:
    """Bring restored logs up to what the broker has of them."""
    session: Session = context.obj
    if session.settings.broker is None:
        raise Mistake("mistakes.no-stream", source=source)
    found = []
    for one in followers_first(asked(name)):
        with opened(session.settings, one) as restored_context:
            database, holdings = restored_context.database, restored_context.application.holdings
            back = recover(database, one, restored_context.transport, holdings)
        found.append(Recovered(one, *back))
    told = [session.words("archive.recovered", **msgspec.to_builtins(one)) for one in found]
    if any(one.events for one in found):
        told.append(session.words("archive.recovered-next"))
    session.show(AllRecovered(found), *told)


class _Telling:
    """Says to whoever watches which context is at work."""

    def __init__(self, watch: Watch, doing: str) -> None:
        self._watch = watch
        self._doing = doing

    def __call__(self, context: str, done: int, total: int) -> None:
        self._watch(f"{context}: {self._doing}", done, total)


def _selection(names: list[str] | None, first: int | None, last: int | None) -> Selection:
    chosen = [known(name, contexts()) for name in names or contexts()]
    if (first or last) and len(chosen) != 1:
        raise Mistake("mistakes.positions-of-one", known=", ".join(contexts()))
    return Selection(followers_first(chosen), first, last)


@contextmanager
def _stores(settings: Settings, names: Iterable[str]) -> Iterator[dict[str, Database]]:
    with ExitStack() as closing:
        yield {name: closing.enter_context(stored(settings, name)) for name in names}


def _public_keys(settings: Settings) -> dict[str, bytes]:
    """This installation's keys for checkpoints in PEM."""
    pem = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {key_id: key.public_bytes(*pem) for key_id, key in own_public_keys(settings).items()}


def _schemas(types: Iterable[str]) -> dict[str, bytes]:
    """The JSON Schemas of those of these types that this release knows, and of the envelope."""
    published = known_types()
    schemas = {name: data_schema(name, published[name]) for name in types if name in published}
    schemas["Envelope"] = {"$schema": DIALECT, "$id": schema_id("Envelope"), **envelope_schema()}
    return {name: json.dumps(schema, ensure_ascii=False, indent=2).encode() for name, schema in schemas.items()}


def _refuse_unproved(
    session: Session, archive: Archive, keys: dict[str, Ed25519PublicKey], unknown: UnknownTypes
) -> None:
    """Raise `Mistake` with the first thing that is wrong with an archive, and tell what nobody has signed."""
    if altered := archive.altered_files():
        raise Mistake("audit.altered-file", path=altered[0])
    contents = Contents(known_types(), archive.flaw_of_blob, unknown)
    with session.progress() as watch:
        told = _Telling(watch, session.words("audit.verifying"))
        for name in archive.contexts:
            found = archive.verify(name, keys, contents, partial(told, name))
            bad = found.first_bad
            if bad is not None:
                flaw = session.words(f"flaws.{bad.what.name}", detail=bad.detail)
                raise Mistake("archive.flawed", context=name, first=bad.first, last=bad.last, flaw=flaw)
            if found.signed < found.positions:
                unsigned = {"first": max(found.first, found.signed + 1), "last": found.positions}
                session.note(session.words("archive.unsigned", context=name, **unsigned))


def _show(session: Session, key: str, path: Path, manifest: Manifest, then: str) -> None:
    parts = manifest.contexts.items()
    found = [Kept(name, part.first, part.last, part.is_whole, part.hash) for name, part in parts]
    told = (session.words(key, context=one.context, first=one.first, last=one.last) for one in found)
    session.show(Archived(str(path), found), *told, then)
