"""A process that is told to end notices, and is its old self afterwards."""

import signal

import pytest

from shared.ending import SIGNALS, Ending


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_tells_the_process_to_end_and_nothing_else(number):
    with Ending() as ending:
        assert not ending.is_told
        signal.raise_signal(number)
        assert ending.is_told


def test_afterwards_signals_do_what_they_did_before():
    before = [signal.getsignal(number) for number in SIGNALS]
    with Ending():
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before
