"""What stands on a queue and is no event of ours is told and passed by; an event that it stood in for is in the log."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from shared.read_models.feed import Feed

NO_EVENTS = [b"", b"hello", b'{"specversion":"1.0"}', b'{"id":"\xff"}']


@pytest.fixture
def feed(ledger, queue):
    feed = Feed(ledger.log, queue.subscribe)
    feed.next(0, 100, 0)
    yield feed
    feed.close()


@pytest.fixture
def logged():
    with capture_logs() as lines:
        yield lines


def test_a_message_that_is_no_event_is_told_once_and_acknowledged(feed, queue, logged):
    queue.put(NO_EVENTS)
    batch = feed.next(0, 100, 0)
    feed.acknowledge(batch)
    assert len(batch.run.rows) == 0
    assert queue.waiting == []
    assert [(line["event"], line["log_level"]) for line in logged] == [("message_ignored", "error")] * len(NO_EVENTS)


def test_events_among_such_messages_are_taken(ledger, feed, queue, shop):
    placed = shop.placed()
    bodies = ledger.record(placed, shop.added(placed.originator_id))
    queue.put([*NO_EVENTS, bodies[0], *NO_EVENTS, bodies[1]])
    assert len(feed.next(0, 100, 0).run.rows) == 2


def test_an_event_that_arrived_damaged_is_taken_from_the_log(ledger, feed, queue, shop):
    placed = shop.placed()
    bodies = ledger.record(placed, *(shop.added(placed.originator_id) for _ in range(2)))
    queue.put([bodies[0], bodies[1][:-1], bodies[2]])
    assert len(feed.next(0, 100, 0).run.rows) == 3
