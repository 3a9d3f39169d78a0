# /// script
# requires-python = ">=3.11"
# dependencies = ["cryptography", "zstandard"]
# ///
"""Proves an archive of Caretrail's events complete and unaltered, or says where it is not.

This one file is all it takes, beside Python and the two packages named above: `python verify.py ARCHIVE --key FILE`.
Every event is hashed anew from its exact bytes, must carry the hash of the one before it, and has its position; signed
checkpoints vouch for those hashes. The copy in an archive came with the archive: take yours from elsewhere. It is one
file, and longer than others, so that it can be taken along and read as a whole.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, Any

import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

_FORMAT = 1
_CHUNK = 1 << 20
_LONGEST_EVENT = 64 << 20
_MOST_DIGITS = 19
"""Of a position: PostgreSQL's `bigint` has no more."""
_MALFORMED = (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError)
"""What comes of JSON that is not of the form expected, or nested without end."""
BLOB_FORMAT = "caretrail-blob"
"""The `format` by which a JSON Schema marks the name of a blob: the SHA-256 of its bytes in hex."""
_BEGIN = b'{"specversion":"1.0","type":"'
_HEAD = _BEGIN + (
    b'%b","source":"/%b/%b","datacontenttype":"application/json","dataschema":"urn:caretrail:schema:%b","id":"%b/'
)
_TYPE_AT = len(_BEGIN)
_HASH_AT = -len(',"hash":"') - 64 - len('"}')
_PREVIOUS = slice(_HASH_AT - 1 - 64, _HASH_AT - 1)


class Flaw(StrEnum):
    """What can be wrong with a log, or with an archive of it."""

    EVENT_ALTERED = "the event was altered, or changed places with another"
    EVENT_REMOVED = "an event was removed here"
    EVENT_INSERTED = "an event was inserted here"
    MARKS_ALTERED = "the events or their page were altered, and the page's marks with them"
    PAGE_ALTERED = "the hash stored for the page was altered"
    PUBLISHED_END_MISSING = "the end of the log is missing: its last position was published"
    SIGNED_END_MISSING = "the end of the log is missing: its last position was signed in a checkpoint"
    REWRITTEN = "the log was rewritten: its hash is not the one that was signed"
    SIGNATURE_WRONG = "the checkpoint's signature is not that of its key"
    KEY_UNKNOWN = "the checkpoint is signed with a key not known here"
    TYPE_UNKNOWN = "the type of the event is not known here"
    SCHEMA_WRONG = "the data of the event is not what its type promises"
    BLOB_MISSING = "a file that the event names is missing"
    BLOB_ALTERED = "a file that the event names was altered, or changed for another"
    FILE_MISSING = "a file of the archive is missing"
    FILE_CUT = "the end of a file of events is missing"
    FILE_ALTERED = "a file is not the one that the manifest names"
    MANIFEST_ALTERED = "the manifest does not say what the files hold"

    @property
    def is_open(self) -> bool:
        """Whether it leaves open what the log is: whoever verifies lacks a key, or knows less than whoever wrote it."""
        return self in {Flaw.KEY_UNKNOWN, Flaw.TYPE_UNKNOWN}


@dataclass(frozen=True)
class Finding:
    """The first thing that is wrong: it lies among the positions `first` to `last`.

    `detail` is what it is about where there is more to say: the id of a key, a type, a path in the data, a file.
    """

    first: int
    last: int
    what: Flaw
    detail: str = ""


@dataclass(frozen=True)
class Verification:
    """What was found: all from `first` to `positions` is right, and up to `signed` a checkpoint vouches for it."""

    positions: int
    signed: int
    first_bad: Finding | None = None
    first: int = 1

    @property
    def is_proved(self) -> bool | None:
        """As `is_whole`, of a log that came from elsewhere: nothing can be told where nobody has signed for any event.

        Whoever made up all of them would have left out the checkpoints. What follows the last checkpoint of a signed
        log was only written after it.
        """
        return None if self.is_whole and not self.is_vouched_for else self.is_whole

    @property
    def is_vouched_for(self) -> bool:
        """Whether a checkpoint vouches for any event, or there is none to vouch for."""
        return self.first <= self.signed or self.positions < self.first

    @property
    def is_whole(self) -> bool | None:
        """Whether the whole log is as it was when it was published; None where that cannot be told from here."""
        if self.first_bad is None:
            return True
        return None if self.first_bad.what.is_open else False


class Wrong(Exception):
    """Ends the way along a log, at a `Finding`."""

    def __init__(self, first: int, last: int, what: Flaw, detail: str = "") -> None:
        self.finding = Finding(first, last, what, detail)


class Misfit(Exception):
    """What a `Check` has against an event."""

    def __init__(self, what: Flaw, detail: str) -> None:
        self.what = what
        self.detail = detail


Check = Callable[[str, bytes], None]
"""Looks into an event, given its type and its bytes. Raises `Misfit`."""


class Obstacle(StrEnum):
    """Why an archive cannot be verified at all."""

    NOT_AN_ARCHIVE = "there is no manifest.json: give the folder that an export wrote"
    HALF_WRITTEN = "the export was not finished: go on with it, or get the whole archive"
    MANIFEST_UNREADABLE = "its manifest cannot be read as one: get the archive again"
    NEWER_FORMAT = "its format is newer than this verifier: take the one of the release that wrote it"
    OUTSIDE = "it names a file outside of itself, and would have something else read"
    UNREADABLE = "a file in it cannot be read as what it is: get the archive again"


class Unverifiable(Exception):
    """The archive cannot be verified at all; `detail` names the path or the format."""

    def __init__(self, obstacle: Obstacle, detail: object) -> None:
        super().__init__(f"{detail}: {obstacle}")
        self.obstacle = obstacle
        self.detail = str(detail)


@dataclass(frozen=True)
class Checkpoint:
    """A signed statement about one position of one life of a log; `hash` and `signature` are hex."""

    position: int
    hash: str
    key_id: str
    signature: str

    def is_signed(self, context: str, incarnation: str, key: Ed25519PublicKey) -> bool:
        """Whether this key signed this checkpoint of this log."""
        statement = (
            f"caretrail checkpoint 1\ncontext {context}\nincarnation {incarnation}\n"
            f"position {self.position}\nhash {self.hash}\nkey {self.key_id}\n"
        )
        try:
            key.verify(bytes.fromhex(self.signature), statement.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


class Witnesses:
    """The signed checkpoints of a log, each heard at its position."""

    def __init__(
        self, context: str, incarnation: str, checkpoints: Sequence[Checkpoint], keys: Mapping[str, Ed25519PublicKey]
    ) -> None:
        """`checkpoints` are in the order of their positions; `keys` are those that count, by key id."""
        self.signed = 0
        self._log = context, incarnation
        self._waiting = deque(checkpoints)
        self._keys = keys
        self.last = checkpoints[-1].position if checkpoints else 0

    def next(self, least: int = 0) -> int:
        """Where the next one stands, at position `least` or behind it; 0 where none is left."""
        while self._waiting and self._waiting[0].position < least:
            self._waiting.popleft()
        return self._waiting[0].position if self._waiting else 0

    def hear(self, found: str) -> None:
        """Hold the next one against the hash (hex) that was found at its position. Raises `Wrong`."""
        checkpoint = self._waiting.popleft()
        position = checkpoint.position
        key = self._keys.get(checkpoint.key_id)
        if key is None:
            raise Wrong(position, position, Flaw.KEY_UNKNOWN, checkpoint.key_id)
        if not checkpoint.is_signed(*self._log, key):
            raise Wrong(position, position, Flaw.SIGNATURE_WRONG)
        if checkpoint.hash != found:
            raise Wrong(self.signed + 1, position, Flaw.REWRITTEN)
        self.signed = position


def public_keys(paths: Sequence[Path]) -> dict[str, Ed25519PublicKey]:
    """Ed25519 public keys from PEM files by key id, 16 hex digits of their SHA-256. Raises `Unverifiable`."""
    keys = {}
    for path in paths:
        try:
            key = load_pem_public_key(path.read_bytes())
        except (OSError, ValueError):
            key = None
        if not isinstance(key, Ed25519PublicKey):
            raise Unverifiable(Obstacle.UNREADABLE, path)
        keys[sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]] = key
    return keys


@dataclass(frozen=True)
class _File:
    path: str
    sha256: str
    first: int
    last: int


@dataclass(frozen=True)
class _Part:
    """What the manifest says of one context."""

    context: str
    incarnation: str
    first: int
    last: int
    previous_hash: str
    hash: str
    types: dict[str, int]
    files: list[_File]


class Archive:
    """An archive, as its manifest describes it."""

    def __init__(self, folder: Path) -> None:
        """Read the manifest. Raises `Unverifiable`."""
        self._folder = folder
        manifest = _manifest(folder)
        try:
            self._parts = {context: _part(_text(context), told) for context, told in manifest["contexts"].items()}
            self._files = {_text(told["path"]): _text(told["sha256"]) for told in manifest["files"]}
        except _MALFORMED as fault:
            raise Unverifiable(Obstacle.MANIFEST_UNREADABLE, folder) from fault
        for path in (*self._files, *(file.path for part in self._parts.values() for file in part.files)):
            self._place(path)
        self._blobs: dict[str, Flaw | None] = {}

    @property
    def contexts(self) -> list[str]:
        """Whose logs are in it."""
        return sorted(self._parts)

    def keys(self) -> dict[str, Ed25519PublicKey]:
        """The public keys that it carries, which prove nothing by themselves. Raises `Unverifiable`."""
        return public_keys([self._place(path) for path in sorted(self._files) if path.startswith("keys/")])

    def schemas(self) -> dict[str, Any]:
        """The JSON Schemas that it carries, by type, and that of the whole message by `Envelope`.

        Raises `Unverifiable`.
        """
        schemas = {}
        for path in self._files:
            if path.startswith("schemas/"):
                schema = schemas[PurePosixPath(path).stem] = _json(self._place(path))
                if not isinstance(schema, dict):
                    raise Unverifiable(Obstacle.UNREADABLE, path)
        return schemas

    def altered_files(self) -> list[str]:
        """What is missing, beside the events, or differs from what the manifest names."""
        return [path for path, digest in sorted(self._files.items()) if _digest_of(self._place(path)) != digest]

    def verify(
        self,
        context: str,
        keys: Mapping[str, Ed25519PublicKey],
        check: Check,
        progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005 - most callers watch nothing
    ) -> Verification:
        """Verify every event of a context in one pass. Raises `Unverifiable`.

        `keys` are the public keys, by key id, whose signatures count. `progress` hears the position done and the last.
        """
        part = self._parts[context]
        signed = _checkpoints(self._place(f"contexts/{context}/checkpoints.ndjson"))
        walk = _Walk(part, Witnesses(context, part.incarnation, signed, keys), check)
        try:
            walk.begin()
            for file in part.files:
                for position in walk.through(file, self._place(file.path)):
                    progress(position, part.last)
            walk.end()
        except Wrong as wrong:
            return Verification(wrong.finding.first - 1, walk.witnesses.signed, wrong.finding, part.first)
        return Verification(part.last, walk.witnesses.signed, None, part.first)

    def flaw_of_blob(self, digest: str) -> Flaw | None:
        """What is wrong with a blob that an event names, by its digest."""
        if digest not in self._blobs:
            found = _digest_of(self._place(f"blobs/sha256/{digest[:2]}/{digest}"))
            self._blobs[digest] = None if found == digest else Flaw.BLOB_ALTERED if found else Flaw.BLOB_MISSING
        return self._blobs[digest]

    def _place(self, path: str) -> Path:
        """Where a file lies; raises `Unverifiable` where that is outside of the archive, or behind a link."""
        parts = PurePosixPath(path).parts
        way = [self._folder.joinpath(*parts[: depth + 1]) for depth in range(len(parts))]
        if not parts or path.startswith("/") or ".." in parts or any(place.is_symlink() for place in way):
            raise Unverifiable(Obstacle.OUTSIDE, path)
        return way[-1]


class _Walk:
    """The way along the events of one context."""

    def __init__(self, part: _Part, witnesses: Witnesses, check: Check) -> None:
        self.witnesses = witnesses
        self._part = part
        self._position = part.first - 1
        self._hash = part.previous_hash.encode()
        self._check = check
        self._counts: Counter[bytes] = Counter()
        self._heads: dict[bytes, tuple[bytes, str]] = {}

    def begin(self) -> None:
        """Hear what was signed right before the first event, where the log began earlier. Raises `Wrong`."""
        if self.witnesses.next(self._position) == self._position > 0:
            self.witnesses.hear(self._hash.decode())

    def through(self, file: _File, place: Path) -> Iterator[int]:
        """Verify the events of a file; answers how far it has come. Raises `Wrong`."""
        if file.first != self._position + 1 or not place.is_file():
            raise Wrong(self._position + 1, max(file.last, self._position + 1), Flaw.FILE_MISSING, file.path)
        with place.open("rb") as stored:
            source = _Digested(stored)
            try:
                for bodies in _lines(source):
                    self._go(bodies)
                    yield self._position
            except zstandard.ZstdError:
                last = max(file.last, self._position + 1)
                raise Wrong(self._position + 1, last, Flaw.FILE_ALTERED, file.path) from None
            digest = source.digest()
        if self._position < file.last:
            raise Wrong(self._position + 1, file.last, Flaw.FILE_CUT, file.path)
        if self._position > file.last:
            raise Wrong(file.last + 1, self._position, Flaw.EVENT_INSERTED)
        if digest != file.sha256:
            raise Wrong(file.first, file.last, Flaw.FILE_ALTERED, file.path)

    def end(self) -> None:
        """Refuse what ends before its manifest, its checkpoints or its counts say. Raises `Wrong`."""
        part, position = self._part, self._position
        counts = {name.decode(): count for name, count in self._counts.items()}
        if position < part.last:
            raise Wrong(position + 1, part.last, Flaw.FILE_MISSING, f"contexts/{part.context}/events")
        if (position, self._hash.decode(), counts) != (part.last, part.hash, part.types):
            raise Wrong(part.first, max(part.first, position), Flaw.MANIFEST_ALTERED)
        if self.witnesses.last > position:
            raise Wrong(position + 1, self.witnesses.last, Flaw.SIGNED_END_MISSING)

    def _go(self, bodies: Sequence[bytes]) -> None:
        position, previous, check = self._position, self._hash, self._check
        heads, counts = self._heads, self._counts
        signed = self.witnesses.next()
        for index, body in enumerate(bodies):
            position += 1
            name = body[_TYPE_AT : body.find(b'"', _TYPE_AT)]
            head, type_name = heads.get(name) or self._head(name)
            found = sha256(body[:_HASH_AT] + b"}").hexdigest().encode()
            follows = body.startswith(b'%b%d","position":"%d"' % (head, position, position))
            if not (follows and body[_PREVIOUS] == previous and body[_HASH_AT:] == b',"hash":"%b"}' % found):
                raise self._locate(body, position, found, bodies[index + 1 :])
            try:
                check(type_name, body)
            except Misfit as misfit:
                raise Wrong(position, position, misfit.what, misfit.detail) from None
            counts[name] += 1
            previous = found
            if position == signed:
                self.witnesses.hear(found.decode())
                signed = self.witnesses.next()
        self._position, self._hash = position, previous

    def _locate(self, body: bytes, position: int, found: bytes, following: Sequence[bytes]) -> Wrong:
        """Say what has happened where an event is not the one that belongs at a position."""
        claimed = self._claimed(body)
        if claimed is None or not body.endswith(b',"hash":"' + found + b'"}'):
            return Wrong(position, position, Flaw.EVENT_ALTERED)
        if claimed == position:  # It does not name the hash before: one of the two is not what it was.
            return Wrong(max(position - 1, self._part.first), position, Flaw.EVENT_ALTERED)
        if claimed < position:
            return Wrong(position, position, Flaw.EVENT_INSERTED)
        if any(self._claimed(one) == position for one in following):
            return Wrong(position, position, Flaw.EVENT_ALTERED)
        return Wrong(position, claimed - 1, Flaw.EVENT_REMOVED)

    def _claimed(self, body: bytes) -> int | None:
        """The position that an event of this log gives itself; None for what is no event of it."""
        head, _ = self._head(body[_TYPE_AT : body.find(b'"', _TYPE_AT)])
        number, _, _ = body[len(head) :].partition(b'"')
        is_number = number.isdigit() and len(number) <= _MOST_DIGITS
        return int(number) if body.startswith(head) and is_number else None

    def _head(self, name: bytes) -> tuple[bytes, str]:
        """What stands before the position in every event of a type, and the type's name."""
        context, incarnation = self._part.context.encode(), self._part.incarnation.encode()
        known = self._heads[name] = _HEAD % (name, context, incarnation, name, context), name.decode(errors="replace")
        return known


class _Digested:
    """A file that is read once, from its beginning to its end, and digested on the way."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._sha256 = sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        chunk = self._file.read(size)
        self._sha256.update(chunk)
        return chunk

    def digest(self) -> str:
        """The SHA-256 of the whole file, in hex."""
        while self.read(_CHUNK):
            pass
        return self._sha256.hexdigest()


def _lines(source: _Digested) -> Iterator[list[bytes]]:
    """Events as they lie in a file, some at a time."""
    reader = zstandard.ZstdDecompressor().stream_reader(source, read_across_frames=True)  # type: ignore[arg-type]
    rest = b""
    while chunk := reader.read(_CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > _LONGEST_EVENT:
            raise zstandard.ZstdError
        yield lines
    if rest:
        yield [rest]


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    if not path.is_file():
        begun = (folder / "progress.json").is_file() or (folder / "contexts").is_dir()
        raise Unverifiable(Obstacle.HALF_WRITTEN if begun else Obstacle.NOT_AN_ARCHIVE, folder)
    manifest = _json(path)
    found = manifest.get("format") if isinstance(manifest, dict) else None
    if not isinstance(found, int) or found < 1:
        raise Unverifiable(Obstacle.MANIFEST_UNREADABLE, folder)
    if found > _FORMAT:
        raise Unverifiable(Obstacle.NEWER_FORMAT, f"{folder}, format {found}")
    return dict(manifest)


def _part(context: str, told: Mapping[str, Any]) -> _Part:
    files = [
        _File(_text(file["path"]), _text(file["sha256"]), int(file["first"]), int(file["last"]))
        for file in told["files"]
    ]
    return _Part(
        context=context,
        incarnation=_text(told["incarnation"]),
        first=int(told["first"]),
        last=int(told["last"]),
        previous_hash=_text(told["previous_hash"]),
        hash=_text(told["hash"]),
        types={_text(name): int(count) for name, count in told["types"].items()},
        files=files,
    )


def _checkpoints(path: Path) -> list[Checkpoint]:
    """The checkpoints in a file, a JSON object a line, in the order of their positions. Raises `Unverifiable`."""
    try:
        told = [json.loads(line) for line in path.read_bytes().splitlines()]
        found = [
            Checkpoint(int(one["position"]), *(_text(one[name]) for name in ("hash", "key_id", "signature")))
            for one in told
        ]
    except (OSError, *_MALFORMED) as fault:
        raise Unverifiable(Obstacle.UNREADABLE, path) from fault
    return sorted(found, key=lambda one: one.position)


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, *_MALFORMED) as fault:
        raise Unverifiable(Obstacle.UNREADABLE, path) from fault


def _text(told: object) -> str:
    """What should be text; raises `TypeError`, and `ValueError` for half a character, which no UTF-8 has."""
    if not isinstance(told, str):
        raise TypeError(told)
    told.encode()
    return told


def _digest_of(path: Path) -> str:
    """The SHA-256 of a file in hex; empty where there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return _Digested(file).digest()


class UnknownTypes(StrEnum):
    """What becomes of events whose type is not known: refused, or passed by with their data unseen."""

    REFUSED = "refused"
    PASSED_BY = "passed by"


class SchemaCheck:
    """Holds events against JSON Schemas, as far as the package `jsonschema` is there, and finds the blobs they name."""

    def __init__(self, archive: Archive, unknown: UnknownTypes) -> None:
        """Read the schemas of the archive. Raises `Unverifiable`."""
        self.passed_by: Counter[str] = Counter()
        self._unknown = unknown
        self._flaw_of_blob = archive.flaw_of_blob
        self._schemas = archive.schemas()
        self._validators: dict[str, Any] = {}
        self._unusable: tuple[type[Exception], ...] = _MALFORMED
        try:
            validator = importlib.import_module("jsonschema").Draft202012Validator
            referencing = importlib.import_module("referencing")
        except ImportError:
            return
        # A schema of whoever wrote the archive must not have anything fetched: it refers to what is in itself only.
        registry = referencing.Registry()
        self._unusable = (*_MALFORMED, referencing.exceptions.Unresolvable)
        self._validators = {name: validator(schema, registry=registry) for name, schema in self._schemas.items()}

    @property
    def is_thorough(self) -> bool:
        """Whether the package is there."""
        return bool(self._validators)

    def __call__(self, type_name: str, body: bytes) -> None:
        """Look into an event. Raises `Misfit`."""
        try:
            event = json.loads(body)
            data = event["data"]
        except _MALFORMED:
            raise Misfit(Flaw.SCHEMA_WRONG, "$") from None
        if type_name not in self._schemas:
            if self._unknown is UnknownTypes.REFUSED:
                raise Misfit(Flaw.TYPE_UNKNOWN, type_name)
            self.passed_by[type_name] += 1
            return
        try:
            for name, value in (("Envelope", event), (type_name, data)):
                if name in self._validators and (error := next(self._validators[name].iter_errors(value), None)):
                    # Its message may quote what is stored about people.
                    raise Misfit(Flaw.SCHEMA_WRONG, error.json_path)
            digests = _blobs_named(self._schemas[type_name], data)
        except self._unusable:
            raise Unverifiable(Obstacle.UNREADABLE, f"schemas/{type_name}.json") from None
        for digest in digests:
            if flaw := self._flaw_of_blob(digest):
                raise Misfit(flaw, digest)


def _blobs_named(schema: Any, value: object, defs: Mapping[str, Any] | None = None) -> list[str]:
    """The digests in a value that its JSON Schema marks as the names of blobs."""
    if not isinstance(schema, dict):
        return []
    defs = schema.get("$defs", {}) if defs is None else defs
    schema = defs[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    if schema.get("format") == BLOB_FORMAT:
        return [value] if isinstance(value, str) else []
    inside = [(one, value) for one in schema.get("anyOf", ())]
    if isinstance(value, dict):
        known, others = schema.get("properties", {}), schema.get("additionalProperties")
        inside += [(known.get(name, others), part) for name, part in value.items()]
    if isinstance(value, list):
        inside += [(schema.get("items"), item) for item in value]
    return [digest for one, part in inside for digest in _blobs_named(one, part, defs)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify an archive and tell what was found: 0 whole, 1 altered, 2 it cannot be told."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("archive", type=Path, help="the folder that an export wrote")
    parser.add_argument(
        "--key", type=Path, action="append", default=[], help="a public key (PEM) whose signatures count"
    )
    parser.add_argument(
        "--allow-unknown-types",
        action="store_const",
        dest="unknown",
        const=UnknownTypes.PASSED_BY,
        default=UnknownTypes.REFUSED,
        help="pass by events of types for which the archive has no schema",
    )
    given = parser.parse_args(arguments)
    try:
        archive = Archive(given.archive)
        check = SchemaCheck(archive, given.unknown)
        keys = public_keys(given.key) or archive.keys()
        found = {context: archive.verify(context, keys, check, _watch(context)) for context in archive.contexts}
        altered = archive.altered_files()
    except (Unverifiable, OSError) as obstacle:
        sys.stderr.write(f"{obstacle}\n")
        return 2
    told = [f"{context}: {_told(verification)}" for context, verification in found.items()]
    told += [f"{path}: {Flaw.FILE_ALTERED}" for path in altered]
    told += [f"{name}: {count} events passed by, their type is not known" for name, count in check.passed_by.items()]
    if not given.key:
        told.append(
            f"Signed by the keys it carries ({', '.join(keys)}): compare them with what you were given (--key)."
        )
    if not check.is_thorough:
        told.append("Events were not held against their schemas: for that, install the package jsonschema.")
    sys.stdout.write("\n".join(told) + "\n")
    whole = {verification.is_proved for verification in found.values()}
    return 1 if altered or False in whole else 2 if None in whole else 0


def _told(found: Verification) -> str:
    bad = found.first_bad
    extent = f"verified from position {found.first} to {found.positions}, signed up to {found.signed}"
    if bad is None:
        if not found.is_vouched_for:
            return f"signed by nobody: whether these events are those that were published cannot be told; {extent}"
        unsigned = f"; nothing vouches for what follows {found.signed}" if found.signed < found.positions else ""
        return f"whole: no event was altered, removed or added; {extent}{unsigned}"
    where = f"position {bad.first}" if bad.first == bad.last else f"positions {bad.first} to {bad.last}"
    return f"{where}: {bad.what}{bad.detail and f' ({bad.detail})'}; {extent}"


def _watch(context: str) -> Callable[[int, int], None]:
    """Shows somebody at a terminal how far it has come."""

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{context}: {done} of {total}" + ("\r\033[K" if done == total else ""))

    return tell


if __name__ == "__main__":
    sys.exit(main())
