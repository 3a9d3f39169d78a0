"""Writes logs into an archive: first where each ends, with what lies beside its events, then the events, file by file.

What is finished is noted after each file, so that an export goes on where it was interrupted. Nothing is kept in memory
beyond some thousand events.
"""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from shared.archive.extent import Extent, NothingThere, Selection, extent_of
from shared.archive.files import alone_in, compressed, new_file, refuse_altered, write_file
from shared.archive.format import (
    EVENTS_A_FILE,
    FORMAT,
    MANIFEST,
    PROGRESS,
    VERIFIER,
    ArchiveRefused,
    EventFile,
    Manifest,
    Objection,
    blob_file,
    events_file,
    key_file,
    schema_file,
)
from shared.archive.recomputed import recomputed
from shared.archive.rows import owner_of
from shared.archive.snapshot import NotSettled
from shared.blobs import BlobMissing, blobs_of, names_blobs
from shared.cloudevents import parse
from shared.decoding import json_decoder
from shared.events import published_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from shared.archive.format import ArchivedFile, ContextPart
    from shared.archive.recomputed import Stretch
    from shared.blobs import BlobStore
    from shared.postgres import Database

    Watch = Callable[[str, int, int], object]
    """Hears of which context how many events are written, of how many."""


class NotArchivable(ValueError):
    """An event is not as this system writes events, so that nobody could make its row again from its bytes."""

    def __init__(self, context: str, position: int) -> None:
        super().__init__(
            f"the event at position {position} of {context} does not name its own aggregate and version on one line:"
            " something other than this system wrote it, and it could not be restored"
        )


class Progress(msgspec.Struct):
    """An export under way: what was asked for, and what is finished of the manifest that it will have."""

    selection: Selection
    manifest: Manifest


@dataclass(frozen=True)
class Belongings:
    """What an archive needs beside the logs: blobs, public keys in PEM by their ids, JSON Schemas by their names.

    A file of events ends at a multiple of `events_a_file`.
    """

    blobs: BlobStore
    keys: Mapping[str, bytes]
    schemas: Callable[[Iterable[str]], Mapping[str, bytes]]
    """Of these types, those that this release knows, and of the `Envelope`."""
    events_a_file: int = EVENTS_A_FILE


def begin(archive: Path, selection: Selection, release: str, now: datetime) -> Progress:
    """Begin an export into a folder that is empty, or is not there yet; raises `ArchiveRefused`."""
    if archive.exists() and (not archive.is_dir() or any(archive.iterdir())):
        raise ArchiveRefused(Objection.NOT_EMPTY, archive)
    progress = Progress(selection, Manifest(FORMAT, now, release, {}, []))
    _note(archive, progress)
    return progress


def resume(archive: Path) -> Progress:
    """Go on with an export that was interrupted; raises `ArchiveRefused`."""
    if (archive / MANIFEST).exists():
        raise ArchiveRefused(Objection.FINISHED, archive)
    try:
        progress = json_decoder(Progress).decode((archive / PROGRESS).read_bytes())
    except FileNotFoundError:
        raise ArchiveRefused(Objection.NOTHING_BEGUN, archive) from None
    except msgspec.MsgspecError as fault:
        raise ArchiveRefused(Objection.NOTHING_BEGUN, archive) from fault
    for part in progress.manifest.contexts.values():
        for file in part.files:
            refuse_altered(archive, file)
    return progress


def export(
    archive: Path, progress: Progress, sources: Mapping[str, Database], belongings: Belongings, watch: Watch
) -> Manifest:
    """Write what is left to be written, and the manifest last; `sources` are the databases by context.

    The contexts are taken in the order of the selection: who follows another's log comes before it, so that the archive
    holds the events that led to those it holds. Raises `ArchiveRefused`, `NotSettled`, `NotWritten`, `NotArchivable`,
    `LogAltered`, `LogDamaged` and `BlobMissing`; what is finished by then stays, for `resume`.
    """
    with alone_in(archive):
        return _Export(archive, progress, sources, belongings, watch).finished()


class _Export:
    """An export under way."""

    def __init__(
        self, archive: Path, progress: Progress, sources: Mapping[str, Database], belongings: Belongings, watch: Watch
    ) -> None:
        self._archive = archive
        self._progress = progress
        self._sources = sources
        self._belongings = belongings
        self._watch = watch
        self._parts = progress.manifest.contexts
        self._files = {file.path: file for file in progress.manifest.files}

    def finished(self) -> Manifest:
        selection = self._progress.selection
        for context in selection.contexts:
            if context not in self._parts:
                extent = self._extent(context)
                self._list(*extent.files)
                self._parts[context] = extent.part
                self._note()
        for context in selection.contexts:
            self._write_events(context)
        self._write_belongings()
        manifest = self._manifest()
        write_file(self._archive, MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        (self._archive / PROGRESS).unlink()
        return manifest

    def _extent(self, context: str) -> Extent:
        try:
            return extent_of(self._archive, self._sources[context], context, self._progress.selection)
        except (NothingThere, NotSettled):
            if not self._parts:  # nothing is written yet, and the folder may be used again
                (self._archive / PROGRESS).unlink()
            raise

    def _write_events(self, context: str) -> None:
        while (done := _written(self._parts[context])) < self._parts[context].last:
            size = self._belongings.events_a_file
            end = min(self._parts[context].last, (done // size + 1) * size)
            self._parts[context] = self._write_file(context, self._parts[context], done, end)
            self._note()

    def _write_file(self, context: str, part: ContextPart, after: int, until: int) -> ContextPart:
        """Write the events behind `after` up to `until` into one file; answers the part with them."""
        previous, types = part.hash, Counter(part.types)
        naming_blobs = {name: event for name, event in published_by(context).items() if names_blobs(event)}
        with new_file(self._archive, events_file(context, after + 1, until)) as new, compressed(new) as sink:
            for stretch in recomputed(self._sources[context], context, after, until):
                if parse(stretch.bodies[0]).previoushash != previous:
                    raise ArchiveRefused(Objection.OTHER_LOG, f"{context}/{stretch.first}")
                previous = parse(stretch.bodies[-1]).hash
                sink.write(_lines(context, stretch))
                types.update(row[0] for row in stretch.rows)
                for row in stretch.rows if naming_blobs else ():
                    if row[0] in naming_blobs:
                        self._take_blobs(blobs_of(naming_blobs[row[0]], row[1]))
                self._watch(context, stretch.first + len(stretch.rows) - part.first, part.last - part.first + 1)
        file = EventFile(**msgspec.structs.asdict(new.listed), first=after + 1, last=until)
        return replace(part, hash=previous, types=dict(types), files=[*part.files, file])

    def _take_blobs(self, digests: Iterable[str]) -> None:
        for digest in digests:
            name = blob_file(digest)
            if name in self._files:
                continue
            with new_file(self._archive, name) as new, self._belongings.blobs.path(digest).open("rb") as source:
                shutil.copyfileobj(source, new)
                if new.listed.sha256 != digest:
                    raise BlobMissing(digest)
            self._list(new.listed)

    def _write_belongings(self) -> None:
        types = sorted({name for part in self._parts.values() for name in part.types})
        contents = {
            VERIFIER: Path(__file__).with_name("verifier.py").read_bytes(),
            **{key_file(key_id): pem for key_id, pem in self._belongings.keys.items()},
            **{schema_file(name): schema for name, schema in self._belongings.schemas(types).items()},
        }
        for name, content in contents.items():
            self._list(write_file(self._archive, name, content))

    def _list(self, *files: ArchivedFile) -> None:
        self._files.update((file.path, file) for file in files)

    def _manifest(self) -> Manifest:
        return replace(self._progress.manifest, files=[self._files[name] for name in sorted(self._files)])

    def _note(self) -> None:
        _note(self._archive, Progress(self._progress.selection, self._manifest()))


def _note(archive: Path, progress: Progress) -> None:
    write_file(archive, PROGRESS, msgspec.json.encode(progress))


def _written(part: ContextPart) -> int:
    """The last position that is in a finished file."""
    return part.files[-1].last if part.files else part.first - 1


def _lines(context: str, stretch: Stretch) -> bytes:
    """The events of a stretch, each a line from which its row can be made again; raises `NotArchivable`."""
    for position, (_, data, originator_id, version, _) in enumerate(stretch.rows, stretch.first):
        try:
            owner = owner_of(data)
        except msgspec.MsgspecError:
            raise NotArchivable(context, position) from None
        if owner.originator_version != version or owner.originator_id.int != originator_id.int:
            raise NotArchivable(context, position)
    lines = b"\n".join(stretch.bodies) + b"\n"
    if lines.count(b"\n") != len(stretch.bodies):
        within = next(index for index, body in enumerate(stretch.bodies) if b"\n" in body)
        raise NotArchivable(context, stretch.first + within)
    return lines
