"""An installation leaves by an archive and begins anew from it elsewhere; what is no such archive is refused."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import zstandard

from operate.contexts import compose, contexts
from shared.context import Duty
from shared.installation import installation as opened
from tests.controls.logbook import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.operate.installation import Installation

pytestmark = pytest.mark.postgres

EVERYTHING = "select originator_id, originator_version, type, data, meta from event order by epoch, xid, id"


@pytest.fixture(scope="module")
def exported(used: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of an installation with three families in it; not to be changed."""
    archive = tmp_path_factory.mktemp("exported") / "archive"
    assert used.answer("events", "export", str(archive))["path"] == str(archive)
    return archive


@pytest.fixture
def archive(exported: Path, tmp_path: Path) -> Path:
    """An archive to be spoilt."""
    shutil.copytree(exported, tmp_path / "archive")
    return tmp_path / "archive"


def refused(installation: Installation, archive: Path, *options: str) -> str:
    """What is said where an import is not possible."""
    ended = installation.caretrail("events", "import", str(archive), *options)
    assert (ended.returncode, ended.stdout) == (2, "")
    return ended.stderr


def rewrite(file: Path, change) -> None:
    file.write_text(json.dumps(change(json.loads(file.read_text()))))


def events_file(archive: Path) -> Path:
    [file] = archive.glob("contexts/matching/events/*")
    return file


def test_an_installation_goes_on_elsewhere_from_its_archive(used, exported, installation):
    imported = installation.answer("events", "import", str(exported))
    assert {one["context"] for one in imported["contexts"]} == set(contexts())
    with used.copy(installation.var.parent / "compared") as source:
        assert installation.query(EVERYTHING) == source.query(EVERYTHING) != []
    for name in ("checkpoint.key", "checkpoint.pub"):
        shutil.copy(used.var / "keys" / name, installation.var / "keys" / name)
    assert installation.answer("audit", "verify")["whole"] is True
    before = {key for (key,) in installation.query("select key from reservation where scope = 'case-no'")}
    installation.families = used.families  # the next family is another
    installation.admit(1)
    numbers = {key for (key,) in installation.query("select key from reservation where scope = 'case-no'")}
    assert before < numbers
    assert len(numbers) == len(before) + 1


def test_without_the_keys_people_are_shown_as_forgotten(exported, installation):
    installation.answer("events", "import", str(exported))
    installation.answer("models", "rebuild", "--all")
    assert installation.answer("parked", "list")["parked"] == []
    [(rows,)] = installation.query("select count(*) from bureau_board")
    assert rows == 3


def test_an_installation_with_a_past_takes_no_archive(exported, lived_in):
    before = lived_in.query(EVERYTHING)
    assert "is not empty. Nothing was changed" in refused(lived_in, exported)
    assert lived_in.query(EVERYTHING) == before


def test_an_altered_event_is_named_with_its_position(archive, installation):
    file = events_file(archive)
    events = zstandard.ZstdDecompressor().decompressobj().decompress(file.read_bytes()).splitlines(keepends=True)
    events[1] = events[1].replace(b'"originator_version":', b'"originator_Version":')
    file.write_bytes(zstandard.compress(b"".join(events)))
    assert "nothing was changed. matching, positions 2 to 2" in refused(installation, archive)
    assert installation.query(EVERYTHING) == []


def test_what_nobody_has_signed_is_told(archive, lived_in):
    signed = "contexts/matching/checkpoints.ndjson"
    (archive / signed).write_bytes(b"")

    def without_checkpoints(manifest):
        [listed] = [file for file in manifest["files"] if file["path"] == signed]
        listed["sha256"] = sha256(b"").hexdigest()
        return manifest

    rewrite(archive / "manifest.json", without_checkpoints)
    proved = lived_in.answer("audit", "verify", str(archive), status=2)["contexts"]
    [matching] = [one for one in proved if one["context"] == "matching"]
    assert (matching["signed"], matching["whole"], matching["first_bad"]) == (0, None, None)
    assert "Nobody has signed positions 1 to" in refused(lived_in, archive)


def test_a_half_written_archive_is_refused(archive, installation):
    (archive / "manifest.json").rename(archive / "progress.json")
    assert "half written" in refused(installation, archive)


def test_a_newer_format_is_refused(archive, installation):
    rewrite(archive / "manifest.json", lambda manifest: manifest | {"format": 2})
    assert "newer format" in refused(installation, archive)


def test_events_of_types_that_are_not_known_need_an_explicit_choice(lived_in, installation, tmp_path):
    lived_in.store_unreadable(uuid4(), 1, "matching.CaseImagined.v1")
    with opened(lived_in.settings) as place, compose("matching")(place) as matching, matching.workers([Duty.RELAY]):
        eventually(lambda: lived_in.query("select count(*) = (select published from relay) from event") == [(True,)])
    lived_in.answer("events", "export", str(tmp_path / "archive"))
    said = refused(installation, tmp_path / "archive")
    assert "matching.CaseImagined.v1" in said
    assert "--allow-unknown-types" in said
    assert installation.query(EVERYTHING) == []
    installation.answer("events", "import", str(tmp_path / "archive"), "--allow-unknown-types")
    assert installation.query(EVERYTHING) == lived_in.query(EVERYTHING) != []


def test_an_archive_with_another_manifest_than_its_events_is_refused(archive, installation):
    def one_more(manifest):
        manifest["contexts"]["matching"]["last"] += 1
        return manifest

    rewrite(archive / "manifest.json", one_more)
    assert "nothing was changed. matching" in refused(installation, archive)


def test_a_part_of_a_log_is_not_imported(used, installation, tmp_path):
    part = tmp_path / "part"
    used.answer("events", "export", str(part), "--context", "matching", "--from", "2", "--to", "4")
    [proved] = used.answer("audit", "verify", str(part), status=2)["contexts"]  # no checkpoint lies in it
    assert (proved["positions"], proved["signed"], proved["first_bad"]) == (4, 0, None)
    assert "only whole logs" in refused(installation, part)


def test_a_position_without_its_log_is_refused(used, tmp_path):
    ended = used.caretrail("events", "export", str(tmp_path / "part"), "--from", "2")
    assert ended.returncode == 2
    assert "--context" in ended.stderr
    assert not (tmp_path / "part").exists()


def test_without_a_broker_nothing_can_be_recovered(looked_at):
    ended = looked_at.caretrail("events", "recover", "--from", "stream")
    assert ended.returncode == 2
    assert "CARETRAIL_BROKER" in ended.stderr
