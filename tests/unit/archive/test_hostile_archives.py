"""Whatever somebody has written into an archive, its verifier says what is wrong, never breaks off, fetches nothing."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from shared.archive import verifier
from shared.archive.verifier import Archive, Flaw, Obstacle, SchemaCheck, UnknownTypes, Unverifiable
from tests.controls.archives import CONTEXT, EVENTS, Draft
from tests.controls.logbook import PUBLIC_KEYS

CHECKPOINTS = f"contexts/{CONTEXT}/checkpoints.ndjson"
HALF_A_CHARACTER = "\ud800"
NESTED = "[" * 100_000
PASSED_ON = "schemas/parcels.ParcelPassedOn.v1.json"


def verify(folder):
    archive = Archive(folder)
    return archive.verify(CONTEXT, PUBLIC_KEYS, SchemaCheck(archive, UnknownTypes.REFUSED))


def obstacle(folder):
    with pytest.raises(Unverifiable) as refused:
        verify(folder)
    return refused.value.obstacle


def signed_anew(body):
    """An event with the hash that belongs to its bytes."""
    before = body[: -len(',"hash":"') - 64 - len('"}')]
    return before + b',"hash":"%b"}' % sha256(before + b"}").hexdigest().encode()


@pytest.mark.parametrize("name", ["first", "last", "incarnation", "previous_hash", "hash"])
@pytest.mark.parametrize("said", [float("inf"), HALF_A_CHARACTER, None], ids=["endless", "half a character", "nothing"])
def test_values_that_no_export_writes_into_a_manifest_make_it_unreadable(tmp_path, name, said):
    Draft().write(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["contexts"][CONTEXT][name] = said
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert obstacle(tmp_path) is Obstacle.MANIFEST_UNREADABLE


@pytest.mark.parametrize("path", ["manifest.json", CHECKPOINTS, PASSED_ON])
def test_json_nested_without_end_is_unreadable(tmp_path, path):
    (Draft().write(tmp_path) / path).write_text(NESTED)
    assert obstacle(tmp_path) is Obstacle.UNREADABLE


@pytest.mark.parametrize(
    "said", [{"position": float("inf")}, {"signature": None}, {"key_id": []}, {"hash": HALF_A_CHARACTER}]
)
def test_a_checkpoint_that_is_none_is_unreadable(tmp_path, said):
    file = Draft().write(tmp_path) / CHECKPOINTS
    first, *others = file.read_text().splitlines()
    file.write_text("\n".join([json.dumps(json.loads(first) | said), *others]))
    assert obstacle(tmp_path) is Obstacle.UNREADABLE


def test_an_event_that_gives_itself_a_number_without_end_is_altered(tmp_path):
    draft = Draft()
    draft.bodies[3] = signed_anew(draft.bodies[3].replace(b'/4","position":"4"', b'/%b"' % (b"9" * 5_000)))
    bad = verify(draft.write(tmp_path)).first_bad
    assert (bad.first, bad.what) == (4, Flaw.EVENT_ALTERED)


@pytest.mark.parametrize("schema", ["[]", "1", '{"type": 5}', '{"properties": []}', '{"$ref": "#"}'])
def test_a_schema_that_is_none_is_unreadable(tmp_path, schema):
    (Draft().write(tmp_path) / PASSED_ON).write_text(schema)
    assert obstacle(tmp_path) is Obstacle.UNREADABLE


def test_a_schema_that_lies_elsewhere_is_never_fetched(tmp_path):
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text("{}")  # everything would fit this one
    folder = tmp_path / "archive"
    folder.mkdir()
    (Draft().write(folder) / PASSED_ON).write_text(json.dumps({"$ref": elsewhere.as_uri()}))
    assert obstacle(folder) is Obstacle.UNREADABLE


def test_an_auditor_is_told_what_nothing_vouches_for(tmp_path, capsys):
    assert verifier.main([str(Draft(signed=(10,)).write(tmp_path))]) == 0
    whole, _ = capsys.readouterr().out.splitlines()
    assert whole.endswith(f"from position 1 to {EVENTS}, signed up to 10; nothing vouches for what follows 10")
