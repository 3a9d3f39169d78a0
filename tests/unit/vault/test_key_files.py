"""Files with keys: private, and written whole by whoever comes first."""

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.vault import key_files
from shared.vault.errors import KeysUnusable
from shared.vault.ledger import Forgotten, Ledger


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys" / "some.keys"


def test_a_created_file_is_private_and_reads_back(path):
    key_files.create(path, "a secret\n")

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert key_files.read(path) == "a secret\n"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_a_file_that_others_can_use_is_refused(path, mode):
    key_files.create(path, "a secret\n")
    path.chmod(mode)

    with pytest.raises(KeysUnusable, match=r"chmod 600 .*some\.keys"):
        key_files.read(path)


def test_of_many_who_create_the_same_file_one_wins_and_all_read_what_it_wrote(path):
    def create(number):
        key_files.create(path, f"secret {number}\n")
        return key_files.read(path)

    with ThreadPoolExecutor(8) as threads:
        read = set(threads.map(create, range(8)))

    assert len(read) == 1


def opened_directories():
    """A growing set of the directories that this process opens, as one must to flush them."""
    found = set()

    def notice(event, arguments):
        if event == "open" and isinstance(arguments[0], str | Path) and Path(arguments[0]).is_dir():
            found.add(Path(arguments[0]))

    sys.addaudithook(notice)  # for good: Python lets nobody take one back
    return found


@pytest.mark.parametrize(
    "write",
    [
        lambda path: key_files.create(path, "a secret\n"),
        lambda path: Ledger(path).append(Forgotten(datetime(2025, 2, 18, tzinfo=UTC), "retention", ())),
    ],
    ids=["keys", "ledger"],
)
def test_every_directory_made_on_the_way_is_flushed_in_the_one_that_holds_it(tmp_path, write):
    flushed = opened_directories()

    write(tmp_path / "var" / "vault" / "some.file")

    assert flushed >= {tmp_path, tmp_path / "var", tmp_path / "var" / "vault"}
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700
