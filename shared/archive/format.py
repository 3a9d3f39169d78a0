"""How an archive lies in its folder, and what its manifest says; docs/operators/archive.md explains both to auditors.

- `manifest.json` is written last, by rename: without it the archive is half written
- `progress.json` says what is finished while an export is under way
- `verify.py` is the verifier, which needs nothing of Caretrail
- `contexts/<context>/events/<first>-<last>.ndjson.zst`: the exact bytes that were published, an event a line
- `contexts/<context>/checkpoints.ndjson`: what was signed up to the last position
- `contexts/<context>/<table>.ndjson.zst`: what the store keeps beside events, of a whole log only
- `blobs/sha256/<2 digits>/<64 digits>`: files that events name by their digest
- `keys/<key_id>.pem`, `schemas/<type>.json`, `schemas/Envelope.json`
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotation at run time
from enum import StrEnum
from pathlib import Path, PurePosixPath

import msgspec

from shared.decoding import json_decoder

FORMAT = 1
"""The only version so far; a reader refuses a greater one."""
EVENTS_A_FILE = 100_000

MANIFEST = "manifest.json"
PROGRESS = "progress.json"
VERIFIER = "verify.py"


class Objection(StrEnum):
    """Why a folder cannot be used as the archive that it was taken for."""

    NO_ARCHIVE = "it is not a folder that an export wrote"
    HALF_WRITTEN = "its export was not finished: go on with `caretrail events export PATH --resume`"
    NEWER_FORMAT = "it is of a newer format: use the release that wrote it, or a later one"
    NOT_A_MANIFEST = "its manifest.json is not one"
    UNSAFE_PATH = "its manifest names a file outside the archive"
    FILE_MISSING = "a file that its manifest names is missing"
    FILE_ALTERED = "a file does not have the digest that the manifest gives it"
    EVENT_ALTERED = "an event is not the one that follows the event before it"
    EVENTS_MISSING = "there are fewer or more events than the manifest says"
    UNKNOWN_CONTEXT = "it holds a context that this release does not know"
    UNKNOWN_TYPES = "it holds types of events that this release does not know"
    PARTIAL = "it holds a part of a log, and only whole logs can be imported"


class ArchiveRefused(ValueError):
    """An archive cannot be used; `figures` say where: its `context`, `position`, `path`, as far as they are known."""

    def __init__(self, objection: Objection, **figures: object) -> None:
        where = ", ".join(f"{name} {value}" for name, value in figures.items())
        super().__init__(f"{objection}{where and f' ({where})'}")
        self.objection = objection
        self.figures = figures


class ArchivedFile(msgspec.Struct, frozen=True):
    """A file of the archive: where it lies in it, how many bytes it has and their SHA-256 in hex."""

    path: str
    bytes: int
    sha256: str


class EventFile(ArchivedFile, frozen=True):
    """The events of the positions `first` to `last`."""

    first: int
    last: int


class ContextPart(msgspec.Struct, frozen=True):
    """The events `first` to `last` of one log: `previous_hash` comes before the first, `hash` is the last one's.

    `published` is up to where the broker had confirmed them. With `is_whole` it is the log from its beginning, and what
    the store keeps beside its events is there too, as it was when the log ended with `last`.
    """

    incarnation: str
    first: int
    last: int
    previous_hash: str
    hash: str
    types: dict[str, int]
    files: list[EventFile]
    published: int
    is_whole: bool


class Manifest(msgspec.Struct, frozen=True):
    """What an archive holds: the events of each context, and every other file."""

    format: int
    made_at: datetime
    release: str
    contexts: dict[str, ContextPart]
    files: list[ArchivedFile]


class _Format(msgspec.Struct):
    format: int


def read_manifest(archive: Path) -> Manifest:
    """What a finished archive says that it holds; raises `ArchiveRefused`. Its files are not looked at."""
    file = archive / MANIFEST
    if not file.is_file():
        begun = (archive / PROGRESS).is_file()
        raise ArchiveRefused(Objection.HALF_WRITTEN if begun else Objection.NO_ARCHIVE, path=archive)
    content = file.read_bytes()
    try:
        if (found := json_decoder(_Format).decode(content).format) > FORMAT:
            raise ArchiveRefused(Objection.NEWER_FORMAT, format=found, known=FORMAT)
        manifest = json_decoder(Manifest).decode(content)
    except msgspec.MsgspecError as fault:
        raise ArchiveRefused(Objection.NOT_A_MANIFEST, path=file, detail=fault) from fault
    for listed in (*manifest.files, *(file for part in manifest.contexts.values() for file in part.files)):
        path_in(archive, listed.path)
    return manifest


def path_in(archive: Path, name: str) -> Path:
    """Where a file lies that a manifest names; raises `ArchiveRefused` unless that is inside the archive."""
    path = archive / name
    # A link or `..` on the way would make the two differ.
    if PurePosixPath(name).is_absolute() or path.resolve() != archive.resolve() / name:
        raise ArchiveRefused(Objection.UNSAFE_PATH, path=name)
    return path


def events_file(context: str, first: int, last: int) -> str:
    """Where the events of these positions lie."""
    return f"contexts/{context}/events/{first:012}-{last:012}.ndjson.zst"


def checkpoints_file(context: str) -> str:
    """Where the checkpoints of a log lie."""
    return f"contexts/{context}/checkpoints.ndjson"


def table_file(context: str, table: str) -> str:
    """Where the rows of one table beside a log's events lie."""
    return f"contexts/{context}/{table}.ndjson.zst"


def blob_file(digest: str) -> str:
    """Where a blob lies, by the SHA-256 of its bytes in hex."""
    return f"blobs/sha256/{digest[:2]}/{digest}"


def key_file(key_id: str) -> str:
    """Where a public key lies."""
    return f"keys/{key_id}.pem"


def schema_file(name: str) -> str:
    """Where the JSON Schema of a type, or of the `Envelope`, lies."""
    return f"schemas/{name}.json"
