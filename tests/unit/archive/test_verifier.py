"""An archive is proved whole, or it is said where it is not, although whoever changed it made its manifest fit."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.archive import verifier
from shared.archive.verifier import (
    Archive,
    Finding,
    Flaw,
    Obstacle,
    SchemaCheck,
    UnknownTypes,
    Unverifiable,
    Verification,
)
from shared.relay.checkpoints import key_id_of
from shared.relay.contents import Contents
from tests.controls.archives import (
    CONTEXT,
    EVENTS,
    KNOWN,
    PICTURE,
    PICTURED_AT,
    Draft,
    chained,
    flipped,
    hash_in,
    rows,
)
from tests.controls.logbook import PUBLIC_KEYS

LAST_FILE = f"contexts/{CONTEXT}/events/000000000031-000000000040.ndjson.zst"
DIGEST = sha256(PICTURE).hexdigest()
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def contents(archive: Archive, unknown: UnknownTypes = UnknownTypes.REFUSED) -> Contents:
    """As the command looks into events."""
    return Contents(KNOWN, archive.flaw_of_blob, unknown)


CHECKS = pytest.mark.parametrize("check", [contents, SchemaCheck], ids=["classes", "schemas"])


def verify(folder: Path, check=contents, unknown=UnknownTypes.REFUSED) -> Verification:
    archive = Archive(folder)
    return archive.verify(CONTEXT, PUBLIC_KEYS, check(archive, unknown))


def found(folder: Path, check=contents) -> Finding:
    verification = verify(folder, check)
    assert verification.first_bad is not None
    assert verification.positions == verification.first_bad.first - 1
    assert verification.is_whole is (None if verification.first_bad.what.is_open else False)
    return verification.first_bad


def obstacle(folder: Path) -> Obstacle:
    with pytest.raises(Unverifiable) as refused:
        verify(folder)
    return refused.value.obstacle


@CHECKS
def test_an_untouched_archive_is_whole_and_signed_to_its_end(tmp_path, check):
    assert verify(Draft().write(tmp_path), check) == Verification(positions=EVENTS, signed=EVENTS)
    assert Archive(tmp_path).altered_files() == []


def test_an_archive_of_a_part_of_a_log_is_verified_from_where_it_begins(tmp_path):
    whole = chained(rows())
    part = Draft(whole[10:], begin=10, previous=hash_in(whole[9]))
    assert verify(part.write(tmp_path)) == Verification(positions=EVENTS, signed=EVENTS, first=11)


def test_a_part_whose_beginning_was_replaced_is_found_by_what_was_signed_before_it(tmp_path):
    elsewhere = chained(rows()[10:], position=10, hash_=bytes(31) + b"1")
    forged = Draft(elsewhere, begin=10, previous=bytes(31) + b"1")
    forged.hashes[10] = hash_in(chained(rows())[9])
    assert found(forged.write(tmp_path)).what is Flaw.REWRITTEN


@pytest.mark.parametrize("position", [1, 15, 16, 40])
@pytest.mark.parametrize("at", [40, 200, -100, -30, -1], ids=["type", "subject", "previous hash", "hash", "end"])
def test_one_flipped_byte_is_found_where_it_is(tmp_path, position, at):
    bodies = chained(rows())
    bodies[position - 1] = flipped(bodies[position - 1], at)
    draft = Draft(chained(rows()))
    draft.bodies = bodies
    assert found(draft.write(tmp_path)) == Finding(position, position, Flaw.EVENT_ALTERED)


@pytest.mark.parametrize("position", [1, 15, 16, 39])
def test_a_removed_event_is_found_where_it_was(tmp_path, position):
    bodies = chained(rows())
    del bodies[position - 1]
    draft = Draft()
    draft.bodies = bodies
    assert found(draft.write(tmp_path)) == Finding(position, position, Flaw.EVENT_REMOVED)


@pytest.mark.parametrize("position", [1, 14, 38])
def test_two_swapped_events_are_found_at_the_first(tmp_path, position):
    draft = Draft()
    pair = slice(position - 1, position + 1)
    draft.bodies[pair] = reversed(draft.bodies[pair])
    assert found(draft.write(tmp_path)) == Finding(position, position, Flaw.EVENT_ALTERED)


@pytest.mark.parametrize("position", [2, 16, 31])
def test_an_inserted_event_is_found_where_it_is(tmp_path, position):
    draft = Draft()
    draft.bodies.insert(position - 1, draft.bodies[0])
    assert found(draft.write(tmp_path)) == Finding(position, position, Flaw.EVENT_INSERTED)


def test_an_event_of_its_own_making_is_found_between_it_and_the_one_that_follows(tmp_path):
    draft = Draft()
    draft.bodies[6:7] = chained([rows()[0]], 6, hash_in(draft.bodies[5]))
    assert found(draft.write(tmp_path)) == Finding(7, 8, Flaw.EVENT_ALTERED)


def test_a_cut_file_is_found_behind_the_last_event_that_is_left(tmp_path):
    file = Draft().write(tmp_path) / LAST_FILE
    file.write_bytes(file.read_bytes()[:-40])
    bad = found(tmp_path)
    assert 31 <= bad.first <= bad.last == EVENTS
    assert (bad.what, bad.detail) == (Flaw.FILE_CUT, LAST_FILE)


def test_a_missing_file_is_found_by_its_positions(tmp_path):
    (Draft().write(tmp_path) / LAST_FILE).unlink()
    assert found(tmp_path) == Finding(31, 40, Flaw.FILE_MISSING, LAST_FILE)


def test_a_removed_end_is_found_by_its_last_checkpoint(tmp_path):
    draft = Draft()
    del draft.bodies[35:]
    assert found(draft.write(tmp_path)) == Finding(36, 40, Flaw.SIGNED_END_MISSING)


def test_a_byte_flipped_in_a_compressed_file_is_found_in_its_positions(tmp_path):
    file = Draft().write(tmp_path) / LAST_FILE
    file.write_bytes(flipped(file.read_bytes(), -20))
    bad = found(tmp_path)
    assert 31 <= bad.first <= bad.last <= EVENTS


@pytest.mark.parametrize(("position", "between"), [(5, (1, 10)), (12, (11, 30)), (31, (31, 40))])
def test_a_log_rewritten_with_all_its_hashes_is_found_between_two_checkpoints(tmp_path, position, between):
    draft = Draft()
    events = rows()
    events[position - 1] = events[0]
    draft.bodies = chained(events)
    assert found(draft.write(tmp_path)) == Finding(*between, Flaw.REWRITTEN)


def test_checkpoints_signed_again_with_another_key_count_for_nobody_who_has_the_right_one(tmp_path):
    forged = Draft(chained(rows()[1:] + rows()[:1]), key=STRANGER)
    key_id = key_id_of(STRANGER.public_key())
    assert found(forged.write(tmp_path)) == Finding(10, 10, Flaw.KEY_UNKNOWN, key_id)


def test_an_archive_made_up_whole_without_checkpoints_proves_nothing(tmp_path, capsys):
    Draft(chained(rows()[1:] + rows()[:1]), signed=()).write(tmp_path)
    assert verify(tmp_path, contents).is_proved is None
    assert verifier.main([str(tmp_path)]) == 2
    assert "signed by nobody" in capsys.readouterr().out


def test_another_key_under_a_known_key_s_id_is_found(tmp_path):
    Draft().write(tmp_path)
    signed = tmp_path / f"contexts/{CONTEXT}/checkpoints.ndjson"
    first, *others = [json.loads(line) for line in signed.read_text().splitlines()]
    forged = [first | {"signature": others[0]["signature"]}, *others]
    signed.write_text("".join(json.dumps(one) + "\n" for one in forged))
    assert found(tmp_path) == Finding(10, 10, Flaw.SIGNATURE_WRONG)
    assert Archive(tmp_path).altered_files() == [f"contexts/{CONTEXT}/checkpoints.ndjson"]


@CHECKS
@pytest.mark.parametrize(
    ("blobs", "flaw"), [({DIGEST: b"another picture"}, Flaw.BLOB_ALTERED), ({}, Flaw.BLOB_MISSING)]
)
def test_a_swapped_or_missing_blob_is_found_by_the_event_that_names_it(tmp_path, check, blobs, flaw):
    folder = Draft(blobs=blobs).write(tmp_path)
    assert found(folder, check) == Finding(PICTURED_AT, PICTURED_AT, flaw, DIGEST)


@CHECKS
def test_data_of_another_shape_is_found_by_its_path_and_never_quoted(tmp_path, check):
    events = rows()
    type_name, data, meta = events[20]
    events[20] = type_name, data.replace(b'"office 21"', b"21"), meta
    draft = Draft(chained(events))
    assert found(draft.write(tmp_path), check) == Finding(21, 21, Flaw.SCHEMA_WRONG, "$.place")


@CHECKS
def test_an_event_of_an_unknown_type_leaves_it_open_unless_such_events_are_passed_by(tmp_path, check):
    events = rows()
    events[20] = ("parcels.ParcelLost.v1", *events[20][1:])
    folder = Draft(chained(events)).write(tmp_path)
    assert found(folder, check) == Finding(21, 21, Flaw.TYPE_UNKNOWN, "parcels.ParcelLost.v1")

    archive = Archive(folder)
    passing = check(archive, UnknownTypes.PASSED_BY)
    assert archive.verify(CONTEXT, PUBLIC_KEYS, passing).is_whole
    assert passing.passed_by == {"parcels.ParcelLost.v1": 1}


@pytest.mark.parametrize("said", [{"hash": "0" * 64}, {"types": {}}, {"last": 39}])
def test_a_manifest_that_does_not_say_what_is_there_is_found(tmp_path, said):
    Draft().write(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["contexts"][CONTEXT] |= said
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert found(tmp_path).what is Flaw.MANIFEST_ALTERED


def test_files_beside_the_events_are_held_against_the_manifest(tmp_path):
    Draft().write(tmp_path)
    (tmp_path / "schemas/Envelope.json").write_text("{}")
    [key] = (tmp_path / "keys").iterdir()
    key.unlink()
    assert Archive(tmp_path).altered_files() == [f"keys/{key.name}", "schemas/Envelope.json"]


def test_a_half_written_archive_and_what_is_none_are_told_apart(tmp_path):
    assert obstacle(tmp_path) is Obstacle.NOT_AN_ARCHIVE
    (Draft().write(tmp_path) / "manifest.json").unlink()
    assert obstacle(tmp_path) is Obstacle.HALF_WRITTEN


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": "1"}', '{"format": 1, "contexts": [], "files": []}'])
def test_a_manifest_that_is_none_is_refused(tmp_path, content):
    (tmp_path / "manifest.json").write_text(content)
    assert obstacle(tmp_path) in {Obstacle.MANIFEST_UNREADABLE, Obstacle.UNREADABLE}


def test_a_newer_format_is_refused(tmp_path):
    assert obstacle(Draft(manifest={"format": 2}).write(tmp_path)) is Obstacle.NEWER_FORMAT


@pytest.mark.parametrize("path", ["/etc/hostname", "../outside", "keys/../../outside", ""])
def test_a_path_out_of_the_archive_is_refused(tmp_path, path):
    named = {"files": [{"path": path, "bytes": 0, "sha256": "0" * 64}]}
    assert obstacle(Draft(manifest=named).write(tmp_path)) is Obstacle.OUTSIDE


def test_a_link_out_of_the_archive_is_refused(tmp_path):
    folder = Draft().write(tmp_path / "archive")
    shutil.move(folder / "contexts", tmp_path / "elsewhere")
    (folder / "contexts").symlink_to(tmp_path / "elsewhere")
    assert obstacle(folder) is Obstacle.OUTSIDE


def test_progress_is_told_file_by_file(tmp_path):
    told: list[tuple[int, int]] = []
    archive = Archive(Draft().write(tmp_path))
    archive.verify(CONTEXT, PUBLIC_KEYS, contents(archive), lambda done, total: told.append((done, total)))
    assert told == [(15, EVENTS), (30, EVENTS), (40, EVENTS)]


def test_the_verifier_needs_nothing_but_what_it_names():
    source = Path(verifier.__file__).read_text()
    modules = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).partition(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert modules - sys.stdlib_module_names == {"cryptography", "zstandard"}
    assert '# dependencies = ["cryptography", "zstandard"]\n' in source


def alone(tmp_path: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a copy of the verifier where nothing of Caretrail can be imported."""
    copy = shutil.copy(verifier.__file__, tmp_path / "verify.py")
    command = [sys.executable, "-I", str(copy), *map(str, arguments)]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)


def test_an_auditor_runs_it_alone_and_is_told_whose_word_it_takes(tmp_path):
    folder = Draft().write(tmp_path / "archive")
    ended = alone(tmp_path, folder)
    assert (ended.returncode, ended.stderr) == (0, "")
    whole, trust = ended.stdout.splitlines()
    assert whole == (
        "parcels: whole: no event was altered, removed or added; verified from position 1 to 40, signed up to 40"
    )
    [key_id] = PUBLIC_KEYS
    assert trust.startswith(f"Signed by the keys it carries ({key_id}): compare them")


def test_an_auditor_with_the_right_key_sees_that_somebody_else_has_signed(tmp_path, capsys):
    folder = Draft(key=STRANGER).write(tmp_path / "archive")
    given = tmp_path / "given.pem"
    [key] = PUBLIC_KEYS.values()
    given.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert verifier.main([str(folder), "--key", str(given)]) == 2
    assert "position 10: the checkpoint is signed with a key not known here" in capsys.readouterr().out


def test_an_auditor_is_told_where_an_archive_was_altered_and_what_was_not_looked_at(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    draft = Draft()
    draft.bodies[11] = flipped(draft.bodies[11], 200)
    assert verifier.main([str(draft.write(tmp_path))]) == 1
    altered, _, unseen = capsys.readouterr().out.splitlines()
    assert altered.startswith("parcels: position 12: the event was altered")
    assert unseen == "Events were not held against their schemas: for that, install the package jsonschema."


def test_an_auditor_is_told_why_an_archive_cannot_be_verified(tmp_path, capsys):
    assert verifier.main([str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"{tmp_path}: {Obstacle.NOT_AN_ARCHIVE}\n"
