"""Trouble is waited out, longer each time; anything else ends the work."""

from __future__ import annotations

import psycopg
import pytest

from shared.transport import BrokerLost
from shared.trouble import persevere


class Patience:
    """A stop signal that notes how long it was waited on, and sets itself after so many rounds."""

    def __init__(self, rounds):
        self._rounds = rounds
        self.waits = []

    def is_set(self):
        self._rounds -= 1
        return self._rounds < 0

    def wait(self, seconds):
        self.waits.append(seconds)


def failing(*faults):
    remaining = list(faults)

    def step():
        if remaining and (fault := remaining.pop(0)):
            raise fault

    return step


def test_pauses_double_until_a_step_succeeds_and_then_begin_small_again():
    stop, begun = Patience(6), []
    away, lost = psycopg.OperationalError(), BrokerLost()
    persevere("orders", stop, failing(away, lost, away, None, lost), lambda: begun.append(1))
    assert stop.waits == [0.1, 0.2, 0.4, 0.1]
    assert len(begun) == 4


def test_a_transaction_that_stood_still_too_long_is_begun_anew():
    stop = Patience(2)
    persevere("orders", stop, failing(psycopg.errors.IdleInTransactionSessionTimeout()), lambda: None)
    assert stop.waits == [0.1]


def test_pauses_have_a_limit():
    stop = Patience(12)
    persevere("orders", stop, failing(*[BrokerLost() for _ in range(12)]), lambda: None)
    assert max(stop.waits) == 10


def test_what_does_not_pass_is_raised():
    with pytest.raises(ZeroDivisionError):
        persevere("orders", Patience(3), failing(ZeroDivisionError()), lambda: None)
