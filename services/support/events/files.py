"""附件 as events carry them: which sealed parts they are made of, and what they are called."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

import msgspec

from shared.blob_digests import BlobDigest
from shared.sealing import Sealed


class FileKind(StrEnum):
    """What kind of file it is by what is in it, whatever its name says."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"


class FileName(msgspec.Struct, frozen=True):
    """What whoever attached the file calls it, which often names somebody."""

    text: str


class FilePart(msgspec.Struct, frozen=True):
    """Bytes of a file: what a blob of it holds, sealed for the practitioner whom the line is about."""

    content: bytes


class AttachedFile(msgspec.Struct, frozen=True):
    """附件 of a line: `size` bytes in sealed parts, in their order, each a blob of its own."""

    id: UUID
    kind: FileKind
    size: int
    name: Sealed[FileName]
    parts: tuple[BlobDigest, ...]
