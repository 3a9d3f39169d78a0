"""Files and bulk rows beside the events: named by the SHA-256 of their bytes, and by the event that tells of them.

An event declares the digest as a `BlobDigest`; by that exports and verifiers find what belongs to a log. Personal data
is sealed before it becomes a blob.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from hashlib import sha256
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec
from msgspec import inspect

from shared.blob_digests import FORMAT
from shared.vault.key_files import flush_directory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shared.events import Event

_CHUNK = 1 << 20


class BlobMissing(LookupError):
    """A blob that an event names is not in the store."""

    def __init__(self, digest: str) -> None:
        super().__init__(f"the blob {digest} is not in the store: put it back from a copy")
        self.digest = digest


class BlobStore:
    """Blobs in a folder, for ever: each is written once and never changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: BinaryIO) -> str:
        """Keep the bytes that can be read there; answers their digest, once they are on disk."""
        self._folder.mkdir(parents=True, exist_ok=True)
        digest = sha256()
        with NamedTemporaryFile(dir=self._folder, prefix=".") as draft:
            while chunk := content.read(_CHUNK):
                digest.update(chunk)
                draft.write(chunk)
            draft.flush()
            os.fsync(draft.fileno())
            path = self._path(digest.hexdigest())
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                os.link(draft.name, path)
        flush_directory(path.parent)
        return digest.hexdigest()

    def path(self, digest: str) -> Path:
        """The file with the bytes of this digest; raises `BlobMissing`."""
        path = self._path(digest)
        if not path.is_file():
            raise BlobMissing(digest)
        return path

    def _path(self, digest: str) -> Path:
        return self._folder / "sha256" / digest[:2] / digest


def names_blobs(event: type[Event]) -> bool:
    """Whether events of this class can name blobs."""
    return _leads_to_blob(_shape(event))


def blobs_of(event: type[Event], data: bytes) -> Iterator[str]:
    """The digests of the blobs that an event names; `data` is its JSON as stored."""
    return _found(_shape(event), msgspec.json.decode(data))


@cache
def _shape(event: type[Event]) -> inspect.Type:
    return inspect.type_info(event)


def _parts(shape: inspect.Type) -> tuple[inspect.Type, ...]:
    """What a type is made of."""
    match shape:
        case inspect.Metadata(type=inner):
            return (inner,)
        case inspect.DataclassType(fields=fields) | inspect.StructType(fields=fields):
            return tuple(field.type for field in fields)
        case inspect.CollectionType(item_type=item):
            return (item,)
        case inspect.DictType(value_type=value):
            return (value,)
        case inspect.UnionType(types=types):
            return types
    return ()


def _is_digest(shape: inspect.Type) -> bool:
    return isinstance(shape, inspect.Metadata) and (shape.extra or {}).get("format") == FORMAT


def _leads_to_blob(shape: inspect.Type) -> bool:
    return _is_digest(shape) or any(map(_leads_to_blob, _parts(shape)))


def _found(shape: inspect.Type, value: Any) -> Iterator[str]:
    if value is None:
        return
    if _is_digest(shape):
        yield value
        return
    match shape:
        case inspect.DataclassType(fields=fields) | inspect.StructType(fields=fields):
            within = [(field.type, value.get(field.encode_name)) for field in fields]
        case inspect.CollectionType(item_type=item):
            within = [(item, one) for one in value]
        case inspect.DictType(value_type=of_value):
            within = [(of_value, one) for one in value.values()]
        case _:
            within = [(part, value) for part in _parts(shape)]
    for part, one in within:
        yield from _found(part, one)
