"""Callers that come while one question is under way share the next; a fault reaches whom it concerns, and no others."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.together import Together

PATIENCE = 10


def wait_for(condition) -> None:
    """Return when `condition()` holds; fails after some seconds."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until
        threading.Event().wait(0.001)


class Gate:
    """Answers keys in capitals, once it is open, or with the fault of that turn."""

    def __init__(self, **faults):
        self.asked = []
        self.faults = faults
        self.open = threading.Event()

    def fetch(self, keys):
        self.asked.append(sorted(keys))
        turn = len(self.asked)
        assert self.open.wait(PATIENCE)
        if fault := self.faults.get(f"turn_{turn}"):
            raise fault
        return {key: key.upper() for key in keys if key != "nobody"}


@pytest.fixture
def pool():
    with ThreadPoolExecutor(10) as pool:
        yield pool


def ask_behind_the_first(gate, pool, first, *others):
    """Ask for all; the others come while it is asked for the first. Then let them have their answers."""
    together = Together(gate.fetch)
    futures = [pool.submit(together.find, first)]
    wait_for(lambda: gate.asked)
    futures += [pool.submit(together.find, other) for other in others]
    wait_for(lambda: together._next.keys == set(others))
    gate.open.set()
    return futures


def test_those_who_come_while_it_is_asked_share_the_next_question_and_each_has_its_own_answer(pool):
    gate = Gate()
    futures = ask_behind_the_first(gate, pool, "a", "b", "nobody", "c", "a")

    assert [future.result(PATIENCE) for future in futures] == ["A", "B", None, "C", "A"]
    assert gate.asked == [["a"], ["a", "b", "c", "nobody"]]


def test_what_cannot_be_asked_is_raised_to_each_who_shares_the_question_and_asked_once(pool):
    gate = Gate(turn_2=LookupError("silent"))
    futures = ask_behind_the_first(gate, pool, "a", "b", "c", "d")

    raised = [type(future.exception(PATIENCE)) for future in futures]
    assert raised == [type(None), LookupError, LookupError, LookupError]
    assert len(gate.asked) == 2


def test_the_question_of_a_caller_that_is_ended_is_asked_by_the_next_who_waits(pool):
    gate = Gate(turn_2=KeyboardInterrupt())
    futures = ask_behind_the_first(gate, pool, "a", "b", "c")

    first, *shared = [future.exception(PATIENCE) for future in futures]
    assert first is None
    assert sorted(shared, key=repr) == [gate.faults["turn_2"], None]
    assert gate.asked[1:] == [["b", "c"], ["b", "c"]]


def test_whoever_comes_later_is_asked_for_anew():
    gate = Gate()
    gate.open.set()
    together = Together(gate.fetch)

    assert [together.find("a"), together.find("a")] == ["A", "A"]
    assert gate.asked == [["a"], ["a"]]
