"""Blobs are kept under their digest, and found by the events that name them."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

import msgspec
import pytest

from shared.blob_digests import BlobDigest  # noqa: TC001 - annotations are read at run time
from shared.blobs import BlobMissing, BlobStore, blobs_of, names_blobs

CONTENT = b"a scan of a form"
DIGEST = sha256(CONTENT).hexdigest()


@dataclass
class Attachment:
    name: str
    blob: BlobDigest


@dataclass
class FormReceived:
    scan: BlobDigest
    attachments: tuple[Attachment, ...] = ()
    by_page: dict[str, BlobDigest] | None = None
    letter: BlobDigest | None = None


@dataclass
class FormReturned:
    reason: str
    digest: str


def test_what_is_put_in_is_found_by_its_digest(tmp_path):
    store = BlobStore(tmp_path)
    assert store.put(BytesIO(CONTENT)) == DIGEST
    assert store.path(DIGEST).read_bytes() == CONTENT
    assert store.path(DIGEST) == tmp_path / "sha256" / DIGEST[:2] / DIGEST


def test_the_same_bytes_are_kept_once_and_nothing_else_is_left(tmp_path):
    store = BlobStore(tmp_path)
    store.put(BytesIO(CONTENT))
    kept = store.path(DIGEST).stat().st_ino
    store.put(BytesIO(CONTENT))
    assert store.path(DIGEST).stat().st_ino == kept
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [store.path(DIGEST)]


def test_a_blob_that_is_not_there_is_told_by_its_digest(tmp_path):
    with pytest.raises(BlobMissing, match=DIGEST):
        BlobStore(tmp_path).path(DIGEST)


def test_every_blob_of_an_event_is_found_wherever_it_is_named():
    one, two, three, four = (str(number) * 64 for number in range(1, 5))
    event = FormReceived(one, (Attachment("x-ray", two),), {"1": three}, four)
    assert list(blobs_of(FormReceived, msgspec.json.encode(event))) == [one, two, three, four]
    assert list(blobs_of(FormReceived, msgspec.json.encode(FormReceived(one)))) == [one]


def test_an_event_that_names_no_blob_is_known_by_its_class():
    assert names_blobs(FormReceived)
    assert not names_blobs(FormReturned)


def test_a_blob_is_known_in_a_schema_by_its_format():
    scan = msgspec.json.schema(FormReceived)["$defs"]["FormReceived"]["properties"]["scan"]
    assert (scan["format"], scan["pattern"]) == ("caretrail-blob", "^[0-9a-f]{64}$")
