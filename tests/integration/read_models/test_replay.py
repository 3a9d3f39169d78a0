"""Replays lie beside the live rows, are as of a position, and tell of every difference which event caused it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest

from shared.read_models.projector import Projector
from shared.read_models.rebuild import rebuild
from shared.read_models.replay import folding
from shared.read_models.replay.causes import Telling, caused
from shared.read_models.replay.differences import Change, Differences, Kind
from shared.read_models.replay.folding import OwnCode, hidden_columns
from shared.read_models.replay.replaying import (
    frozen,
    live_rows,
    reading,
    replay,
    replay_beside_live,
    replayed_rows,
)
from shared.read_models.replay.scratch import NoSuchReplay, Origin, Scratch
from shared.read_models.replay.tables import NotComparable
from tests.controls.orders import Orders, Sales

FIRST, SECOND, THIRD = (uuid4() for _ in range(3))
TABLES = [("migration",), ("proposal",), ("replay",)]
"""What the scratch schema holds beside replays."""


class Bench:
    """Makes replays of a shop's orders and compares them."""

    def __init__(self, ledger, model):
        self.ledger = ledger
        self.scratch = Scratch(ledger.database)
        self.folder = OwnCode(model, ledger.log, frozenset())
        self.origin = Origin("orders", ledger.log.incarnation())

    def replay(self, until, folder=None):
        return replay(self.scratch, folder or self.folder, self.origin, until)

    def query(self, statement, parameters=()):
        with self.scratch.database.connect() as connection:
            return connection.execute(statement, parameters).fetchall()

    def rows(self, made, columns="id, items"):
        return self.ledger.query(f"select {columns} from orders_replay.{made.table} order by 1")

    def beside_live(self):
        with replay_beside_live(self.ledger.database, self.scratch, self.folder, self.origin) as beside:
            live = live_rows(self.ledger.database, self.folder.definition)
            return beside.replay, Differences.between(
                beside.connection, live, replayed_rows(self.scratch, beside.replay)
            )

    def between(self, one, other):
        with reading(self.ledger.database) as connection, frozen(connection):
            return Differences.between(connection, *(replayed_rows(self.scratch, made) for made in (one, other)))

    def causes(self, differences, before, after, other=None):
        tellings = Telling(self.folder, before), Telling(other or self.folder, after)
        return {row.difference.key[0]: row.position for row in caused(differences, *tellings)}


@pytest.fixture
def bench(ledger, orders):
    return Bench(ledger, orders)


@pytest.fixture
def three_orders(ledger, shop, orders):
    ledger.record(shop.placed(FIRST), shop.placed(SECOND), shop.added(FIRST), shop.added(SECOND, number=2))
    rebuild(orders, ledger.database, ledger.log)


def all_tables(ledger):
    """Everything in the live schema, row by row, with where each row lies."""
    names = ledger.query("select relname from pg_class where relkind = 'r' and relnamespace = 'orders'::regnamespace")
    return {name: ledger.query(f"select ctid, t.* from orders.{name} t order by 1") for (name,) in names}


@pytest.mark.usefixtures("three_orders")
def test_a_replay_shows_the_rows_as_of_a_position_and_leaves_every_live_table_as_it_is(ledger, bench):
    before = all_tables(ledger)
    assert bench.rows(bench.replay(2)) == sorted([(FIRST, 0), (SECOND, 0)])
    assert bench.rows(bench.replay(3)) == sorted([(FIRST, 1), (SECOND, 0)])
    assert all_tables(ledger) == before


@pytest.mark.usefixtures("three_orders")
def test_whoever_fills_a_replay_may_not_even_read_a_live_table(bench):
    with bench.scratch.database.connect() as connection:
        for statement in ("select from orders.orders", "delete from orders.orders", "drop table orders.orders"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


@pytest.mark.usefixtures("three_orders")
def test_whoever_compares_can_change_nothing(ledger):
    with reading(ledger.database) as connection, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute("delete from orders.orders")


@pytest.mark.usefixtures("three_orders")
def test_replays_are_listed_until_they_are_dropped(ledger, bench):
    early, late = bench.replay(2), bench.replay(4)
    assert [(one.model, one.position) for one in bench.scratch.list()] == [("orders", 2), ("orders", 4)]
    bench.scratch.drop(early)
    assert bench.scratch.list() == [late]
    with pytest.raises(NoSuchReplay):
        bench.scratch.find(early.number)
    assert ledger.query("select to_regclass(%s)", (f"orders_replay.{early.table}",)) == [(None,)]


@pytest.mark.usefixtures("three_orders")
def test_old_replays_are_dropped_by_the_next_and_younger_ones_are_not(bench):
    old, young = bench.replay(2), bench.replay(3)
    for made, days in ((old, 8), (young, 6)):
        bench.query(
            "update replay set made_at = now() - %s where number = %s returning 1",
            (timedelta(days=days), made.number),
        )
    newest = bench.replay(4)
    assert [one.number for one in bench.scratch.list()] == [young.number, newest.number]


@pytest.mark.usefixtures("three_orders")
def test_an_interrupted_replay_leaves_nothing(ledger, bench):
    def stumble(stage, *_):
        if stage == "indexing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replay(bench.scratch, bench.folder, bench.origin, 4, stumble)
    assert ledger.query("select count(*) from orders_replay.replay") == [(0,)]
    assert sorted(ledger.query("select tablename::text from pg_tables where schemaname = 'orders_replay'")) == TABLES


@pytest.mark.usefixtures("three_orders")
def test_what_a_killed_replay_left_is_swept_away_and_one_under_way_is_not(ledger, bench):
    with bench.scratch.new(bench.folder.definition, bench.origin) as (connection, under_way):
        connection.execute(f"create table {under_way.table} (id int)")
        bench.query(
            "insert into replay (model, log, incarnation, archive, code, fingerprint, hidden, position,"
            " parked) select 'orders', log, incarnation, '', '', '', '{}', 0, 0 from replay returning 1"
        )
        bench.scratch.sweep()
        assert ledger.query("select number from orders_replay.replay") == [(under_way.number,)]
        assert connection.execute(f"select count(*) from {under_way.table}").fetchone() == (0,)


@pytest.fixture
def fill_the_disk(database_dsn):
    """Lets the server write no temporary file, and keep little in memory."""

    def fill():
        for limit in ("work_mem = '64kB'", "temp_file_limit = 0"):
            superuser.execute(f"alter database {superuser.info.dbname} set {limit}")

    with psycopg.connect(database_dsn, autocommit=True) as superuser:
        yield fill
        superuser.execute(f"alter database {superuser.info.dbname} reset all")


def test_a_full_disk_leaves_the_live_rows_whole_and_no_replay(ledger, bench, shop, orders, fill_the_disk):
    ledger.record(*(shop.placed() for _ in range(600)))
    rebuild(orders, ledger.database, ledger.log)
    before = all_tables(ledger)
    fill_the_disk()
    with pytest.raises(psycopg.errors.ConfigurationLimitExceeded):
        bench.beside_live()
    assert all_tables(ledger) == before
    assert bench.scratch.list() == []


@pytest.mark.usefixtures("three_orders")
def test_equal_rows_are_counted_and_differ_in_nothing(bench):
    made, found = bench.beside_live()
    with found:
        assert found.all_equal
        assert found.counts == (2, 0, 0, 0, {})
        assert list(found) == []
    assert made.position == 4


@pytest.mark.usefixtures("three_orders")
def test_a_row_that_somebody_changed_names_its_columns_and_the_last_event_that_touched_it(ledger, bench):
    ledger.query("update orders set items = 9, shipped_on = '2026-01-01' where id = %s returning 1", (FIRST,))
    ledger.query("delete from orders where id = %s returning 1", (SECOND,))
    _, found = bench.beside_live()
    with found:
        rows = {row.key: row for row in found}
        assert rows[(FIRST,)].changes == (
            Change("items", is_hidden=False, before="9", after="1"),
            Change("shipped_on", is_hidden=False, before="2026-01-01", after=None),
        )
        assert rows[(SECOND,)].kind is Kind.ADDED
        assert (found.counts.changed, found.counts.added) == (1, 1)
        assert found.counts.columns == {"items": 1, "shipped_on": 1}
        assert bench.causes(found, 4, 4) == {FIRST: 3, SECOND: 4}


@pytest.mark.usefixtures("three_orders")
def test_a_row_that_no_event_made_has_no_cause(ledger, bench):
    ledger.query("update orders set id = %s where id = %s returning 1", (THIRD, FIRST))
    _, found = bench.beside_live()
    with found:
        assert {row.key[0]: row.kind for row in found} == {THIRD: Kind.REMOVED, FIRST: Kind.ADDED}
        assert bench.causes(found, 4, 4) == {THIRD: None, FIRST: 3}


@pytest.mark.usefixtures("three_orders")
def test_two_positions_differ_by_the_first_event_between_them_that_changed_the_row(ledger, bench, shop):
    ledger.record(shop.painted(), shop.added(FIRST), shop.added(FIRST), shop.cancelled(SECOND))
    early, late = bench.replay(4), bench.replay(8)
    with bench.between(early, late) as found:
        assert {row.key[0]: row.kind for row in found} == {FIRST: Kind.CHANGED, SECOND: Kind.REMOVED}
        assert bench.causes(found, 4, 8) == {FIRST: 6, SECOND: 8}
    with bench.between(late, early) as found:
        assert bench.causes(found, 8, 4) == {FIRST: 6, SECOND: 8}


class DearOrders(Orders):
    """Counts every item twice from the second line on."""

    version = 2

    def evolve(self, key, row, event):
        evolved = super().evolve(key, row, event)
        if row is not None and evolved is not None and len(evolved.lines) > 1:
            return type(evolved)(
                **{name: getattr(evolved, name) for name in evolved.__struct_fields__ if name != "items"}, items=99
            )
        return evolved


@pytest.mark.usefixtures("three_orders")
def test_two_definitions_differ_by_the_first_event_that_they_fold_to_different_rows(ledger, bench, shop, door):
    ledger.record(shop.added(FIRST), shop.shipped(FIRST))
    dear = OwnCode(DearOrders(door), ledger.log, frozenset())
    plain, other = bench.replay(6), bench.replay(6, dear)
    with bench.between(plain, other) as found:
        assert [(row.key, [change.column for change in row.changes]) for row in found] == [((FIRST,), ["items"])]
        assert bench.causes(found, 6, 6, dear) == {FIRST: 5}


def test_causes_are_found_in_as_many_passes_as_memory_asks_for(ledger, bench, shop, orders, monkeypatch):
    monkeypatch.setattr("shared.read_models.replay.causes._AT_A_TIME", 2)
    placed = [shop.placed() for _ in range(5)]
    ledger.record(*placed)
    rebuild(orders, ledger.database, ledger.log)
    ledger.query("update orders set items = 9 returning 1")
    _, found = bench.beside_live()
    with found:
        assert bench.causes(found, 5, 5) == {event.originator_id: place for place, event in enumerate(placed, 1)}


def test_nothing_about_people_is_shown(ledger, bench, shop, orders):
    ledger.record(shop.placed(FIRST, name="王小明"))
    rebuild(orders, ledger.database, ledger.log)
    ledger.query("update orders set called = '李大華', name = '{}' returning 1")
    assert hidden_columns(orders) == ("called", "name")
    _, found = bench.beside_live()
    with found:
        [row] = found
        assert row.changes == (Change("name", True, None, None), Change("called", True, None, None))


def test_a_forgotten_person_is_the_cause_of_an_emptied_row(ledger, bench, shop, door):
    placed = shop.placed(FIRST)
    ledger.record(placed, shop.added(FIRST))
    early = bench.replay(2)
    door.forgotten.add(placed.customer)
    ledger.record(shop.added(FIRST), shop.forgot(placed.customer))
    before = bench.replay(3)
    door.forgotten.clear()
    again = bench.replay(3)
    with bench.between(again, bench.replay(4)) as found:
        [row] = found
        assert [change.column for change in row.changes] == ["called"]
        assert bench.causes(found, 3, 4) == {FIRST: 4}
    assert early.position < before.position


def test_the_digest_of_differences_changes_with_them_and_with_nothing_else(ledger, bench, shop, orders):
    ledger.record(shop.placed(FIRST), shop.placed(SECOND))
    rebuild(orders, ledger.database, ledger.log)
    digests = []
    for items in (7, 7, 8):
        ledger.query("update orders set items = %s where id = %s returning 1", (items, FIRST))
        _, found = bench.beside_live()
        with found:
            digests.append(found.digest)
    assert digests[0] == digests[1] != digests[2]


def test_rows_with_other_keys_cannot_be_compared(ledger, bench, shop):
    ledger.record(shop.placed(FIRST), shop.added(FIRST))
    sales = OwnCode(Sales(), ledger.log, frozenset())
    with pytest.raises(NotComparable, match="id"):
        bench.between(bench.replay(2), bench.replay(2, sales))


def test_a_column_that_only_one_side_has_is_told_and_they_are_not_equal(ledger, bench, shop):
    ledger.record(shop.placed(FIRST))
    one, other = bench.replay(1), bench.replay(1)
    with bench.scratch.database.connect() as connection:
        connection.execute(f"alter table {other.table} add colour text, drop items")
    with bench.between(one, other) as found:
        assert (found.shape.only_before, found.shape.only_after) == (("items",), ("colour",))
        assert found.counts.all_equal
        assert not found.all_equal


def test_a_poison_event_is_left_out_as_a_rebuild_parks_it(ledger, queue, bench, shop, orders):
    ledger.record(shop.placed(FIRST), shop.added(FIRST, number=-1), shop.added(FIRST))
    projector = Projector(orders, ledger.database, ledger.log, queue.subscribe)
    projector.step(0)
    projector.close()
    made, found = bench.beside_live()
    with found:
        assert found.all_equal
    assert made.parked == 2


def test_a_large_log_is_folded_in_parts_within_the_memory_given(ledger, shop, orders):
    ledger.record(*(shop.placed() for _ in range(200)))
    stages = []
    bench = Bench(ledger, orders)
    small = OwnCode(orders, ledger.log, frozenset(), memory=20_000)
    made = replay(bench.scratch, small, bench.origin, 200, lambda *stage: stages.append(stage))
    assert max(total for stage, _, total in stages if stage == "folding") > 200
    assert len(bench.rows(made)) == 200
    assert folding.MEMORY < 1 << 30
