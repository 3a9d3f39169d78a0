"""Forgetting: for good, for all of a person's subjects, over crashes and restored backups, unless a hold stands."""

import re
import signal
import subprocess
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from shared.sealing import PersonForgotten
from shared.vault import schema
from shared.vault.blind_index import Identifier
from shared.vault.errors import LedgerDamaged, SubjectOnHold
from shared.vault.ledger import Ledger
from shared.vault.vault import Vault
from tests.integration.vault.workers.start import start_worker

NATIONAL_ID = Identifier("national_id", "A123456789")
PASSPORT = Identifier("passport", "300000000")
MOBILE = Identifier("mobile", "0912345678")
NOW = datetime.now(UTC)


class Contact(msgspec.Struct, frozen=True):
    name: str


XIAOMING = Contact("王小明")


@pytest.fixture
def back_up(postgres_server, database_dsn):
    """Called to take a dump of the vault's database."""
    command = [postgres_server.binary("pg_dump"), "--format=custom", database_dsn]
    return lambda: subprocess.run(command, capture_output=True, check=True).stdout


@pytest.fixture
def restore(postgres_server, keys, ledger):
    """Called with a dump to open a vault over it in another database, with the same ledger."""
    opened = []

    def restoring(dump):
        dsn = postgres_server.new_database()
        command = [postgres_server.binary("pg_restore"), "--exit-on-error", f"--dbname={dsn}"]
        subprocess.run(command, input=dump, check=True)
        opened.append((dsn, Vault(schema.install(dsn), keys, ledger)))
        return opened[-1][1]

    yield restoring
    for dsn, vault in opened:
        vault.close()
        postgres_server.drop_database(dsn)


def test_a_forgotten_person_is_neither_found_nor_readable_again(vault, open_vault):
    box = vault.seal(vault.subject_for([NATIONAL_ID, MOBILE]), XIAOMING)

    assert vault.forget(box.subject, "retention") == (box.subject,)

    assert vault.find(NATIONAL_ID) is None
    assert vault.find(MOBILE) is None
    assert open_vault().open(box, Contact) is None


def test_the_same_person_coming_back_is_somebody_new(vault):
    box = vault.seal(vault.subject_for([NATIONAL_ID]), XIAOMING)
    vault.forget(box.subject, "retention")

    again = vault.subject_for([NATIONAL_ID])

    assert again != box.subject
    assert vault.open(vault.seal(again, XIAOMING), Contact) == XIAOMING
    assert vault.open(box, Contact) is None


@pytest.mark.parametrize("asked_by", ["the one kept", "the one absorbed"])
def test_all_subjects_of_a_person_are_forgotten_together(vault, asked_by):
    kept, absorbed, other = (vault.subject_for([identifier]) for identifier in (NATIONAL_ID, PASSPORT, MOBILE))
    boxes = [vault.seal(subject, XIAOMING) for subject in (kept, absorbed, other)]
    vault.merge(kept, absorbed)

    forgotten = vault.forget(kept if asked_by == "the one kept" else absorbed, "retention")

    assert forgotten == (kept, absorbed)
    assert [vault.open(box, Contact) for box in boxes] == [None, None, XIAOMING]
    assert [vault.find(identifier) for identifier in (NATIONAL_ID, PASSPORT, MOBILE)] == [None, None, other]


def test_forgetting_again_answers_the_same_and_writes_nothing_more(vault, ledger):
    subject = vault.subject_for([NATIONAL_ID])

    assert vault.forget(subject, "retention") == vault.forget(subject, "retention") == (subject,)

    [entry] = Ledger(ledger).entries()
    assert (entry.ground, entry.subjects) == ("retention", (subject,))
    assert NOW <= entry.at <= datetime.now(UTC)


def test_a_backup_taken_afterwards_holds_no_key_of_the_person(vault, back_up, rows):
    subject = vault.subject_for([NATIONAL_ID])
    [(wrapped,)] = rows("select wrapped_key from subject")

    vault.forget(subject, "retention")

    assert rows("select wrapped_key, master_key_id from subject where id = %s", subject) == [(None, None)]
    assert rows("select count(*) from blind_index") == [(0,)]
    assert wrapped.hex().encode() not in back_up()


def test_a_hold_keeps_a_person_from_being_forgotten_until_it_is_released(vault, ledger):
    subject = vault.subject_for([NATIONAL_ID])
    hold = vault.hold(subject, "investigation 12", None, "auditor-1")

    with pytest.raises(SubjectOnHold, match="investigation 12") as refused:
        vault.forget(subject, "retention")

    assert refused.value.holds == (hold,) == vault.holds(subject)
    assert Ledger(ledger).entries() == []
    assert vault.find(NATIONAL_ID) == subject

    vault.release(hold.id, "auditor-1")

    assert vault.holds(subject) == ()
    assert vault.forget(subject, "retention") == (subject,)


def test_a_hold_on_one_subject_of_a_person_protects_all_of_them(vault):
    kept, absorbed = vault.subject_for([NATIONAL_ID]), vault.subject_for([PASSPORT])
    hold = vault.hold(absorbed, "investigation 12", NOW + timedelta(days=1), "auditor-1")
    vault.merge(kept, absorbed)

    with pytest.raises(SubjectOnHold):
        vault.forget(kept, "retention")

    assert vault.holds(kept) == vault.holds(absorbed) == (hold,)


def test_a_hold_that_has_ended_no_longer_stands(vault):
    subject = vault.subject_for([NATIONAL_ID])
    vault.hold(subject, "investigation 12", NOW - timedelta(seconds=1), "auditor-1")

    assert vault.holds(subject) == ()
    assert vault.forget(subject, "retention") == (subject,)


def test_who_is_forgotten_cannot_be_put_on_hold(vault):
    subject = vault.subject_for([NATIONAL_ID])
    vault.forget(subject, "retention")

    with pytest.raises(PersonForgotten):
        vault.hold(subject, "investigation 12", None, "auditor-1")


def test_a_backup_from_before_does_not_bring_a_forgotten_person_back(vault, back_up, restore):
    person, other = vault.subject_for([NATIONAL_ID]), vault.subject_for([PASSPORT])
    boxes = [vault.seal(subject, XIAOMING) for subject in (person, other)]
    dump = back_up()
    vault.forget(person, "retention")

    restored = restore(dump)

    assert [restored.open(box, Contact) for box in boxes] == [None, XIAOMING]
    assert [restored.find(identifier) for identifier in (NATIONAL_ID, PASSPORT)] == [None, other]
    with pytest.raises(PersonForgotten):
        restored.seal(person, XIAOMING)


def test_a_backup_from_before_a_merge_does_not_bring_either_subject_back(vault, back_up, restore):
    kept, absorbed = vault.subject_for([NATIONAL_ID]), vault.subject_for([PASSPORT])
    boxes = [vault.seal(subject, XIAOMING) for subject in (kept, absorbed)]
    dump = back_up()
    vault.merge(kept, absorbed)
    vault.forget(kept, "retention")

    restored = restore(dump)

    assert [restored.open(box, Contact) for box in boxes] == [None, None]


def test_a_person_younger_than_the_backup_is_known_as_forgotten_in_it(vault, back_up, restore):
    dump = back_up()
    box = vault.seal(vault.subject_for([NATIONAL_ID]), XIAOMING)
    vault.forget(box.subject, "retention")

    assert restore(dump).open(box, Contact) is None


def test_a_restored_dump_shows_the_trap_that_the_ledger_closes(vault, back_up, restore, ledger):
    box = vault.seal(vault.subject_for([NATIONAL_ID]), XIAOMING)
    dump = back_up()
    vault.forget(box.subject, "retention")
    ledger.unlink()

    assert restore(dump).open(box, Contact) == XIAOMING


def test_a_lost_ledger_is_made_again_from_the_vault(vault, open_vault, ledger):
    subjects = {vault.subject_for([identifier]) for identifier in (NATIONAL_ID, PASSPORT)}
    for subject in subjects:
        vault.forget(subject, "retention")
    written = Ledger(ledger).entries()
    ledger.unlink()

    open_vault()

    assert Ledger(ledger).entries() == written


def test_a_damaged_ledger_stops_the_start(vault, open_vault, ledger):
    vault.forget(vault.subject_for([NATIONAL_ID]), "retention")
    ledger.write_bytes(b"x" + ledger.read_bytes())

    with pytest.raises(LedgerDamaged, match=re.escape(f"line 1 of {ledger}")):
        open_vault()


def test_a_forgetting_killed_between_ledger_and_keys_is_finished_by_the_next_start(
    vault, open_vault, database_dsn, ledger
):
    box = vault.seal(vault.subject_for([NATIONAL_ID]), XIAOMING)

    worker = start_worker("forget_and_die", database_dsn, str(ledger), str(box.subject))
    worker.communicate(timeout=60)
    assert worker.returncode == -signal.SIGKILL
    assert vault.find(NATIONAL_ID) == box.subject

    restarted = open_vault()

    assert restarted.open(box, Contact) is None
    assert restarted.find(NATIONAL_ID) is None


def test_a_forgetting_killed_between_ledger_and_keys_is_finished_by_doing_it_again(vault, database_dsn, ledger):
    box = vault.seal(vault.subject_for([NATIONAL_ID]), XIAOMING)
    start_worker("forget_and_die", database_dsn, str(ledger), str(box.subject)).communicate(timeout=60)

    assert vault.forget(box.subject, "retention") == (box.subject,)

    assert vault.open(box, Contact) is None
    assert {subject for entry in Ledger(ledger).entries() for subject in entry.subjects} == {box.subject}
