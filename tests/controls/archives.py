"""Archives of a log of parcels, written straight from the format, and what somebody could make of one."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
import zstandard
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from operate.documents.schemas import data_schema, envelope_schema
from shared.blob_digests import BlobDigest  # noqa: TC001 - an event's annotations are read at run time
from shared.cloudevents import Chain
from shared.events import Event, published
from shared.relay.checkpoints import Signer, key_id_of
from tests.controls.logbook import KEY
from tests.controls.parcels import ParcelPassedOn

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

CONTEXT = "parcels"
INCARNATION = "1" * 32
EVENTS = 40
A_FILE = 15
SIGNED = (10, 30, 40)
PICTURED_AT = 25
"""The position of the event that names a blob."""
PICTURE = b"a picture of a parcel"

Row = tuple[str, bytes, bytes]


@published("parcels.ParcelPictured.v1")
class ParcelPictured(Event):
    """A picture was taken of a parcel."""

    originator_id: UUID
    picture: BlobDigest


KNOWN: dict[str, type[Event]] = {
    "parcels.ParcelPassedOn.v1": ParcelPassedOn,
    "parcels.ParcelPictured.v1": ParcelPictured,
}


def rows() -> list[Row]:
    """The events of the log, each as (type, data, meta)."""
    return [_row(position) for position in range(1, EVENTS + 1)]


def _row(position: int) -> Row:
    begun = {
        "originator_id": UUID(int=position),
        "originator_version": 2,
        "timestamp": datetime(2026, 3, 1, tzinfo=UTC),
    }
    if position == PICTURED_AT:
        event: Event = ParcelPictured(**begun, picture=sha256(PICTURE).hexdigest())
    else:
        event = ParcelPassedOn(**begun, place=f"office {position}")
    return event.TOPIC, msgspec.json.encode(event), b',"subject":"P%d"' % position  # type: ignore[attr-defined]


def chained(events: Iterable[Row], position: int = 0, hash_: bytes = bytes(32)) -> list[bytes]:
    """These events as they are published behind a position with that hash."""
    return Chain(CONTEXT, INCARNATION, position, hash_).extend(events)


def hash_in(body: bytes) -> bytes:
    """The hash that an event carries."""
    return bytes.fromhex(body[-66:-2].decode())


@dataclass
class Draft:
    """An archive before it is written. Whatever is changed of it, its manifest says so: it is the only thing unsigned.

    `begin` and `previous` are the position and the hash before the first of the `bodies`; of `hashes`, by position,
    those in `signed` are signed with `key`, which it carries.
    """

    bodies: list[bytes] = field(default_factory=lambda: chained(rows()))
    begin: int = 0
    previous: bytes = bytes(32)
    signed: tuple[int, ...] = SIGNED
    hashes: dict[int, bytes] = field(default_factory=dict)
    key: Ed25519PrivateKey = KEY
    blobs: dict[str, bytes] = field(default_factory=lambda: {sha256(PICTURE).hexdigest(): PICTURE})
    schemas: dict[str, type[Event]] = field(default_factory=lambda: dict(KNOWN))
    manifest: dict[str, object] = field(default_factory=dict)
    """What the manifest is to say otherwise."""

    def __post_init__(self) -> None:
        self.hashes = {self.begin: self.previous} | {
            position: hash_in(body) for position, body in enumerate(self.bodies, self.begin + 1)
        }

    def write(self, folder: Path) -> Path:
        """Write the archive, and answer its folder."""
        files: list[dict[str, object]] = []
        for path, content in self._belongings().items():
            files.append(_written(folder, path, content))
        parts = [self._written_events(folder, index) for index in range(0, len(self.bodies), A_FILE)]
        last = self.begin + len(self.bodies)
        context = {
            "incarnation": INCARNATION,
            "first": self.begin + 1,
            "last": last,
            "previous_hash": self.previous.hex(),
            "hash": hash_in(self.bodies[-1]).hex(),
            "types": Counter(body.split(b'"', 8)[7].decode(errors="replace") for body in self.bodies),
            "files": parts,
        }
        manifest = {"format": 1, "made_at": "2026-03-02T00:00:00Z", "release": "0", "contexts": {CONTEXT: context}}
        (folder / "manifest.json").write_text(json.dumps(manifest | {"files": files} | self.manifest))
        return folder

    def _belongings(self) -> dict[str, bytes]:
        signer = Signer(lambda: self.key, CONTEXT, INCARNATION)
        made = [signer.sign(position, self.hashes[position]) for position in self.signed]
        checkpoints = [
            {"position": one.position, "hash": one.hash.hex(), "key_id": one.key_id, "signature": one.signature.hex()}
            for one in made
        ]
        public = self.key.public_key()
        return {
            f"contexts/{CONTEXT}/checkpoints.ndjson": b"".join(msgspec.json.encode(one) + b"\n" for one in checkpoints),
            f"keys/{key_id_of(public)}.pem": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            "schemas/Envelope.json": msgspec.json.encode(envelope_schema()),
            **{
                f"schemas/{name}.json": msgspec.json.encode(data_schema(name, cls))
                for name, cls in self.schemas.items()
            },
            **{f"blobs/sha256/{digest[:2]}/{digest}": content for digest, content in self.blobs.items()},
        }

    def _written_events(self, folder: Path, index: int) -> dict[str, object]:
        bodies = self.bodies[index : index + A_FILE]
        first, last = self.begin + index + 1, self.begin + index + len(bodies)
        content = zstandard.ZstdCompressor().compress(b"".join(body + b"\n" for body in bodies))
        written = _written(folder, f"contexts/{CONTEXT}/events/{first:012}-{last:012}.ndjson.zst", content)
        return written | {"first": first, "last": last}


def _written(folder: Path, path: str, content: bytes) -> dict[str, object]:
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return {"path": path, "bytes": len(content), "sha256": sha256(content).hexdigest()}


def flipped(body: bytes, at: int) -> bytes:
    """The same bytes but for one bit."""
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
