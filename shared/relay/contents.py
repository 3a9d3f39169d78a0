"""Whether events hold what their types promise: they decode into their published classes, and their blobs are there."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import MISSING, fields
from hashlib import file_digest
from typing import TYPE_CHECKING, Any, NamedTuple, get_type_hints

import msgspec

from shared.archive.verifier import Flaw, Misfit, UnknownTypes
from shared.blobs import BlobMissing, blobs_of, names_blobs
from shared.cloudevents import data_of
from shared.decoding import json_decoder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from dataclasses import Field

    from shared.blobs import BlobStore
    from shared.events import Event

_PATH = re.compile(r"`(\$[^`]*)`$")


class _Kind(NamedTuple):
    decode: Callable[[bytes], object]
    blob_naming: type[Event] | None


def _twin_of(event: type[Event]) -> type[msgspec.Struct]:
    """A struct with the fields of an event: what decodes into one decodes into the other, in two thirds of the time."""
    hints = get_type_hints(event, include_extras=True)
    described: list[Any] = [
        (field.name, hints[field.name]) if _is_required(field) else (field.name, hints[field.name], None)
        for field in fields(event)
    ]
    return msgspec.defstruct(event.__name__, described, kw_only=True, gc=False)


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def flaw_in(store: BlobStore) -> Callable[[str], Flaw | None]:
    """Tells what is wrong with the blob of a digest in a store."""

    def flaw_of_blob(digest: str) -> Flaw | None:
        try:
            with store.path(digest).open("rb") as blob:
                found = file_digest(blob, "sha256").hexdigest()
        except BlobMissing:
            return Flaw.BLOB_MISSING
        return None if found == digest else Flaw.BLOB_ALTERED

    return flaw_of_blob


class Contents:
    """Looks into events one by one, live or archived; `passed_by` counts those of unknown types."""

    def __init__(
        self,
        known: Mapping[str, type[Event]],
        flaw_of_blob: Callable[[str], Flaw | None],
        unknown: UnknownTypes = UnknownTypes.REFUSED,
    ) -> None:
        """`known` are the published classes by type; `flaw_of_blob` tells what is wrong with the blob of a digest."""
        self.passed_by: Counter[str] = Counter()
        self._known = known
        self._flaw_of_blob = flaw_of_blob
        self._unknown = unknown
        self._kinds: dict[str, _Kind | None] = {}

    def __call__(self, type_name: str, body: bytes) -> None:
        """Look into an event, given its type and its bytes on the wire. Raises `Misfit`."""
        kind = self._kinds[type_name] if type_name in self._kinds else self._learn(type_name)
        if kind is None:
            self.passed_by[type_name] += 1
            return
        data = data_of(body)
        try:
            kind.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
            # Only where: a message may quote what is stored about people.
            where = _PATH.search(str(fault))
            raise Misfit(Flaw.SCHEMA_WRONG, where[1] if where else "$") from None
        if kind.blob_naming is not None:
            for digest in blobs_of(kind.blob_naming, data):
                if flaw := self._flaw_of_blob(digest):
                    raise Misfit(flaw, digest)

    def _learn(self, type_name: str) -> _Kind | None:
        cls = self._known.get(type_name)
        if cls is None and self._unknown is UnknownTypes.REFUSED:
            raise Misfit(Flaw.TYPE_UNKNOWN, type_name)
        kind = None if cls is None else _Kind(json_decoder(_twin_of(cls)).decode, cls if names_blobs(cls) else None)
        self._kinds[type_name] = kind
        return kind
