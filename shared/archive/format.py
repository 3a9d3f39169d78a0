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
from typing import TYPE_CHECKING

import msgspec

from shared.decoding import json_decoder

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
"""The only version so far; the verifier refuses a greater one."""
EVENTS_A_FILE = 100_000

MANIFEST = "manifest.json"
PROGRESS = "progress.json"
VERIFIER = "verify.py"


class Objection(StrEnum):
    """Why a folder cannot be written or taken as the archive that it was meant to be."""

    NOT_EMPTY = "there is something in it: name a folder that is empty or not there, or go on with `--resume`"
    NOTHING_BEGUN = "no export was interrupted in it: leave `--resume` out and name an empty folder"
    BEING_WRITTEN = "another export is at work in it: wait until that has ended, or stop it"
    FINISHED = "its export is finished: there is nothing to go on with"
    OTHER_LOG = "what was written so far is of another log: export into an empty folder"
    UNKNOWN_CONTEXT = "it holds a context that this release does not know: use the release that wrote it"
    PARTIAL = "it holds a part of a log, and only whole logs can be imported: export without --from and --to"
    DAMAGED = "it is not what was written: verify it with `caretrail audit verify PATH`, and get it again"


class ArchiveRefused(ValueError):
    """An archive cannot be used; `where` is its folder, or the file, or the context with the position."""

    def __init__(self, objection: Objection, where: object) -> None:
        super().__init__(f"{where}: {objection}")
        self.objection = objection
        self.where = str(where)


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


def read_manifest(archive: Path) -> Manifest:
    """What an archive says that it holds, once the verifier found nothing wrong with it; raises `ArchiveRefused`."""
    try:
        return json_decoder(Manifest).decode((archive / MANIFEST).read_bytes())
    except msgspec.MsgspecError as fault:
        raise ArchiveRefused(Objection.DAMAGED, archive / MANIFEST) from fault


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
