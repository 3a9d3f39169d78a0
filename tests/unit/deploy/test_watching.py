"""Prometheus asks every process, and its alarms and the dashboard use no figure that there is not."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from deploy.topology import WEB, workers
from shared.metrics import exposed
from shared.standings import (
    Alarm,
    FollowerStanding,
    LastFailure,
    Oversight,
    QueueStanding,
    RebuildStanding,
    RelayStanding,
)

DEPLOY = Path(__file__).parents[3] / "deploy"
ALERTS = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
BOARD = json.loads((DEPLOY / "dashboards" / "caretrail.json").read_text(encoding="utf-8"))
WATCHING = yaml.safe_load((DEPLOY / "compose.watching.yaml").read_text(encoding="utf-8"))["services"]
CONFIG = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
NOON = datetime(2026, 3, 13, 4, tzinfo=UTC)

OF_OTHERS = {"up", "node_filesystem_avail_bytes", "node_filesystem_size_bytes"}
"""Prometheus's own figure of whom it asks, and those of its node exporter."""
QUERIES = [*(rule["expr"] for rule in ALERTS), *(one["expr"] for panel in BOARD["panels"] for one in panel["targets"])]

STANDING = Oversight(
    context="matching",
    at=NOON,
    relay=RelayStanding(
        at_work=True,
        holder="host/1",
        generation=1,
        heartbeat=NOON,
        head=9,
        published=7,
        waiting=2,
        behind_seconds=31.5,
        horizon_seconds=0.0,
        signed=5,
        signed_at=datetime(2026, 3, 13, 3, 59, tzinfo=UTC),
        unsigned_seconds=60.0,
        failure=None,
    ),
    queues=[QueueStanding("matching.orders", 3, 0), QueueStanding("rpc-matching", None, None)],
    followers=[
        FollowerStanding(
            name="orders",
            kind="read-model",
            log="matching",
            head=9,
            position=4,
            behind=5,
            behind_seconds=12.0,
            moved_at=NOON,
            rebuilt_at=NOON,
            parked=2,
            current=False,
            failure=LastFailure("BrokerLost", NOON),
            rebuild=RebuildStanding("folding", 1, 4, 25, NOON, NOON, at_work=True),
        )
    ],
    workers=[],
    alarms=[Alarm("parked", "orders"), Alarm("parked", "sales"), Alarm("publishing-behind", "matching")],
)


def figures():
    """Every series by its name, labels included, with its value."""
    lines = exposed([STANDING]).decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


def names():
    told = exposed([STANDING]).decode()
    kinds = re.findall(r"^# TYPE (\S+) (\S+)", told, re.MULTILINE)
    return {f"{name}{end}" for name, kind in kinds for end in (_ENDS if kind == "histogram" else ("",))}


_ENDS = ("_bucket", "_count", "_sum")


def test_a_standing_becomes_figures_with_labels_from_the_code_alone():
    found = figures()
    assert found['caretrail_relay_waiting_events{context="matching"}'] == "2.0"
    assert found['caretrail_relay_behind_seconds{context="matching"}'] == "31.5"
    assert found['caretrail_checkpoint_age_seconds{context="matching"}'] == "60.0"
    assert found['caretrail_queue_consumers{context="matching",queue="matching.orders"}'] == "0.0"
    follower = '{context="matching",follower="orders",kind="read-model"}'
    assert found[f"caretrail_follower_behind_events{follower}"] == "5.0"
    assert found[f"caretrail_follower_parked_events{follower}"] == "2.0"
    assert found[f"caretrail_follower_current{follower}"] == "0.0"
    stage = '{context="matching",follower="orders",kind="read-model",stage="folding"}'
    assert found[f"caretrail_rebuild_progress_ratio{stage}"] == "0.25"
    assert found['caretrail_alarms{alarm="parked",context="matching"}'] == "2.0"
    assert not any("rpc-matching" in name for name in found)


@pytest.mark.parametrize("query", QUERIES)
def test_every_figure_that_is_asked_for_exists(query):
    asked = set(re.findall(r"\b(?:caretrail|node)_\w+|\bup\b", query))
    assert asked
    assert asked <= names() | OF_OTHERS


def test_every_alarm_says_whom_it_concerns_and_is_explained_to_operators():
    guide = (DEPLOY.parent / "docs" / "operators" / "console.md").read_text(encoding="utf-8")
    for rule in ALERTS:
        assert rule["annotations"]["summary"].count(":") >= 1, rule["alert"]
        assert f"`{rule['alert']}`" in guide


def test_every_process_is_asked():
    [of_caretrail, _] = CONFIG["scrape_configs"]
    asked = {target for one in of_caretrail["static_configs"] for target in one["targets"]}
    assert asked == {f"{name}:8090" for name in [*(worker.name for worker in workers()), WEB]}


@pytest.mark.parametrize("name", WATCHING)
def test_who_watches_may_do_nothing_else(name):
    service = WATCHING[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
