"""Files as answers: a template, a result, a part of what was attached."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Self

import msgspec

from services.support.events import FileKind

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA_TYPES: Mapping[FileKind, str] = {
    FileKind.PDF: "application/pdf",
    FileKind.JPEG: "image/jpeg",
    FileKind.PNG: "image/png",
}


class FileGiven(msgspec.Struct, frozen=True):
    """A file, or a part of one: what to call it, its kind as HTTP names it, and its bytes in base64."""

    name: str
    media_type: str
    content: str

    @classmethod
    def of(cls, name: str, media_type: str, content: bytes) -> Self:
        """These bytes under that name."""
        return cls(name, media_type, b64encode(content).decode())


class PartReceived(msgspec.Struct, frozen=True):
    """The part of this number has come."""

    number: int
