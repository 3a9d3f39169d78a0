"""附件: what may be attached to a line, and the parts in which it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from services.support.events import FileKind

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

PART_BYTES = 600_000
"""The most that one part of a file holds: what a call carries beside everything else."""
UPLOADS_MOST = 20
"""How many files of one application may be on their way, or have been left there, at once (ours)."""
_TAIL = 1024
"""How far before its end a PDF, or what scanners append to a picture, has to come to an end."""
_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
_PDF = b"%PDF-"


def kind_of(content: bytes) -> FileKind | None:
    """What kind of file these bytes are, by how they begin; None of a kind that is not taken."""
    if content.startswith(_JPEG):
        return FileKind.JPEG
    if content.startswith(_PNG):
        return FileKind.PNG
    return FileKind.PDF if content.startswith(_PDF) else None


def is_whole(content: bytes, kind: FileKind) -> bool:
    """Whether a file of that kind comes to its end, so that it did not break off on its way."""
    ends = {FileKind.PDF: b"%%EOF", FileKind.JPEG: b"\xff\xd9", FileKind.PNG: b"IEND"}
    return ends[kind] in content[-_TAIL:]


class Upload(NamedTuple):
    """A file on its way to a line, by an id that its sender has made up."""

    application: UUID
    line: UUID
    id: UUID


class Cabinet(Protocol):
    """Where files are: sealed parts on their way for an hour, and for good once they are attached."""

    def receive(self, upload: Upload, number: int, sealed: bytes, now: datetime) -> None:
        """Keep one part, by its number from 0, for an hour; another of the same number takes its place."""

    def under_way(self, application: UUID, now: datetime) -> Collection[UUID]:
        """The uploads of an application of which a part has come within the hour, attached since or not."""

    def received(self, upload: Upload, parts: int) -> Sequence[bytes]:
        """The first so many parts, sealed as they came; fewer where some have not come, or are gone."""

    def keep(self, sealed: bytes) -> str:
        """Keep a part for good; answers its digest (SHA-256 in hex), once it is on disk."""

    def kept(self, digest: str) -> bytes:
        """The part of this digest; raises `BlobMissing`."""
