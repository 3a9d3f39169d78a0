"""`caretrail audit verify ARCHIVE` needs nothing but the archive and keys, and says whose word it takes."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from operate.command_line import run
from tests.controls.archives import EVENTS, PICTURED_AT, Draft, flipped
from tests.controls.logbook import PUBLIC_KEYS

PASSED_BY = {"parcels.ParcelPassedOn.v1": EVENTS - 1, "parcels.ParcelPictured.v1": 1}


@pytest.fixture
def audit(tmp_path, capsys):
    """Verifies an archive where no installation is; answers the exit status, and what was said."""

    def verify(*arguments: object, language: str = "en") -> tuple[int, str]:
        typed = ["audit", "verify", *map(str, arguments), "--lang", language]
        status = run(typed, {"CARETRAIL_VAR": str(tmp_path / "var")})
        said = capsys.readouterr()
        return status, said.out + said.err

    return verify


def written_to(folder, key):
    folder.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return folder


def test_a_whole_archive_is_told_with_the_keys_that_it_carries(audit, tmp_path):
    folder = Draft().write(tmp_path / "archive")
    status, said = audit(folder, "--allow-unknown-types", "--json")
    assert status == 0
    verdict = {"context": "parcels", "first": 1, "positions": EVENTS, "signed": EVENTS, "whole": True}
    assert json.loads(said) == {
        "whole": True,
        "contexts": [verdict | {"first_bad": None}],
        "carried_keys": list(PUBLIC_KEYS),
        "altered_files": [],
        "passed_by": PASSED_BY,
    }


def test_with_the_right_key_nobody_s_word_has_to_be_taken(audit, tmp_path):
    [key] = PUBLIC_KEYS.values()
    given = written_to(tmp_path / "given.pub", key)
    status, said = audit(Draft().write(tmp_path / "archive"), "--key", given, "--allow-unknown-types")
    assert status == 0
    assert "Signed by the keys that the archive carries" not in said


def test_with_another_key_it_is_left_open_whether_the_archive_is_whole(audit, tmp_path):
    given = written_to(tmp_path / "given.pub", Ed25519PrivateKey.generate().public_key())
    status, said = audit(Draft().write(tmp_path / "archive"), "--key", given, "--allow-unknown-types")
    assert status == 2
    assert "Position 10: it cannot be told whether the log is whole" in said


def test_an_altered_event_is_told_in_both_languages(audit, tmp_path):
    draft = Draft()
    draft.bodies[11] = flipped(draft.bodies[11], 200)
    folder = draft.write(tmp_path / "archive")
    assert audit(folder, "--allow-unknown-types", language="zh-Hant")[0] == 1
    assert "parcels：位置 12：事件遭更動" in audit(folder, "--allow-unknown-types", language="zh-Hant")[1]
    assert "parcels: Position 12: the event was altered" in audit(folder, "--allow-unknown-types")[1]


def test_types_that_this_release_does_not_know_leave_it_open(audit, tmp_path):
    status, said = audit(Draft().write(tmp_path / "archive"))
    assert status == 2
    assert "the type parcels.ParcelPassedOn.v1 is not known here" in said


def test_a_swapped_file_is_told_by_its_name(audit, tmp_path):
    folder = Draft().write(tmp_path / "archive")
    (folder / "schemas/Envelope.json").write_text("{}")
    status, said = audit(folder, "--allow-unknown-types")
    assert status == 1
    assert "schemas/Envelope.json: the file is missing or is not the one" in said


def test_a_log_that_is_not_signed_to_its_end_is_told_so(audit, tmp_path):
    folder = Draft(signed=(10, PICTURED_AT)).write(tmp_path / "archive")
    status, said = audit(folder, "--allow-unknown-types")
    assert status == 0
    assert f"Nobody has signed positions {PICTURED_AT + 1} to {EVENTS} yet" in said


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        ({"format": 2}, "The archive is of a newer format"),
        ({"files": [{"path": "../keys/master.keys", "bytes": 0, "sha256": ""}]}, "names a file outside of itself"),
    ],
)
def test_what_cannot_be_verified_is_refused_with_the_reason(audit, tmp_path, manifest, told):
    status, said = audit(Draft(manifest=manifest).write(tmp_path / "archive"))
    assert status == 2
    assert told in said


def test_a_half_written_archive_is_refused_with_what_to_do(audit, tmp_path):
    folder = Draft().write(tmp_path / "archive")
    (folder / "manifest.json").unlink()
    status, said = audit(folder)
    assert status == 2
    assert f"`caretrail events export {folder} --resume`" in said


def test_a_context_that_the_archive_does_not_hold_is_answered_with_those_there_are(audit, tmp_path):
    status, said = audit(Draft().write(tmp_path / "archive"), "--context", "matching")
    assert status == 2
    assert "There are: parcels" in said
