"""`caretrail demo`, as somebody types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from shared.embedded import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[3]
PATIENCE = 300

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    directory = tmp_path_factory.mktemp("var")
    with EmbeddedPostgres(directory):
        yield directory


def demo(var: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """It hosts services, so it goes on in another program, which no test could survive in its own process."""
    return subprocess.run(
        [sys.executable, "-m", "operate", "demo", *options],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "CARETRAIL_VAR": str(var)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def test_the_demo_tells_its_story_and_ends_with_one_line_of_json(var):
    ended = demo(var, "--families", "2", "--lang", "en")

    assert ended.returncode == 0
    (line,) = ended.stdout.splitlines()
    report = json.loads(line)
    assert (report["agree"], report["log_verified"], report["rebuilds_equal"]) == (True, True, True)
    assert report["messages"]["sent"] > 0
    assert ended.stderr.startswith("Performance 1: 118 hospitals, 2 families.")


def test_with_json_nothing_else_is_said(var):
    ended = demo(var, "--families", "1", "--json")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["run"] == 2


def test_the_demo_fails_where_rows_are_not_those_of_the_log(var):
    with psycopg.connect(EmbeddedPostgres(var).dsn("caretrail"), autocommit=True) as connection:
        connection.execute("update matching.case_statistics set born = not born")

    ended = demo(var, "--families", "1", "--json")

    assert (ended.returncode, json.loads(ended.stdout)["rebuilds_equal"]) == (1, False)


def test_no_families_are_refused(var):
    ended = demo(var, "--families", "0")

    assert (ended.returncode, ended.stdout) == (2, "")
