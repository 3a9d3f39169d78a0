"""Parked events are listed with the reason, tried again, and given up only when that is confirmed."""

from __future__ import annotations

from uuid import uuid4

import pytest

from operate.shell import at_the_shell
from tests.controls.enrolments import enrolment_recorded

STATISTICS = "case_statistics"
STRAY = uuid4()


@pytest.fixture
def parked(installation):
    """An aggregate whose first event cannot be read, and whose second waits behind it though nothing is wrong."""
    installation.admit(0)
    installation.store_unreadable(STRAY, 1, "matching.CaseSubmitted.v1")
    installation.store(enrolment_recorded(originator_id=STRAY, originator_version=2))
    installation.admit(0)
    return installation


def listed(installation):
    found = installation.answer("parked", "list", "--model", STATISTICS)["parked"]
    return [(event["position"], event["attempts"], event["dropped_at"] is not None) for event in found]


def test_what_is_parked_is_listed_with_the_reason(parked):
    found = parked.answer("parked", "list")["parked"]
    assert {STATISTICS, "family_cases"} <= {event["model"] for event in found}
    [first, second] = [event for event in found if event["model"] == STATISTICS]
    assert (first["position"], first["aggregate"], first["version"]) == (1, str(STRAY), 1)
    assert first["type"] == "matching.CaseSubmitted.v1"
    assert first["error"].startswith("ValidationError")
    assert second["error"] == "waits for an earlier event of its aggregate"
    said = parked.caretrail("parked", "list", "--model", STATISTICS).stdout
    assert len(said.splitlines()) == 3
    assert str(STRAY) in said
    models = {model["name"]: model["parked"] for model in parked.answer("models", "status")["models"]}
    assert models[STATISTICS] == 2


def test_what_still_fails_stays_and_the_attempt_is_counted(parked):
    assert parked.answer("parked", "retry", "--model", STATISTICS, status=1) == {
        "model": STATISTICS,
        "aggregates": [{"aggregate": str(STRAY), "taken": 0, "waiting": 2}],
    }
    assert listed(parked) == [(1, 2, False), (2, 1, False)]


def test_a_dry_run_tells_what_would_come_of_it_and_changes_nothing(parked):
    before = listed(parked)
    foreseen = parked.answer("parked", "retry", "--model", STATISTICS, "--dry-run", status=1)["events"]
    assert [(one["position"], one["fate"]) for one in foreseen] == [(1, "rejected"), (2, "waits")]
    assert foreseen[0]["error"].startswith("ValidationError")
    assert listed(parked) == before
    # And the one command that looks at everything says so.
    [matching] = parked.answer("status", "--context", "matching", status=1)["contexts"]
    assert {"code": "parked", "about": STATISTICS} in matching["alarms"]
    [statistics] = [one for one in matching["followers"] if one["name"] == STATISTICS]
    assert (statistics["parked"], statistics["behind"], statistics["rebuild"]) == (2, 0, None)
    assert STATISTICS in parked.caretrail("status", "--context", "matching").stdout


def test_the_event_at_fault_is_dropped_and_the_one_behind_it_taken(parked):
    dropped = parked.answer("parked", "drop", "--model", STATISTICS, "--aggregate", str(STRAY), "--yes")
    assert dropped == {"model": STATISTICS, "aggregate": str(STRAY), "dropped": [1], "waiting": 1}
    retried = parked.answer("parked", "retry", "--model", STATISTICS, "--aggregate", str(STRAY))
    assert retried["aggregates"] == [{"aggregate": str(STRAY), "taken": 1, "waiting": 0}]
    assert listed(parked) == [(1, 1, True)]
    assert parked.query("select actor, deed, positions from parking_deed order by at") == [
        (at_the_shell().id, "dropped", [1]),
        (at_the_shell().id, "retried", [2]),
    ]
    assert parked.query("select id from case_statistics") == [(STRAY,)]
    assert parked.answer("models", "check", STATISTICS)["models"][0]["equal"]


def test_a_process_has_its_events_dropped_and_retried_too(installation):
    process = "offer_next_preference"
    installation.admit(0)
    installation.store_unreadable(STRAY, 1, "matching.PreferenceOffered.v1")
    installation.admit(0)
    assert installation.answer("parked", "retry", "--model", process, status=1)["aggregates"][0]["waiting"] == 1
    installation.answer("parked", "drop", "--model", process, "--aggregate", str(STRAY), "--yes")
    assert installation.answer("parked", "retry", "--model", process)["aggregates"] == []


def test_all_events_of_an_aggregate_can_be_dropped(parked):
    arguments = ("parked", "drop", "--model", STATISTICS, "--aggregate", str(STRAY), "--all", "--yes")
    assert parked.answer(*arguments)["dropped"] == [1, 2]
    again = parked.caretrail(*arguments)
    assert again.returncode == 2
    assert str(STRAY) in again.stderr


def test_nothing_is_dropped_unless_it_is_confirmed(parked):
    ended = parked.caretrail("parked", "drop", "--model", STATISTICS, "--aggregate", str(STRAY))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--yes" in ended.stderr
    assert listed(parked) == [(1, 1, False), (2, 1, False)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("list", "--model", "case_statistic"), "case_statistics"),
        (("retry", "--model", "nothing"), "bureau_board"),
        (("retry",), "--model"),
        (("drop", "--model", STATISTICS, "--aggregate", "7"), "--aggregate"),
        (("drop", "--model", STATISTICS, "--aggregate", str(STRAY)), "parked list"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_mend(looked_at, arguments, said):
    ended = looked_at.caretrail("parked", *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
