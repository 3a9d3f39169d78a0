"""Operators see how the log is doing, are told when somebody has to look after it, and change the master key."""

from __future__ import annotations

import base64
import os
from uuid import uuid4

from operate.contexts import contexts
from shared.vault.blind_index import Identifier
from tests.controls.matching_alone import matching


def test_a_quiet_log_gives_no_alarm(looked_at):
    [(stored, incarnation)] = looked_at.query("select (select count(*) from event), incarnation from log")
    [found] = looked_at.answer("log", "status", "--context", "matching")["contexts"]
    assert (found["head"], found["backlog"], found["relay"]["published"]) == (stored, 0, stored)
    assert (found["incarnation"], found["epoch"], found["alarms"]) == (incarnation, 1, [])
    assert (found["relay"]["at_work"], found["relay"]["generation"]) == (False, 1)
    said = looked_at.caretrail("log", "status").stdout
    assert [line for line in said.splitlines() if line.startswith("Log of")] == [
        f"Log of {name}" for name in contexts()
    ]
    assert found["hash"] in said
    assert incarnation in said


def test_events_that_no_relay_takes_are_an_alarm(lived_in):
    lived_in.store_unreadable(uuid4(), 1, "matching.CaseSubmitted.v1")
    [found] = lived_in.answer("log", "status", "--context", "matching", status=1)["contexts"]
    everything = lived_in.answer("log", "status", status=1)["contexts"]
    assert {log["context"]: log["alarms"] for log in everything} == {
        "gateway": [],
        "identity": [],
        "matching": ["no-relay"],
        "notifier": [],
        "support": [],
    }
    assert (found["backlog"], found["alarms"]) == (1, ["no-relay"])
    said = lived_in.caretrail("log", "status", "--context", "matching")
    assert said.returncode == 1
    assert said.stdout.splitlines()[-1].startswith("matching: Alarm: 1 events wait to be published")


def test_a_relay_at_work_is_seen(installation):
    with installation.at_work():
        [found] = installation.answer("log", "status", "--context", "matching")["contexts"]
    assert found["relay"]["at_work"] is True
    assert found["relay"]["holder"].endswith(f"/{os.getpid()}")


def test_the_master_key_is_changed_and_the_former_one_retired(installation):
    with matching(installation.settings) as matched:
        matched.vault.subject_for([Identifier("mobile", "0912345678")])
    file = installation.var / "keys" / "master.keys"
    [former] = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    file.write_text(f"master-new:{base64.b64encode(os.urandom(32)).decode()}\n{former}\n")
    former_id = former.partition(":")[0]
    assert installation.answer("keys", "rotate") == {"retired": [former_id]}
    assert installation.caretrail("keys", "rotate").stdout.startswith("Every key is wrapped with the current")
    file.write_text(file.read_text().splitlines()[0] + "\n")
    assert installation.caretrail("models", "status").returncode == 0
    file.write_text(former + "\n")
    refused = installation.caretrail("models", "status")
    assert refused.returncode == 2
    assert "master-new" in refused.stderr
