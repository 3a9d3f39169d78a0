"""The ledger of forgotten people: lines that outlive a crash, and a damage that is not passed over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import pytest

from shared.vault.errors import LedgerDamaged
from shared.vault.ledger import Forgotten, Ledger


def forgotten(number):
    return Forgotten(datetime(2025, 2, 18, 1, 2, 3, tzinfo=UTC), "retention", (UUID(int=number), UUID(int=number + 1)))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "vault" / "forgotten.jsonl"


def test_a_ledger_that_was_never_written_is_empty(path):
    assert Ledger(path).entries() == []


def test_entries_are_read_as_they_were_written_by_whoever_opens_the_file(path):
    Ledger(path).append(forgotten(1))
    Ledger(path).append(forgotten(3), forgotten(5))

    assert Ledger(path).entries() == [forgotten(1), forgotten(3), forgotten(5)]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_line_cut_short_by_a_crash_does_not_count_and_the_next_entry_begins_a_line(path):
    ledger = Ledger(path)
    ledger.append(forgotten(1))
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])

    assert ledger.entries() == [forgotten(1)]
    ledger.append(forgotten(3))

    assert ledger.entries() == [forgotten(1), forgotten(3)]


def test_a_first_line_cut_short_by_a_crash_does_not_count(path):
    ledger = Ledger(path)
    ledger.append(forgotten(1))
    path.write_bytes(path.read_bytes()[:40])

    assert ledger.entries() == []
    ledger.append(forgotten(3))

    assert ledger.entries() == [forgotten(3)]


def test_a_damaged_line_in_the_middle_is_told_by_its_number(path):
    ledger = Ledger(path)
    ledger.append(forgotten(1), forgotten(3), forgotten(5))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1].replace(b'"subjects"', b'"subject"') + lines[2])

    with pytest.raises(LedgerDamaged, match="line 2 of"):
        ledger.entries()


def test_writers_at_the_same_moment_lose_no_line(path):
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: Ledger(path).append(forgotten(number)), range(200)))

    assert sorted(entry.subjects[0].int for entry in Ledger(path).entries()) == list(range(200))
