"""One queue serves all who follow a log in a process: each gets everything, and nobody holds up the others."""

from __future__ import annotations

import threading

import pytest
from structlog.testing import capture_logs

from shared.processes.runner import ProcessRunner
from shared.read_models.feed import Feed, Fork
from shared.read_models.handout import Handout
from shared.read_models.parking import Parking
from shared.read_models.projector import Projector
from shared.transport import BrokerLost, Delivery
from tests.controls.logbook import eventually
from tests.controls.orders import Clerk, Praise, ThankAndRemind

NO_EVENTS = [b"", b"hello", b'{"specversion":"1.0"}', b'{"id":"\xff"}']


class Wire:
    """A queue of the broker in a test's hands: what is not acknowledged comes again after it was closed."""

    def __init__(self):
        self._bodies = []
        self._tag = 0
        self._unacknowledged = []
        self.lost = False

    def put(self, bodies):
        self._bodies += bodies

    def subscribe(self):
        if self.lost:
            raise BrokerLost("the broker is away")
        return self

    def receive(self, limit, timeout):  # noqa: ARG002 - nothing comes by waiting
        if self.lost:
            raise BrokerLost("the broker is away")
        taken, self._bodies = self._bodies[:limit], self._bodies[limit:]
        for body in taken:
            self._tag += 1
            self._unacknowledged.append(Delivery(body, self._tag))
        return self._unacknowledged[len(self._unacknowledged) - len(taken) :]

    def acknowledge(self, up_to):
        self._unacknowledged = [delivery for delivery in self._unacknowledged if delivery.tag > up_to.tag]

    def close(self):
        self._bodies = self.waiting
        self._unacknowledged = []

    @property
    def waiting(self):
        return [*(delivery.body for delivery in self._unacknowledged), *self._bodies]


@pytest.fixture
def wire():
    return Wire()


@pytest.fixture
def handout(ledger, wire):
    handout = Handout("orders.project", ledger.log, wire.subscribe)
    handout.step(0)
    yield handout
    handout.close()


@pytest.fixture
def feed(ledger, handout):
    feed = Feed(ledger.log, handout.share)
    feed.next(0, 100, 0)
    yield feed
    feed.close()


@pytest.fixture
def several(shop):
    def make(number):
        placed = shop.placed()
        return [placed, *(shop.added(placed.originator_id) for _ in range(number - 1))]

    return make


def test_each_follower_gets_every_event_decoded_once_and_nobody_is_waited_for(ledger, wire, handout, several):
    one, other, sleeping = handout.share(), handout.share(), handout.share()
    wire.put(ledger.record(*several(3)))
    assert handout.step(0) == 3
    received, again = one.receive(10, 0), other.receive(10, 0)
    assert [event.position for event in received] == [1, 2, 3]
    assert all(event is same for event, same in zip(received, again, strict=True))
    assert wire.waiting == []
    assert len(sleeping.receive(2, 0)) == 2
    assert len(sleeping.receive(2, 0)) == 1


def test_a_follower_that_waits_is_woken_by_what_comes(ledger, wire, handout, several):
    share, got = handout.share(), []
    waiting = threading.Thread(target=lambda: got.append(share.receive(10, 60)))
    waiting.start()
    wire.put(ledger.record(*several(1)))
    handout.step(0)
    waiting.join()
    assert [len(events) for events in got] == [1]


def test_a_follower_that_is_too_slow_reads_the_log_and_keeps_nothing_else(ledger, wire, handout, feed, several):
    quick, asleep = handout.share(), handout.share()
    wire.put(ledger.record(*several(1200)))
    taken = 0
    while wire.waiting:
        handout.step(0)
        taken += len(quick.receive(1000, 0))
    assert taken == 1200
    assert (asleep.receive(1000, 0), asleep.receive(1000, 0)) == (None, [])
    after = 0
    while run := feed.next(after, 500, 0).rows:
        after += len(run)
    assert after == 1200


def test_what_another_process_was_told_is_found_in_the_log(ledger, handout, feed, several):
    ledger.record(*several(3))
    assert len(feed.next(0, 100, 0).rows) == 0
    handout.step(0)
    assert len(feed.next(0, 100, 0).rows) == 3


def test_a_handout_that_hears_nothing_has_nobody_look_twice(ledger, handout, several):
    share = handout.share()
    ledger.record(*several(3))
    handout.step(0)
    assert share.receive(10, 0) is None
    handout.step(0)
    assert share.receive(10, 0) == []


def test_without_a_broker_followers_go_on_with_the_log_and_then_lose_nothing(ledger, wire, handout, feed, several):
    first, second = several(2), several(2)
    wire.lost = True
    with pytest.raises(BrokerLost):
        handout.step(0)
    handout.close()
    bodies = ledger.record(*first)
    with pytest.raises(BrokerLost):
        handout.step(0)
    assert len(feed.next(0, 100, 0).rows) == 2

    wire.lost = False
    wire.put(bodies + ledger.record(*second))
    handout.step(0)
    assert len(feed.next(2, 100, 0).rows) == 2


def test_a_broker_that_is_away_is_told_and_waited_for(ledger, wire, several):
    told, stop = [], threading.Event()
    handout = Handout("orders.project", ledger.log, wire.subscribe, tell=told.append)
    wire.lost = True
    feed = Feed(ledger.log, handout.share)
    feed.next(0, 100, 0)
    working = threading.Thread(target=handout.run, args=(stop,))
    working.start()
    eventually(lambda: told)
    wire.put(ledger.record(*several(2)))
    wire.lost = False
    eventually(lambda: wire.waiting == [])
    stop.set()
    working.join()
    assert isinstance(told[0], BrokerLost)
    assert len(feed.next(0, 100, 0).rows) == 2


def test_what_was_handed_on_and_not_acknowledged_has_no_second_effect(ledger, wire, handout, feed, several):
    bodies = ledger.record(*several(2))
    for _ in range(2):
        wire.put(bodies)
        handout.step(0)
    assert len(feed.next(0, 100, 0).rows) == 2
    assert len(feed.next(2, 100, 0).rows) == 0


def test_a_share_that_was_closed_is_handed_nothing_more(ledger, wire, handout, several):
    share = handout.share()
    share.close()
    wire.put(ledger.record(*several(2)))
    handout.step(0)
    assert share.receive(10, 0) == []


def test_messages_that_are_no_events_are_told_once_and_taken_off(wire, handout):
    one, other = handout.share(), handout.share()
    wire.put(NO_EVENTS)
    with capture_logs() as lines:
        handout.step(0)
    assert [one.receive(10, 0), other.receive(10, 0)] == [[], []]
    assert wire.waiting == []
    assert [(line["event"], line["log_level"]) for line in lines] == [("message_ignored", "error")] * len(NO_EVENTS)


def test_events_among_such_messages_are_taken(ledger, wire, handout, feed, several):
    bodies = ledger.record(*several(2))
    wire.put([*NO_EVENTS, bodies[0], *NO_EVENTS, bodies[1]])
    handout.step(0)
    assert len(feed.next(0, 100, 0).rows) == 2


def test_an_event_that_arrived_damaged_is_taken_from_the_log(ledger, wire, handout, feed, several):
    bodies = ledger.record(*several(3))
    wire.put([bodies[0], bodies[1][:-1], bodies[2]])
    handout.step(0)
    assert len(feed.next(0, 100, 0).rows) == 3


def test_nothing_is_handed_on_that_the_log_does_not_hold(ledger, wire, handout, several):
    share = handout.share()
    bodies = ledger.record(*several(2))
    ledger.query("delete from event returning 1")
    ledger.query("delete from page returning 1")
    wire.put(bodies)
    with pytest.raises(Fork):
        handout.step(0)
    assert share.receive(10, 0) == []
    assert wire.waiting == bodies


def test_a_parked_event_of_one_follower_holds_up_no_other(ledger, wire, handout, orders, shop):
    process, clerk = ThankAndRemind(), Clerk()
    followers = [
        Projector(orders, ledger.database, ledger.log, handout.share),
        ProcessRunner(process, ledger.database, ledger.log, handout.share, clerk.handle),
    ]
    for follower in followers:
        follower.step(0)
    placed = shop.placed()
    order = placed.originator_id
    wire.put(ledger.record(placed, shop.added(order, number=-1), shop.added(order, number=3)))
    handout.step(0)
    for follower in followers:
        assert follower.step(0) == 3
        follower.close()
    assert [event.model for event in Parking(ledger.database).list()] == ["orders", "orders"]
    assert list(clerk.done.values()) == [Praise(order, 2)]
