"""A deadline is fired once, when its time has come; another one for the same row is fired too."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from shared.processes.clock import DeadlineClock
from shared.processes.runner import ProcessRunner
from shared.read_models.model import Table
from shared.read_models.rebuild import rebuild
from shared.refusals import Refusal
from tests.controls.orders import MORNING, Basket, Remind, ThankAndRemind

ORDER = uuid4()
DUE = MORNING + timedelta(days=1)
MINUTE = timedelta(minutes=1)


class NotDueYet(Refusal):
    """It is not so late yet by this clock."""


@pytest.fixture
def runner(ledger, queue, clerk):
    runner = ProcessRunner(ThankAndRemind(), ledger.database, ledger.log, queue.subscribe, clerk.handle)
    runner.step(0)
    yield runner
    runner.close()


@pytest.fixture
def tick(ledger):
    def ticked(runner: ProcessRunner[Basket], now: datetime) -> int:
        with ledger.database.connect() as connection:
            return runner.tick(connection, now)

    return ticked


@pytest.fixture
def one_order(ledger, queue, runner, shop):
    queue.put(ledger.record(shop.placed(ORDER), shop.added(ORDER)))
    runner.step(0)


def test_a_process_that_has_not_begun_has_no_deadlines(ledger, queue, clerk, tick):
    runner = ProcessRunner(ThankAndRemind(), ledger.database, ledger.log, queue.subscribe, clerk.handle)
    assert tick(runner, DUE) == 0


@pytest.mark.usefixtures("one_order")
def test_a_state_of_another_definition_has_no_deadlines_before_it_is_folded_anew(ledger, queue, clerk, tick):
    class Later(Basket, frozen=True):
        remind_again_at: datetime | None = None

    class Newer(ThankAndRemind):
        table = Table("thank_and_remind", Later, key=("id",))
        deadline = "remind_again_at"

    newer = ProcessRunner(Newer(), ledger.database, ledger.log, queue.subscribe, clerk.handle)
    assert tick(newer, DUE) == 0
    assert clerk.asked == []


@pytest.mark.usefixtures("one_order")
def test_nothing_happens_before_its_time(runner, clerk, tick):
    assert tick(runner, DUE - MINUTE) == 0
    assert clerk.done == {}


@pytest.mark.usefixtures("one_order")
def test_a_deadline_is_fired_once_though_no_event_follows(runner, clerk, tick):
    assert tick(runner, DUE) == 1
    assert tick(runner, DUE) == 0
    assert tick(runner, DUE + timedelta(days=9)) == 0
    assert clerk.done == {f"process/thank_and_remind/{ORDER}/2026-03-03T01:30:00+00:00/1": Remind(ORDER, DUE)}
    assert len(clerk.asked) == 1


@pytest.mark.usefixtures("one_order")
def test_a_deadline_that_was_refused_still_stands_and_is_fired_again_after_longer_and_longer_pauses(
    runner, clerk, tick
):
    clerk.troubles = [NotDueYet(), NotDueYet()]
    assert tick(runner, DUE) == 1
    assert tick(runner, DUE) == 0
    assert tick(runner, DUE + MINUTE) == 1
    assert tick(runner, DUE + 2 * MINUTE) == 0
    assert clerk.done == {}
    assert tick(runner, DUE + 3 * MINUTE) == 1
    assert list(clerk.done.values()) == [Remind(ORDER, DUE)]
    assert tick(runner, DUE + timedelta(days=9)) == 0


@pytest.mark.usefixtures("one_order")
def test_a_refused_deadline_is_over_when_an_event_clears_it(ledger, queue, runner, clerk, shop, tick):
    clerk.troubles = [NotDueYet()]
    tick(runner, DUE)
    queue.put(ledger.record(shop.shipped(ORDER)))
    runner.step(0)
    assert tick(runner, DUE + timedelta(days=9)) == 0
    assert clerk.done == {}


@pytest.mark.usefixtures("one_order")
def test_a_clock_that_went_ahead_and_was_set_back_puts_no_deadline_off_until_then(runner, clerk, tick):
    clerk.troubles = [NotDueYet()]
    assert tick(runner, DUE + timedelta(days=365)) == 1
    assert tick(runner, DUE) == 1
    assert list(clerk.done.values()) == [Remind(ORDER, DUE)]


@pytest.mark.usefixtures("one_order")
def test_a_crash_after_the_command_repeats_it_under_its_key(ledger, runner, clerk, tick):
    tick(runner, DUE)
    ledger.query("delete from thank_and_remind__fired returning 1")
    assert tick(runner, DUE) == 1
    assert len(clerk.asked) == 2
    assert len(clerk.done) == 1


def test_another_deadline_of_the_same_row_is_fired_too(ledger, queue, runner, clerk, shop, tick):
    queue.put(ledger.record(shop.placed(ORDER), shop.added(ORDER)))
    runner.step(0)
    tick(runner, DUE)
    later = shop.added(ORDER)
    queue.put(ledger.record(type(later)(**{**vars(later), "timestamp": MORNING + timedelta(hours=5)})))
    runner.step(0)
    assert tick(runner, DUE) == 0
    assert tick(runner, DUE + timedelta(hours=5)) == 1
    assert [command.at for command in clerk.done.values() if isinstance(command, Remind)] == [
        DUE,
        DUE + timedelta(hours=5),
    ]


def test_a_deadline_that_an_event_has_cleared_is_not_fired(ledger, queue, runner, clerk, shop, tick):
    queue.put(ledger.record(shop.placed(ORDER), shop.added(ORDER)))
    runner.step(0)
    tick(runner, DUE)
    queue.put(ledger.record(shop.shipped(ORDER)))
    runner.step(0)
    assert tick(runner, DUE) == 0
    assert len(clerk.done) == 1


@pytest.mark.usefixtures("one_order")
def test_what_was_fired_is_forgotten_at_the_next_start_where_its_row_no_longer_has_it(
    ledger, queue, runner, clerk, shop, tick
):
    tick(runner, DUE)
    queue.put(ledger.record(shop.shipped(ORDER)))
    runner.step(0)
    started = ProcessRunner(ThankAndRemind(), ledger.database, ledger.log, queue.subscribe, clerk.handle)
    assert tick(started, DUE) == 0
    assert ledger.query("select count(*) from thank_and_remind__fired") == [(0,)]


def test_a_tick_changes_no_table_but_the_first(runner, database_dsn, tick):
    tick(runner, DUE)
    with psycopg.connect(database_dsn, autocommit=True) as superuser:
        superuser.execute("revoke create on schema orders from caretrail_orders")
    assert tick(runner, DUE) == 0


@pytest.mark.usefixtures("runner")
def test_runners_that_start_at_once_install_what_they_need_once(ledger, queue, clerk, tick):
    runners = [
        ProcessRunner(ThankAndRemind(), ledger.database, ledger.log, queue.subscribe, clerk.handle) for _ in range(8)
    ]
    with ThreadPoolExecutor(len(runners)) as threads:
        assert list(threads.map(lambda one: tick(one, DUE), runners)) == [0] * len(runners)


def test_many_deadlines_are_all_seen_to_the_oldest_first(ledger, queue, runner, clerk, shop, tick):
    events = []
    for minutes in range(250):
        order = uuid4()
        added = [shop.placed(order), shop.added(order)]
        events += added[:1]
        events.append(type(added[1])(**{**vars(added[1]), "timestamp": MORNING - minutes * MINUTE}))
    queue.put(ledger.record(*events))
    while queue.waiting:
        runner.step(0)
    assert tick(runner, DUE) == 250
    times = [command.at for command in clerk.done.values()]
    assert times == sorted(times)


def test_one_that_fails_is_tried_again_after_longer_and_longer_pauses_and_keeps_no_other_waiting(
    ledger, queue, runner, clerk, shop, tick
):
    other = uuid4()
    queue.put(ledger.record(shop.placed(ORDER), shop.added(ORDER), shop.placed(other), shop.added(other)))
    runner.step(0)
    clerk.troubles = [ZeroDivisionError()]
    assert tick(runner, DUE) == 2
    assert len(clerk.done) == 1
    assert tick(runner, DUE) == 0
    clerk.troubles = [ZeroDivisionError()]
    assert tick(runner, DUE + MINUTE) == 1
    assert tick(runner, DUE + 2 * MINUTE) == 0
    assert tick(runner, DUE + 3 * MINUTE) == 1
    assert {command.order for command in clerk.done.values()} == {ORDER, other}
    assert tick(runner, DUE + timedelta(days=9)) == 0


@pytest.mark.usefixtures("one_order")
def test_a_database_that_is_away_leaves_the_deadline_for_the_next_tick(runner, clerk, tick):
    clerk.troubles = [psycopg.OperationalError("away")]
    with pytest.raises(psycopg.OperationalError):
        tick(runner, DUE)
    assert tick(runner, DUE) == 1
    assert len(clerk.done) == 1


@pytest.mark.usefixtures("one_order")
def test_a_rebuild_of_the_state_fires_nothing_again(ledger, runner, clerk, tick):
    tick(runner, DUE)
    rebuild(ThankAndRemind(), ledger.database, ledger.log)
    assert tick(runner, DUE) == 0
    assert len(clerk.asked) == 1


@pytest.mark.usefixtures("one_order")
def test_the_clock_looks_over_one_connection_until_it_is_told_to_let_go(ledger, runner, clerk):
    looking = "select pid from pg_stat_activity where application_name = 'caretrail orders clock'"
    with closing(DeadlineClock("orders", ledger.database, [runner], lambda: DUE)) as clock:
        assert clock.tick() == 1
        [(first,)] = ledger.query(looking)
        assert clock.tick() == 0
        assert ledger.query(looking) == [(first,)]

        clock.close()
        assert clock.tick() == 0
        [(second,)] = ledger.query(looking)
    assert second != first
    assert len(clerk.done) == 1
