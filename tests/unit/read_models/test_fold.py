"""The fold in memory: order, rejection, forgetting. No database needed."""

from __future__ import annotations

from uuid import uuid4

import msgspec
import psycopg
import pytest

from shared.events import UnknownEventType
from shared.read_models.digest import Digest, Rejected, Run
from shared.read_models.fold import Fold, fold_of
from shared.sealing import SubjectId
from tests.controls.orders import OpenDoor, Orders, Sales, Shop

FIRST, SECOND = uuid4(), uuid4()


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
def door():
    return OpenDoor()


def run(*events, first=1):
    return Run(
        first,
        [(event.TOPIC, msgspec.json.encode(event), event.originator_id, event.originator_version) for event in events],
    )


def folded(model, *events, **options):
    fold = fold_of(model, **options)
    fold.take(Digest(model).ready(run(*events)))
    return fold


def items(fold):
    return {key[0]: row.items for key, row in fold.rows.items() if row is not None}


def test_events_change_the_rows_of_their_keys_in_order(door, shop):
    fold = folded(Orders(door), shop.placed(FIRST), shop.placed(SECOND), shop.added(FIRST), shop.cancelled(SECOND))
    assert items(fold) == {FIRST: 1}
    assert fold.rows[SECOND,] is None


def test_events_that_the_model_does_not_fold_are_not_even_decoded(door):
    assert Digest(Orders(door)).ready(Run(1, [("orders.ShopPainted.v1", b"no json")])) == []


def test_a_type_that_was_never_published_here_is_refused(door):
    with pytest.raises(UnknownEventType):
        Digest(Orders(door)).ready(Run(1, [("orders.Unheard.v1", b"{}")]))


def test_an_event_that_fails_rejects_later_ones_of_its_aggregate_only(door, shop):
    fold = folded(
        Orders(door), shop.placed(FIRST), shop.placed(SECOND), shop.added(FIRST, number=-1), shop.added(SECOND),
        shop.added(FIRST),
    )  # fmt: skip
    assert items(fold) == {FIRST: 0, SECOND: 1}
    assert [(event.position, event.originator_id) for event in fold.rejected] == [(3, FIRST), (5, FIRST)]


def test_events_of_aggregates_that_are_held_wait(door, shop):
    fold = folded(Orders(door), shop.placed(FIRST), shop.placed(SECOND), held={FIRST})
    assert items(fold) == {SECOND: 0}
    assert [event.error for event in fold.rejected] == ["waits for an earlier event of its aggregate"]


def test_an_event_is_folded_into_all_its_rows_or_none(shop):
    class FailsAtTheSecond(Sales):
        def evolve(self, key, row, event):
            if key[0] == "cake":
                raise ValueError
            return super().evolve(key, row, event)

    fold = folded(FailsAtTheSecond(), shop.added(FIRST, "tea"), shop.added(SECOND, "cake"))
    assert {key[0]: row.sold for key, row in fold.rows.items()} == {"any": 1, "tea": 1}


def test_keys_that_fail_reject_their_event(shop):
    class NoKeys(Sales):
        def keys(self, event):
            raise LookupError(event.sku)

    fold = folded(NoKeys(), shop.added(FIRST, "A123456789"))
    [rejected] = fold.rejected
    assert rejected.originator_id == FIRST
    assert rejected.error.startswith("LookupError in keys (test_fold.py:")
    assert "A123456789" not in rejected.error


def test_an_event_whose_people_cannot_be_told_is_rejected_and_not_folded_too(shop):
    class NoPeople(Sales):
        def subjects(self, event):
            raise LookupError(event.sku)

    fold = folded(NoPeople(), shop.added(FIRST, "tea"))
    assert [rejected.position for rejected in fold.rejected] == [1]
    assert fold.rows == {}


def test_a_database_that_is_away_is_no_fault_of_the_event(door, shop):
    def away(*_):
        raise psycopg.OperationalError("the vault does not answer")

    door.open = away
    with pytest.raises(psycopg.OperationalError):
        folded(Orders(door), shop.placed(FIRST))


def test_skipped_positions_are_passed_by_and_hold_nothing_back(door, shop):
    model = Orders(door)
    events = [shop.placed(FIRST), shop.added(FIRST, number=-1), shop.added(FIRST)]
    fold = Fold(model)
    fold.take(Digest(model, skipped=frozenset({2})).ready(run(*events)))
    assert items(fold) == {FIRST: 1}
    assert fold.rejected == []


def test_a_part_of_the_fold_looks_at_its_own_keys_only(shop):
    model = Sales()
    fold = Fold(model)
    fold.take(Digest(model, mine=lambda key: key[0] == "tea").ready(run(shop.added(FIRST, "tea"), shop.added(FIRST))))
    assert {key[0]: row.sold for key, row in fold.rows.items()} == {"tea": 2}


def test_a_forgotten_person_is_emptied_by_whatever_row_and_only_now(door, shop):
    customer, other = SubjectId(uuid4()), SubjectId(uuid4())
    fold = folded(
        Orders(door), shop.placed(FIRST, customer), shop.placed(SECOND, other), shop.added(FIRST),
        shop.forgot(customer), shop.forgot(SubjectId(uuid4())),
    )  # fmt: skip
    assert fold.rows[FIRST,].called is None
    assert fold.rows[FIRST,].items == 1
    assert fold.rows[SECOND,].called == "王小明"


def test_a_model_without_personal_columns_does_not_look_at_forgetting(shop):
    model = Sales()
    assert type(fold_of(model)) is Fold
    assert Digest(model).ready(run(shop.forgot(SubjectId(uuid4())))) == []


def test_an_unreadable_event_is_rejected_by_the_origin_that_its_row_has(door):
    [(position, rejected, keys)] = Digest(Orders(door)).ready(Run(4, [("orders.ItemAdded.v1", b'{"sku":', FIRST, 7)]))
    assert (position, keys) == (4, ())
    assert isinstance(rejected, Rejected)
    assert (rejected.originator_id, rejected.originator_version, rejected.type) == (FIRST, 7, "orders.ItemAdded.v1")
