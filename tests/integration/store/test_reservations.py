"""What may exist once, what a repeated command is answered, and numbers that are never given twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest

from shared.store.append import Answer, Reservation
from shared.store.errors import AlreadyAnswered, ReservationTaken
from tests.controls.parcels import PostOffice, cause, posted

pytestmark = pytest.mark.postgres


def test_a_reservation_is_held_by_who_came_first(office):
    first, second = posted("P1"), posted("P1")
    office.append(first, cause=cause(), reserve=[Reservation("number", "P1", first.id)])

    with pytest.raises(ReservationTaken) as taken:
        office.append(second, cause=cause(), reserve=[Reservation("number", "P1", second.id)])

    assert (taken.value.scope, taken.value.key, taken.value.holder) == ("number", "P1", first.id)
    assert office.holder_of("number", "P1") == first.id


def test_holders_are_found_by_several_keys_of_one_scope_or_by_several_scopes(office):
    first, second = posted("P1"), posted("P2")
    shelf = [Reservation("shelf", "1", first.id), Reservation("shelf", "2", first.id)]
    office.append(first, cause=cause(), reserve=shelf)
    office.append(second, cause=cause(), reserve=[Reservation("number", "1", second.id)])

    assert office.holders("shelf", ["1", "2", "3"]) == {"1": first.id, "2": first.id}
    assert office.holders_in(["shelf"]) == [first.id]
    assert office.holders_in(["shelf", "number", "place"]) == sorted([first.id, second.id])
    assert (office.holders("shelf", []), office.holders_in([])) == ({}, [])


def test_the_refusal_of_a_reservation_does_not_tell_its_key(office):
    first, second = posted("P1"), posted("P2")
    office.append(first, cause=cause(), reserve=[Reservation("person", "A123456789", first.id)])

    with pytest.raises(ReservationTaken) as taken:
        office.append(second, cause=cause(), reserve=[Reservation("person", "A123456789", second.id)])

    assert "A123456789" not in str(taken.value)


def test_the_same_key_in_another_scope_is_free(office):
    parcel = posted("P1")
    office.append(
        parcel, cause=cause(), reserve=[Reservation("number", "P1", parcel.id), Reservation("shelf", "P1", parcel.id)]
    )

    assert office.holder_of("shelf", "P1") == parcel.id
    assert office.holder_of("shelf", "P2") is None


def test_what_was_released_is_free_again(office):
    first, second = posted("P1"), posted("P2")
    shelf = Reservation("shelf", "1", first.id)
    office.append(first, cause=cause(), reserve=[shelf])
    first.pass_on("Taipei")
    office.append(first, cause=cause(), release=[shelf])

    office.append(second, cause=cause(), reserve=[shelf._replace(holder=second.id)])

    assert office.holder_of("shelf", "1") == second.id


def test_one_append_may_hand_a_reservation_over(office):
    first, second = posted("P1"), posted("P2")
    shelf = Reservation("shelf", "1", first.id)
    office.append(first, cause=cause(), reserve=[shelf])

    office.append(second, cause=cause(), release=[shelf], reserve=[shelf._replace(holder=second.id)])

    assert office.holder_of("shelf", "1") == second.id


def test_nobody_releases_what_another_holds(office):
    first, second = posted("P1"), posted("P2")
    shelf = Reservation("shelf", "1", first.id)
    office.append(first, cause=cause(), reserve=[shelf])

    office.append(second, cause=cause(), release=[shelf._replace(holder=second.id)])

    assert office.holder_of("shelf", "1") == first.id


def test_a_repeated_command_hears_the_first_answer_before_any_other_refusal(office):
    first, again = posted("P1"), posted("P1")
    said = Answer("submit/1", b"digest", b'{"id":"1"}')
    office.append(first, cause=cause(), reserve=[Reservation("number", "P1", first.id)], answer=said)

    with pytest.raises(AlreadyAnswered) as answered:
        office.append(
            again,
            cause=cause(),
            reserve=[Reservation("number", "P1", again.id)],
            answer=Answer("submit/1", b"another digest", b"{}"),
        )

    assert answered.value.answer == said
    assert office.answer_to("submit/1") == said
    assert office.answer_to("submit/2") is None


def test_of_one_command_sent_twice_at_once_one_is_carried_out_and_both_hear_its_answer(database):
    start = Barrier(2, timeout=10)

    def submit(office: PostOffice) -> bytes:
        parcel = posted("P1")
        start.wait()
        try:
            office.append(parcel, cause=cause(), answer=Answer("submit/1", b"digest", str(parcel.id).encode()))
        except AlreadyAnswered as answered:
            return answered.answer.body
        return str(parcel.id).encode()

    with PostOffice(database) as one, PostOffice(database) as other, ThreadPoolExecutor(2) as pool:
        answers = set(pool.map(submit, (one, other)))
        stored = one.recorder.connections.fetch("select originator_id from event")

    assert [str(id_).encode() for (id_,) in stored] == list(answers)


def test_nothing_is_reserved_twice_by_one_append(office):
    parcel = posted("P1")

    with pytest.raises(ValueError, match="once"):
        office.append(
            parcel,
            cause=cause(),
            reserve=[Reservation("shelf", "1", parcel.id), Reservation("shelf", "1", uuid4())],
        )


def test_a_number_is_never_given_twice(database):
    with PostOffice(database) as office, ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda _: office.next_number("2025-02-18"), range(100)))
        first_of_another_day = office.next_number("2025-02-19")

    assert sorted(numbers) == list(range(1, 101))
    assert first_of_another_day == 1
