"""Every event ever published is what its type promises; what is not is found by where it differs, and never quoted."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO

import pytest

from shared.archive.verifier import Flaw, Misfit, UnknownTypes
from shared.blobs import BlobStore
from shared.cloudevents import Chain
from shared.events import published_by
from shared.relay.contents import Contents, flaw_in
from tests.contract.golden_files import golden
from tests.controls.archives import KNOWN, PICTURE, PICTURED_AT, rows
from tests.controls.examples import EXAMPLES

TYPES = {
    name: event
    for context in {name.split(".")[0] for name in EXAMPLES}
    for name, event in published_by(context).items()
}


def look_into(contents: Contents, type_name: str, data: bytes) -> None:
    [body] = Chain("matching", "1" * 32).extend([(type_name, data, b',"subject":"P1"')])
    contents(type_name, body)


@pytest.mark.parametrize("type_name", EXAMPLES)
def test_every_event_ever_published_holds_what_its_type_promises(type_name):
    contents = Contents(TYPES, lambda _: None)  # whatever file an example names is there
    look_into(contents, type_name, golden(type_name))
    assert contents.passed_by == {}
    with pytest.raises(Misfit):
        look_into(contents, type_name, b'{"originator_version":"first"}')


def test_what_does_not_is_found_by_its_path(tmp_path):
    contents = Contents(TYPES, flaw_in(BlobStore(tmp_path)))
    altered = golden("matching.CaseSubmitted.v1").replace(b'"rank":1', b'"rank":"first"')
    with pytest.raises(Misfit) as found:
        look_into(contents, "matching.CaseSubmitted.v1", altered)
    assert (found.value.what, found.value.detail) == (Flaw.SCHEMA_WRONG, "$.preferences[0].rank")


def test_an_unknown_type_is_found_or_counted(tmp_path):
    with pytest.raises(Misfit) as found:
        look_into(Contents(TYPES, flaw_in(BlobStore(tmp_path))), "matching.CaseLost.v1", b"{}")
    assert found.value.what is Flaw.TYPE_UNKNOWN
    passing = Contents(TYPES, flaw_in(BlobStore(tmp_path)), UnknownTypes.PASSED_BY)
    for _ in range(2):
        look_into(passing, "matching.CaseLost.v1", b"{}")
    assert passing.passed_by == {"matching.CaseLost.v1": 2}


def test_a_blob_is_looked_for_and_into(tmp_path):
    store = BlobStore(tmp_path)
    type_name, data, _ = rows()[PICTURED_AT - 1]
    with pytest.raises(Misfit) as missing:
        look_into(Contents(KNOWN, flaw_in(store)), type_name, data)
    assert (missing.value.what, missing.value.detail) == (Flaw.BLOB_MISSING, sha256(PICTURE).hexdigest())
    store.path(store.put(BytesIO(PICTURE))).chmod(0o600)
    look_into(Contents(KNOWN, flaw_in(store)), type_name, data)
    store.path(sha256(PICTURE).hexdigest()).write_bytes(b"another picture")
    with pytest.raises(Misfit) as altered:
        look_into(Contents(KNOWN, flaw_in(store)), type_name, data)
    assert altered.value.what is Flaw.BLOB_ALTERED
