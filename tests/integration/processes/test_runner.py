"""A process reacts to every event once, at the state that the event leaves."""

from __future__ import annotations

import threading
from uuid import uuid4

import psycopg
import pytest

from shared.processes.runner import ProcessRunner
from shared.read_models.compare import compare
from shared.read_models.parking import Parking, Retried
from shared.refusals import Refusal
from shared.store.errors import VersionConflict
from shared.trouble import TryAgain
from tests.controls.orders import Clerk, ItemAdded, Orders, Praise, Queue, ThankAndRemind

ORDER, OTHER = uuid4(), uuid4()


class NotInTheMood(Refusal):
    """Not today."""


class Crash(BaseException):
    """The process ends here."""


@pytest.fixture
def runner(ledger, queue, clerk):
    runner = ProcessRunner(ThankAndRemind(), ledger.database, ledger.log, queue.subscribe, clerk.handle)
    yield runner
    runner.close()


def praised(clerk):
    return [(command.order, command.items) for command in clerk.done.values()]


def basket(ledger, order=ORDER):
    return ledger.query("select items from thank_and_remind where id = %s", (order,))


def test_commands_carry_the_state_as_of_their_own_event(ledger, queue, runner, clerk, shop):
    runner.step(0)
    queue.put(ledger.record(shop.placed(ORDER), *(shop.added(ORDER) for _ in range(5))))
    assert runner.step(0) == 6
    assert clerk.done == {
        "process/thank_and_remind/3/1": Praise(ORDER, 2),
        "process/thank_and_remind/5/1": Praise(ORDER, 4),
    }
    assert basket(ledger) == [(5,)]
    assert queue.waiting == []


def test_a_new_process_begins_at_the_beginning_of_the_log(ledger, runner, clerk, shop):
    ledger.record(shop.placed(ORDER), shop.added(ORDER, number=2))
    runner.step(0)
    assert praised(clerk) == [(ORDER, 2)]


def test_what_is_delivered_again_has_no_second_effect(ledger, queue, runner, clerk, shop):
    runner.step(0)
    bodies = ledger.record(shop.placed(ORDER), shop.added(ORDER, number=2))
    for _ in range(2):
        queue.put(bodies)
        runner.step(0)
    assert clerk.asked == ["process/thank_and_remind/2/1"]
    assert basket(ledger) == [(2,)]


@pytest.mark.parametrize("point", ["mid-fold", "after-fold"])
def test_a_crash_repeats_commands_under_the_same_keys_and_at_the_same_states(ledger, queue, clerk, shop, point):
    def crash(name):
        if name == point:
            raise Crash

    def runner(milestone):
        return ProcessRunner(
            ThankAndRemind(), ledger.database, ledger.log, queue.subscribe, clerk.handle, milestone=milestone
        )

    queue.put(ledger.record(shop.placed(ORDER), *(shop.added(ORDER) for _ in range(4))))
    crashing = runner(crash)
    with pytest.raises(Crash):
        crashing.step(0)
    crashing.close()
    recovered = runner(lambda _: None)
    recovered.step(0)
    assert praised(clerk) == [(ORDER, 2), (ORDER, 4)]
    assert set(clerk.asked) == clerk.done.keys()
    assert basket(ledger) == [(4,)]
    recovered.close()


def test_a_refused_command_is_an_outcome(ledger, queue, runner, clerk, shop):
    clerk.troubles = [NotInTheMood()]
    queue.put(ledger.record(shop.placed(ORDER), *(shop.added(ORDER) for _ in range(4))))
    runner.step(0)
    assert praised(clerk) == [(ORDER, 4)]
    assert basket(ledger) == [(4,)]
    assert Parking(ledger.database).list() == []


def test_a_reaction_that_fails_is_parked_with_its_aggregate_and_the_rest_goes_on(ledger, queue, runner, clerk, shop):
    clerk.troubles = [ZeroDivisionError("A123456789")]
    queue.put(
        ledger.record(
            shop.placed(ORDER),
            shop.placed(OTHER),
            shop.added(ORDER, number=2),
            shop.added(OTHER, number=2),
            shop.added(ORDER, number=2),
        )
    )
    runner.step(0)
    assert praised(clerk) == [(OTHER, 2)]
    assert basket(ledger) == [(0,)]
    parked = Parking(ledger.database).list("thank_and_remind")
    assert [event.position for event in parked] == [3, 5]
    assert "A123456789" not in parked[0].error
    assert parked[0].error.startswith("ZeroDivisionError in handle")


def test_retrying_reacts_in_order_at_the_state_that_was_kept(ledger, queue, runner, clerk, shop):
    clerk.troubles = [ZeroDivisionError()]
    queue.put(ledger.record(shop.placed(ORDER), shop.added(ORDER, number=2), shop.added(ORDER, number=2)))
    runner.step(0)
    clerk.troubles = [ZeroDivisionError()]
    assert runner.retry(ORDER) == Retried(taken=0, waiting=2)
    assert [event.attempts for event in Parking(ledger.database).list()] == [2, 1]
    assert runner.retry(ORDER) == Retried(taken=2, waiting=0)
    assert clerk.done == {
        "process/thank_and_remind/2/1": Praise(ORDER, 2),
        "process/thank_and_remind/3/1": Praise(ORDER, 4),
    }
    assert basket(ledger) == [(4,)]
    assert Parking(ledger.database).list() == []


@pytest.mark.parametrize(
    "trouble",
    [psycopg.OperationalError("away"), TryAgain("busy"), VersionConflict(ORDER, 3)],
    ids=lambda trouble: type(trouble).__name__,
)
def test_trouble_that_passes_is_waited_out_and_parks_nothing(ledger, queue, runner, clerk, shop, trouble):
    clerk.troubles = [None, trouble]
    queue.put(ledger.record(shop.placed(ORDER), *(shop.added(ORDER) for _ in range(4))))
    stop = threading.Event()
    carry_out = clerk.handle

    def stop_at_the_last(command, occasion):
        carry_out(command, occasion)
        if command.items == 4:
            stop.set()

    runner = ProcessRunner(ThankAndRemind(), ledger.database, ledger.log, queue.subscribe, stop_at_the_last)
    runner.run(stop)
    assert praised(clerk) == [(ORDER, 2), (ORDER, 4)]
    assert basket(ledger) == [(4,)]
    assert Parking(ledger.database).list() == []


def test_a_state_that_the_database_refuses_is_found_among_many(ledger, queue, runner, clerk, shop):
    queue.put(
        ledger.record(
            shop.placed(ORDER),
            shop.placed(OTHER),
            shop.added(OTHER, number=2),
            shop.added(ORDER, number=2**63),
            shop.added(OTHER, number=2),
            shop.added(ORDER, number=1),
        )
    )
    runner.step(0)
    assert [event.position for event in Parking(ledger.database).list()] == [4, 6]
    assert (OTHER, 4) in praised(clerk)
    assert basket(ledger, OTHER) == [(4,)]


def test_two_runners_at_once_carry_out_each_command_once_at_its_own_state(ledger, clerk, shop):
    bodies = ledger.record(shop.placed(ORDER), *(shop.added(ORDER) for _ in range(600)))
    queues = (Queue(*bodies), Queue(*bodies))
    runners = [
        ProcessRunner(ThankAndRemind(), ledger.database, ledger.log, queue.subscribe, clerk.handle) for queue in queues
    ]

    def work(runner):
        while ledger.query("select position from read_model") != [(601,)]:
            runner.step(0)
        runner.close()

    threads = [threading.Thread(target=work, args=(runner,)) for runner in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert praised(clerk) == [(ORDER, items) for items in range(2, 601, 2)]
    assert basket(ledger) == [(600,)]


def test_a_changed_definition_folds_the_state_anew_and_repeats_no_reaction(ledger, queue, runner, clerk, shop):
    class Newer(ThankAndRemind):
        version = 2

    queue.put(ledger.record(shop.placed(ORDER), shop.added(ORDER, number=2)))
    runner.step(0)
    ledger.query("update thank_and_remind set items = 77 returning 1")
    queue.put(ledger.record(shop.added(ORDER, number=2)))
    newer = ProcessRunner(Newer(), ledger.database, ledger.log, queue.subscribe, clerk.handle)
    newer.step(0)
    assert clerk.asked == ["process/thank_and_remind/2/1", "process/thank_and_remind/3/1"]
    assert praised(clerk) == [(ORDER, 2), (ORDER, 4)]
    newer.close()


def test_the_state_equals_its_rebuild_even_where_a_reaction_is_parked(ledger, queue, runner, clerk, shop):
    clerk.troubles = [ZeroDivisionError()]
    queue.put(
        ledger.record(shop.placed(ORDER), shop.added(ORDER, number=2), shop.placed(OTHER), shop.added(OTHER, number=2))
    )
    runner.step(0)
    assert compare(ThankAndRemind(), ledger.database, ledger.log).is_none


def test_a_process_without_state_reacts_to_the_event_alone(ledger, queue, shop):
    class Echo(ThankAndRemind):
        """Knows nothing and answers to everything."""

        deadline = None

        def keys(self, _):
            return ()

        def react(self, row, event):
            return [(row, event.originator_id)] if isinstance(event, ItemAdded) else []

    clerk = Clerk()
    echo = ProcessRunner(Echo(), ledger.database, ledger.log, queue.subscribe, clerk.handle)
    queue.put(ledger.record(shop.placed(ORDER), shop.added(ORDER)))
    echo.step(0)
    assert clerk.done == {"process/thank_and_remind/2/1": (None, ORDER)}
    echo.close()


def test_a_process_that_would_keep_opened_personal_data_is_refused(ledger, queue, clerk):
    class Nosy(ThankAndRemind):
        table = Orders.table

    with pytest.raises(TypeError, match="personal"):
        ProcessRunner(Nosy(), ledger.database, ledger.log, queue.subscribe, clerk.handle)


def test_an_event_that_does_not_say_whose_it_is_is_parked_by_its_position(ledger, queue, runner, clerk, shop):
    runner.step(0)
    queue.put(ledger.record(shop.placed(OTHER), shop.placed(ORDER)))
    ledger.write(OTHER, 2, "orders.ItemAdded.v1", b'{"case_no":5}')
    queue.put(ledger.settle() + ledger.record(shop.added(ORDER, number=2)))
    assert runner.step(0) == 4
    assert praised(clerk) == [(ORDER, 2)]
    [parked] = Parking(ledger.database).list("thank_and_remind")
    assert (parked.position, parked.originator_id, parked.originator_version) == (3, OTHER, 2)
    assert runner.retry(OTHER) == Retried(0, 1)
