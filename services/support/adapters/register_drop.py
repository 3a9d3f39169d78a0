"""投遞資料夾: a folder from which the insurer fetches register files, written so that nothing half done is ever there.

The file comes first and its manifest last, so that whoever sees a manifest sees the whole file. A file that lies there
already is left as it is: the same once more is delivered, and another under its name is refused.
"""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from services.support.domain.register_delivery import DropReceipt, NotDelivered
from services.support.events import DeliveryFault
from shared.vault.key_files import flush_directory

if TYPE_CHECKING:
    from services.support.domain.register_file import RegisterFile


def other_file_there(path: object) -> NotDelivered:
    """Another file lies there under this name: nothing is written over what the insurer may have fetched."""
    told = f"{path} is another file than this one: find out which of them was fetched, move it away and deliver again"
    return NotDelivered(DeliveryFault.OTHER_FILE_THERE, told)


class DropFolder:
    """Delivers to a folder; asked again after a failure of any kind it goes on where it was."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, file: RegisterFile) -> DropReceipt:
        """Put the file and then its manifest there, on disk; raises `NotDelivered`.

        The folder has to exist: one that was not mounted must not be made in its place.
        """
        try:
            digest = self._put(file.name, file.content)
            return DropReceipt(file.name, digest, self._put(file.manifest_name, file.manifest))
        except OSError as fault:
            raise NotDelivered(DeliveryFault.NOT_WRITTEN, f"{self._folder}: {fault.strerror}") from fault

    def _put(self, name: str, content: bytes) -> str:
        path = self._folder / name
        with NamedTemporaryFile(dir=self._folder, prefix=".") as draft:
            draft.write(content)
            draft.flush()
            os.fsync(draft.fileno())
            Path(draft.name).chmod(0o644)  # it is there to be fetched
            with suppress(FileExistsError):
                os.link(draft.name, path)
        flush_directory(self._folder)
        found = path.read_bytes()
        if found != content:
            raise other_file_there(path)
        return sha256(found).hexdigest()
