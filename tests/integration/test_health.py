"""Supervisors are answered with the status that they look at, and with what was found."""

import json
import urllib.error
import urllib.request

import pytest

from shared.health import Check, HealthServer, Report, Watched
from shared.postgres import DatabaseUnavailable

UNMET = Check("relay", is_met=False, found="nobody relays; 3 events wait", needed=True)


def asked(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


@pytest.mark.parametrize(("ready", "status"), [(True, 200), (False, 503)])
def test_ready_answers_by_what_is_needed_and_says_what_was_found(ready, status):
    with HealthServer("127.0.0.1", 0, Watched(lambda: [Report("matching", ready, (UNMET,))])) as server:
        answered, [report] = asked(server.port, "/ready")
    assert answered == status
    assert report["checks"] == [
        {"name": "relay", "is_met": False, "found": "nobody relays; 3 events wait", "needed": True}
    ]


def test_one_context_that_is_not_ready_is_enough():
    reports = [Report("identity", ready=True, checks=()), Report("matching", ready=False, checks=())]
    with HealthServer("127.0.0.1", 0, Watched(lambda: reports)) as server:
        assert asked(server.port, "/ready")[0] == 503
        assert asked(server.port, "/live") == (200, {"live": True})
        assert asked(server.port, "/everything")[0] == 404


def test_figures_are_told_and_a_context_whose_database_is_away_takes_none_of_the_others_along():
    def away():
        raise DatabaseUnavailable("gone")

    with (
        HealthServer("127.0.0.1", 0, Watched(list, away)) as server,
        urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=10) as response,
    ):
        told = response.read().decode()
        assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "# TYPE caretrail_rpc_call_seconds histogram" in told
    assert "caretrail_relay_head{" not in told
