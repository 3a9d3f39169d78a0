"""Sealing through the vault: keys come once, stay a while, and go when a person is forgotten anywhere."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from uuid import uuid4

import msgspec
import pytest

from shared.sealing import PersonForgotten, SealBroken, Sealed, SubjectId, UnknownSubject
from shared.vault.blind_index import Identifier
from shared.vault.errors import StoredKeyDamaged
from shared.vault.master_keys import MasterKeys
from shared.vault.vault import NOTICE_SECONDS


class Contact(msgspec.Struct, frozen=True):
    name: str


XIAOMING = Contact("王小明")


def a_person(vault, number=0):
    return vault.subject_for([Identifier("mobile", f"09{number:08}")])


@pytest.fixture
def unreachable_keys(superuser):
    """Called to make every further look at the keys fail."""
    return lambda: superuser.execute("alter table vault.subject rename to out_of_reach")


def test_what_one_process_seals_another_opens(vault, open_vault):
    box = vault.seal(a_person(vault), XIAOMING)

    assert open_vault().open(box, Contact) == XIAOMING


def test_one_persons_box_does_not_open_as_another_persons(vault):
    box = vault.seal(a_person(vault, 1), XIAOMING).box

    with pytest.raises(SealBroken):
        vault.open(Sealed(a_person(vault, 2), box), Contact)


def test_a_subject_the_vault_never_gave_is_refused_both_ways(vault):
    stranger = SubjectId(uuid4())

    with pytest.raises(UnknownSubject, match=str(stranger)):
        vault.seal(stranger, XIAOMING)
    with pytest.raises(UnknownSubject, match="older backup"):
        vault.open(Sealed(stranger, "AAAA"), Contact)


def test_keys_prepared_in_one_go_need_no_further_look(vault, open_vault, unreachable_keys):
    boxes = [vault.seal(a_person(vault, number), XIAOMING) for number in range(50)]
    forgotten = boxes[0].subject
    vault.forget(forgotten, "retention")
    other = open_vault(cached_keys=10)

    other.prepare([box.subject for box in boxes])
    unreachable_keys()

    assert [other.open(box, Contact) for box in boxes] == [None] + [XIAOMING] * 49


def test_preparing_for_people_the_vault_does_not_know_leaves_the_refusal_to_opening(vault):
    stranger, person = SubjectId(uuid4()), a_person(vault)

    vault.prepare([stranger, person])

    assert vault.open(vault.seal(person, XIAOMING), Contact) == XIAOMING
    with pytest.raises(UnknownSubject):
        vault.open(Sealed(stranger, "AAAA"), Contact)


def test_that_a_person_was_forgotten_is_asked_once(vault, unreachable_keys):
    box = vault.seal(a_person(vault), XIAOMING)
    vault.forget(box.subject, "retention")

    assert vault.open(box, Contact) is None
    unreachable_keys()
    assert vault.open(box, Contact) is None


def test_where_a_person_is_forgotten_nothing_opens_or_is_sealed_from_that_moment(vault):
    person = a_person(vault)
    box = vault.seal(person, XIAOMING)

    vault.forget(person, "retention")

    assert vault.open(box, Contact) is None
    with pytest.raises(PersonForgotten, match=str(person)):
        vault.seal(person, XIAOMING)


def test_a_person_forgotten_by_another_process_is_forgotten_here_within_seconds(vault, open_vault, clock):
    other = open_vault(clock=clock)
    box = vault.seal(a_person(vault), XIAOMING)
    assert other.open(box, Contact) == XIAOMING

    vault.forget(box.subject, "retention")
    clock.seconds += NOTICE_SECONDS + 0.1

    assert other.open(box, Contact) is None


def test_while_nobody_is_forgotten_the_keys_stay_at_hand(vault, open_vault, clock, unreachable_keys):
    other = open_vault(clock=clock)
    box = vault.seal(a_person(vault), XIAOMING)
    assert other.open(box, Contact) == XIAOMING

    unreachable_keys()
    clock.seconds += NOTICE_SECONDS + 0.1

    assert other.open(box, Contact) == XIAOMING


def test_threads_seal_and_open_through_a_cache_too_small_for_them(vault, open_vault):
    people = [a_person(vault, number) for number in range(40)]
    crowded = open_vault(cached_keys=5)

    def seal_and_open(step):
        contact = Contact(f"王{step}")
        return crowded.open(crowded.seal(people[step % 40], contact), Contact) == contact

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(seal_and_open, range(2_000)))


class HesitantKeys(MasterKeys):
    """Master keys that, once told to, stop after a stored key has been fetched and before it is unwrapped."""

    def __init__(self):
        super().__init__({"first": b"1" * 32}, "the test")
        self.go_on = Event()
        self.fetched = Event()
        self.go_on.set()

    def unwrap(self, stored):
        self.fetched.set()
        assert self.go_on.wait(10)
        return super().unwrap(stored)


@pytest.mark.parametrize("forgotten_by", ["this process", "another process"])
def test_a_key_that_was_on_its_way_while_the_person_was_forgotten_is_not_kept(vault, open_vault, clock, forgotten_by):
    keys = HesitantKeys()
    late = open_vault(keys, clock=clock)
    box, other = (vault.seal(a_person(vault, number), XIAOMING) for number in (1, 2))
    assert late.open(other, Contact) == XIAOMING
    keys.fetched.clear()
    keys.go_on.clear()

    with ThreadPoolExecutor(1) as thread:
        reader = thread.submit(late.open, box, Contact)
        assert keys.fetched.wait(10)
        if forgotten_by == "this process":
            late.forget(box.subject, "retention")
        else:
            vault.forget(box.subject, "retention")
            clock.seconds += NOTICE_SECONDS + 0.1
            late.prepare([])
        keys.go_on.set()
        assert reader.result() == XIAOMING  # it had asked before

    assert late.open(box, Contact) is None


def test_a_stored_key_that_was_altered_is_told_as_damaged(vault, open_vault, superuser):
    box = vault.seal(a_person(vault), XIAOMING)
    superuser.execute("update vault.subject set wrapped_key = set_byte(wrapped_key, 5, get_byte(wrapped_key, 5) # 1)")

    with pytest.raises(StoredKeyDamaged):
        open_vault().open(box, Contact)


def test_a_damaged_key_keeps_nobody_elses_from_being_prepared(vault, open_vault, superuser, unreachable_keys):
    damaged, whole = (vault.seal(a_person(vault, number), XIAOMING) for number in (1, 2))
    superuser.execute("update vault.subject set wrapped_key = '\\x00' where id = %s", (damaged.subject,))
    other = open_vault()

    other.prepare([damaged.subject, whole.subject])

    with pytest.raises(StoredKeyDamaged):
        other.open(damaged, Contact)
    unreachable_keys()
    assert other.open(whole, Contact) == XIAOMING
