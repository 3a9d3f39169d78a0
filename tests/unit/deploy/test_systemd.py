"""The units of systemd: one template for all roles, every role of every context in the target, and little allowed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.topology import Role, members, workers

UNITS = Path(__file__).parents[3] / "deploy" / "systemd"
TEMPLATE = (UNITS / "caretrail@.service").read_text(encoding="utf-8")
WEB = (UNITS / "caretrail-web.service").read_text(encoding="utf-8")
TARGET = (UNITS / "caretrail.target").read_text(encoding="utf-8")
SYSTEMD = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(SYSTEMD is None, reason="systemd-analyze is not installed")


@pytest.fixture
def installed(tmp_path):
    """The units as the guide installs them, over a program that is there."""
    program = tmp_path / "caretrail"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for role in Role:
        unit = TEMPLATE.replace("/opt/caretrail/app/deploy/caretrail", str(program))
        (tmp_path / f"caretrail-{role}@.service").write_text(unit)
    (tmp_path / "caretrail-web.service").write_text(WEB.replace("/opt/caretrail/app/deploy/caretrail", str(program)))
    (tmp_path / "caretrail.target").write_text(TARGET)
    return tmp_path


def test_the_target_wants_every_role_of_every_context():
    wanted = set(re.findall(r"caretrail-\w+@\w+\.service", TARGET))

    assert wanted == {f"caretrail-{worker.role}@{worker.member.name}.service" for worker in workers()}
    assert "Wants=caretrail-web.service\n" in TARGET


def test_the_pages_are_as_confined_as_any_other_process():
    confined = TEMPLATE.partition("NoNewPrivileges")[2]

    assert WEB.partition("NoNewPrivileges")[2] == confined
    assert "BindReadOnlyPaths=/etc/caretrail/secrets/web:/run/secrets\n" in WEB


def test_a_process_has_its_own_secrets_where_its_environment_looks_for_them():
    assert "BindReadOnlyPaths=/etc/caretrail/secrets/%i-%j:/run/secrets\n" in TEMPLATE
    assert "EnvironmentFile=/etc/caretrail/%i.env\n" in TEMPLATE


def test_no_watchdog_is_promised_that_nobody_feeds():
    assert "WatchdogSec" not in TEMPLATE
    assert "Type=notify" not in TEMPLATE


@needs_systemd
@pytest.mark.parametrize("member", members(), ids=lambda member: member.name)
def test_systemd_understands_the_units(installed, member):
    units = [f"{installed}/caretrail-{role}@{member.name}.service" for role in Role]
    command = [
        SYSTEMD,
        "verify",
        "--man=no",
        f"{installed}/caretrail.target",
        f"{installed}/caretrail-web.service",
        *units,
    ]

    understood = subprocess.run(command, capture_output=True, text=True, check=False)

    assert understood.returncode == 0, understood.stderr
    assert str(installed) not in understood.stderr


@needs_systemd
def test_systemd_finds_little_that_a_process_could_do_beside_its_work(installed):
    command = [
        SYSTEMD,
        "security",
        "--offline=true",
        "--threshold=20",
        "--no-pager",
        f"{installed}/caretrail-serve@.service",
    ]

    exposed = subprocess.run(command, capture_output=True, text=True, check=False)

    assert exposed.returncode == 0, exposed.stdout.splitlines()[-1:]
