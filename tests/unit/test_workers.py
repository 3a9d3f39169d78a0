"""Workers stop together, and what stopped them is told without a value of it."""

from __future__ import annotations

import threading

import pytest
from structlog.testing import capture_logs

from shared.workers import WorkerFailed, Workers


def stumble(_: threading.Event) -> None:
    raise ValueError("A123456789 of 王小明")


def test_a_worker_that_fails_stops_the_others_and_is_told_by_kind_and_place_without_a_value():
    ended = threading.Event()
    workers = Workers(threading.Event())
    workers.add("patient", lambda stop: stop.wait() and ended.set())
    workers.add("stumbling", stumble)

    with capture_logs() as lines, pytest.raises(WorkerFailed, match="stumbling has stopped") as failed, workers:
        assert workers.wait(60)

    assert ended.is_set()
    [line] = [line for line in lines if line["event"] == "worker_failed"]
    assert line["worker"] == "stumbling"
    assert line["detail"].startswith("ValueError in stumble (test_workers.py:")
    for told in (str(line), str(failed.value)):
        assert "A123456789" not in told
        assert "王小明" not in told
    assert isinstance(failed.value.cause, ValueError)
