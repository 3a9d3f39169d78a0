"""What an append may name, and what it claims for itself."""

from __future__ import annotations

from uuid import uuid4

import pytest

from shared.store.append import Answer, Append, EventRow, Reservation


def event(originator_id, version):
    return EventRow(originator_id, version, "parcels.ParcelPosted.v1", b"{}", b"")


def test_an_append_claims_its_aggregates_its_reservations_and_its_answer():
    first, second = uuid4(), uuid4()
    append = Append(
        [event(first, 1), event(first, 2), event(second, 1)],
        reserve=[Reservation("shelf", "1", first)],
        release=[Reservation("shelf", "2", second)],
        answer=Answer("key", b"", b""),
    )

    assert append.claims() == {first, second, ("shelf", "1"), ("shelf", "2"), "key"}


def test_an_append_of_nothing_is_refused():
    with pytest.raises(ValueError, match="events or an answer"):
        Append([], reserve=[Reservation("shelf", "1", uuid4())])


def test_a_version_is_appended_once():
    parcel = uuid4()
    with pytest.raises(ValueError, match="once"):
        Append([event(parcel, 1), event(parcel, 1)])


def test_a_reservation_may_be_released_and_made_by_the_same_append():
    shelf = Reservation("shelf", "1", uuid4())

    assert Append([event(uuid4(), 1)], reserve=[shelf], release=[shelf]).release == [shelf]
