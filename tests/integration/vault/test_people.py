"""Who is who: one person a pseudonym, whichever identifiers they come with and however many ask at once."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from shared.sealing import PersonForgotten, UnknownSubject
from shared.vault.blind_index import Identifier
from shared.vault.errors import IdentifiersDisagree
from tests.integration.vault.workers.start import start_worker

NATIONAL_ID = Identifier("national_id", "A123456789")
PASSPORT = Identifier("passport", "300000000")
MOBILE = Identifier("mobile", "0912345678")


class Contact(msgspec.Struct, frozen=True):
    name: str


def test_a_person_is_known_again_by_the_same_identifier(vault):
    subject = vault.subject_for([NATIONAL_ID])

    assert vault.subject_for([NATIONAL_ID]) == subject
    assert vault.find(NATIONAL_ID) == subject


def test_different_people_are_different_subjects(vault):
    assert vault.subject_for([NATIONAL_ID]) != vault.subject_for([PASSPORT])


def test_nobody_is_found_by_an_identifier_that_was_never_used(vault):
    vault.subject_for([NATIONAL_ID])

    assert vault.find(Identifier("mobile", "A123456789")) is None


def test_a_further_identifier_of_a_known_person_leads_to_them_from_then_on(vault):
    subject = vault.subject_for([NATIONAL_ID])

    assert vault.subject_for([PASSPORT, NATIONAL_ID, MOBILE]) == subject
    assert [vault.find(identifier) for identifier in (PASSPORT, MOBILE)] == [subject, subject]


def test_without_any_identifier_there_is_nobody_to_find(vault):
    with pytest.raises(ValueError, match="at least one identifier"):
        vault.subject_for([])


def test_identifiers_of_two_people_disagree_and_nothing_changes(vault):
    mother = vault.subject_for([NATIONAL_ID])
    father = vault.subject_for([PASSPORT])

    with pytest.raises(IdentifiersDisagree) as refused:
        vault.subject_for([NATIONAL_ID, PASSPORT, MOBILE])

    assert set(refused.value.found) == {(NATIONAL_ID, mother), (PASSPORT, father)}
    assert "A123456789" not in str(refused.value)
    assert vault.find(MOBILE) is None


def test_the_tables_hold_neither_an_identifier_nor_a_key(vault, postgres_server, database_dsn):
    vault.subject_for([NATIONAL_ID, MOBILE])

    dump = subprocess.run([postgres_server.binary("pg_dump"), database_dsn], capture_output=True, check=True).stdout

    assert b"blind_index" in dump
    for secret in (b"A123456789", b"a123456789", b"0912345678", b"1" * 32, b"31" * 32):
        assert secret not in dump


def test_a_hundred_callers_in_two_processes_make_one_person(vault, database_dsn, ledger):
    workers = [start_worker("find_one_person", database_dsn, str(ledger)) for _ in range(2)]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    answers = [answer for worker in workers for answer in worker.communicate(timeout=60)[0].split()]

    assert len(answers) == 100
    assert set(answers) == {str(vault.find(NATIONAL_ID))}


def test_green_threads_share_a_vault(vault, database_dsn, ledger):
    worker = start_worker("green_threads", database_dsn, str(ledger))
    lines = worker.communicate(timeout=60)[0].splitlines()

    assert lines == [f"{vault.find(NATIONAL_ID)} True"] * 200


def test_callers_with_overlapping_identifiers_in_any_order_agree_or_are_told(vault, rows):
    identifiers = [Identifier("mobile", f"09123456{number:02}") for number in range(20)]
    vault.subject_for(identifiers[:1])

    def ask(start):
        return vault.subject_for([identifiers[0], *(identifiers[(start + step * 7) % 20] for step in range(10))])

    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(ask, range(40)))

    assert len(answers) == 1
    assert rows("select count(*) from subject") == [(1,)]
    assert rows("select count(distinct digest) from blind_index") == [(20,)]


def test_after_a_merge_all_identifiers_lead_to_the_one_who_was_kept_and_both_still_open(vault):
    kept, absorbed = vault.subject_for([NATIONAL_ID]), vault.subject_for([PASSPORT])
    boxes = [vault.seal(kept, Contact("王小明")), vault.seal(absorbed, Contact("王大明"))]

    vault.merge(kept, absorbed)

    assert vault.find(PASSPORT) == kept
    assert vault.subject_for([NATIONAL_ID, PASSPORT]) == kept
    assert [vault.open(box, Contact) for box in boxes] == [Contact("王小明"), Contact("王大明")]
    assert vault.resolve(absorbed) == vault.resolve(kept) == kept


def test_all_subjects_of_a_person_are_found_by_any_of_them(vault):
    kept, absorbed, other = (vault.subject_for([identifier]) for identifier in (NATIONAL_ID, PASSPORT, MOBILE))
    vault.merge(kept, absorbed)

    assert set(vault.subjects_of([absorbed])) == set(vault.subjects_of([kept])) == {kept, absorbed}
    assert set(vault.subjects_of([kept, other, type(kept)(int=0)])) == {kept, absorbed, other}
    assert vault.subjects_of([]) == ()


def test_the_kinds_of_identifiers_that_lead_to_a_person_are_told_until_it_is_forgotten(vault):
    kept, absorbed = vault.subject_for([NATIONAL_ID]), vault.subject_for([PASSPORT, MOBILE])
    assert vault.known_by(absorbed) == {"passport", "mobile"}

    vault.merge(kept, absorbed)
    assert vault.known_by(absorbed) == vault.known_by(kept) == {"national_id", "passport", "mobile"}

    vault.forget(kept, "retention")
    assert vault.known_by(kept) == frozenset()


def test_a_chain_of_merges_leads_to_the_last_one_kept_in_one_step(vault, rows):
    first, second, third = (vault.subject_for([identifier]) for identifier in (NATIONAL_ID, PASSPORT, MOBILE))

    vault.merge(second, first)
    vault.merge(third, second)

    assert [vault.resolve(subject) for subject in (first, second, third)] == [third] * 3
    assert rows("select count(*) from subject where merged_into = %s", third) == [(2,)]
    assert vault.find(NATIONAL_ID) == third


def test_merging_by_a_subject_that_was_absorbed_merges_with_the_one_who_was_kept(vault):
    first, second, third = (vault.subject_for([identifier]) for identifier in (NATIONAL_ID, PASSPORT, MOBILE))
    vault.merge(second, first)

    vault.merge(first, third)

    assert vault.find(MOBILE) == second


def test_merging_again_or_backwards_or_with_oneself_changes_nothing(vault):
    kept, absorbed = vault.subject_for([NATIONAL_ID]), vault.subject_for([PASSPORT])

    for pair in [(kept, absorbed), (kept, absorbed), (absorbed, kept), (kept, kept)]:
        vault.merge(*pair)

    assert vault.resolve(absorbed) == kept


def test_a_forgotten_person_cannot_be_merged_and_neither_can_an_unknown_one(vault):
    kept, forgotten = vault.subject_for([NATIONAL_ID]), vault.subject_for([PASSPORT])
    vault.forget(forgotten, "retention")

    with pytest.raises(PersonForgotten):
        vault.merge(kept, forgotten)
    with pytest.raises(UnknownSubject):
        vault.merge(kept, type(kept)(int=0))


def test_merges_at_the_same_moment_leave_one_person(vault):
    subjects = [vault.subject_for([Identifier("mobile", f"09123456{number:02}")]) for number in range(12)]
    pairs = list(zip(subjects, subjects[1:] + subjects[:1], strict=True))

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda pair: vault.merge(*pair), pairs))

    assert len({vault.resolve(subject) for subject in subjects}) == 1


def test_connections_that_the_server_cut_are_replaced(vault, superuser):
    subject = vault.subject_for([NATIONAL_ID])

    for identifiers in ([NATIONAL_ID], [NATIONAL_ID, PASSPORT]):
        superuser.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name like '%vault'")
        assert vault.subject_for(identifiers) == subject
