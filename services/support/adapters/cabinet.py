"""附件 on disk: parts that are on their way in a folder by themselves, those that are attached among the blobs."""

from __future__ import annotations

import os
import shutil
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING
from uuid import UUID

from shared.blobs import BlobStore

if TYPE_CHECKING:
    from datetime import datetime

    from services.support.domain.files import Upload

UPLOAD_SECONDS = 3600
"""How long a file may be on its way; then what came of it is thrown away."""


class FolderCabinet:
    """Keeps what is on its way below `uploads`, and what is attached below `blobs`; both hold sealed bytes only."""

    def __init__(self, uploads: Path, blobs: Path) -> None:
        self._uploads = uploads
        self._blobs = BlobStore(blobs)

    def receive(self, upload: Upload, number: int, sealed: bytes, now: datetime) -> None:
        """Keep one part for an hour."""
        folder = self._folder(upload)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile(dir=folder, prefix=".", delete=False) as draft:
            draft.write(sealed)
        Path(draft.name).replace(folder / str(number))
        os.utime(folder, (now.timestamp(), now.timestamp()))

    def under_way(self, application: UUID, now: datetime) -> set[UUID]:
        """What is on its way to an application; what has been for longer than an hour is thrown away, wherever to."""
        self._sweep(now)
        return {UUID(folder.name.rpartition(".")[2]) for folder in self._uploads.glob(f"{application}.*")}

    def received(self, upload: Upload, parts: int) -> list[bytes]:
        """The first so many parts, up to the first that is missing."""
        found: list[bytes] = []
        for number in range(parts):
            path = self._folder(upload) / str(number)
            if not path.is_file():
                break
            found.append(path.read_bytes())
        return found

    def keep(self, sealed: bytes) -> str:
        """Keep a part for good."""
        return self._blobs.put(BytesIO(sealed))

    def kept(self, digest: str) -> bytes:
        """The part of this digest."""
        return self._blobs.path(digest).read_bytes()

    def _folder(self, upload: Upload) -> Path:
        return self._uploads / f"{upload.application}.{upload.line}.{upload.id}"

    def _sweep(self, now: datetime) -> None:
        """Others may be sweeping at the same moment, so that what is gone already is passed by."""
        if not self._uploads.is_dir():
            return
        for folder in self._uploads.iterdir():
            try:
                since = folder.stat().st_mtime
            except FileNotFoundError:
                continue
            if since < now.timestamp() - UPLOAD_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
