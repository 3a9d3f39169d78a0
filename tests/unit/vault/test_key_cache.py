"""The cache of unwrapped keys: bounded, last used kept longest, safe between threads."""

import sys
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from shared.sealing import SubjectId
from shared.vault.boxes import PersonKey
from shared.vault.key_cache import KeyCache


def person(number):
    return SubjectId(UUID(int=number))


def key_of(subject):
    return PersonKey(subject, b"k" * 32)


def add(cache, *numbers):
    cache.add({person(number): key_of(person(number)) for number in numbers})


def test_a_full_cache_lets_the_person_go_who_was_not_met_for_longest():
    cache = KeyCache(2)
    add(cache, 1, 2)
    assert cache[person(1)] is not None
    add(cache, 3)

    assert len(cache) == 2
    assert cache[person(1)] is not None
    with pytest.raises(KeyError):
        cache[person(2)]


def test_a_person_read_anew_from_an_event_is_found():
    cache = KeyCache(1)
    add(cache, 7)

    assert cache[SubjectId(UUID(str(person(7))))] is not None


def test_that_someone_was_forgotten_is_remembered():
    cache = KeyCache(1)
    cache.add({person(1): None})

    assert cache[person(1)] is None


def test_a_batch_larger_than_the_cache_stays_whole_until_the_next_one():
    cache = KeyCache(2)
    cache.make_room(4)
    add(cache, 1, 2, 3, 4)
    assert cache.missing([person(number) for number in (1, 2, 3, 4)]) == []

    cache.make_room(1)
    add(cache, 5)

    assert len(cache) == 2


def test_the_people_of_a_batch_who_were_here_already_outlast_the_others():
    cache = KeyCache(3)
    add(cache, 1, 2, 3)

    assert cache.missing([person(1), person(4), person(5)]) == [person(4), person(5)]
    add(cache, 4, 5)

    assert cache.missing([person(1), person(4), person(5)]) == []
    assert cache.missing([person(2), person(3)]) == [person(2), person(3)]


def test_threads_that_push_each_other_out_only_ever_miss():
    cache = KeyCache(10)

    def look_up(start):
        found = 0
        for step in range(20_000):
            subject = person((start + step) % 50)
            try:
                assert cache[subject] is not None
                found += 1
            except KeyError:
                cache.add({subject: key_of(subject)})
        return found

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(look_up, range(4))) > 0
    assert len(cache) <= 10


def test_threads_that_let_a_large_batch_go_at_once_do_not_stumble():
    cache = KeyCache(1)
    batch = {person(number): key_of(person(number)) for number in range(1_000)}

    def come_and_go(_):
        for _ in range(100):
            cache.make_room(len(batch))
            cache.add(batch)
            cache.make_room(1)
            cache.add({person(0): key_of(person(0))})

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(come_and_go, range(4)))
    finally:
        sys.setswitchinterval(interval)
    assert len(cache) <= len(batch)
