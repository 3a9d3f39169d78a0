"""`caretrail demo`, as somebody types it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import psycopg
import pytest

from operate.command_line import run
from shared.embedded import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    directory = tmp_path_factory.mktemp("var")
    with EmbeddedPostgres(directory):
        yield directory


def demo(var: Path, *options: str) -> int:
    return run(["demo", *options], {"CARETRAIL_VAR": str(var)})


def test_the_demo_tells_its_story_and_ends_with_one_line_of_json(var, capsys):
    status = demo(var, "--families", "2", "--lang", "en")

    captured = capsys.readouterr()
    assert status == 0
    (line,) = captured.out.splitlines()
    report = json.loads(line)
    assert (report["agree"], report["log_verified"], report["rebuilds_equal"]) == (True, True, True)
    did = report["did"]
    told_by_cases = sum(count for name, count in did.items() if name[0].isupper())
    files_without_faults = did["exports"] + did["imports"]
    assert report["events"] == told_by_cases + files_without_faults + 1
    assert captured.err.startswith("Performance 1: 118 hospitals, 2 families.")


def test_with_json_nothing_else_is_said(var, capsys):
    status = demo(var, "--families", "1", "--json")

    captured = capsys.readouterr()
    assert (status, captured.err) == (0, "")
    assert json.loads(captured.out)["run"] == 2


def test_the_demo_fails_where_rows_are_not_those_of_the_log(var, capsys):
    with psycopg.connect(EmbeddedPostgres(var).dsn("caretrail"), autocommit=True) as connection:
        connection.execute("update matching.case_statistics set born = not born")

    status = demo(var, "--families", "1", "--json")

    report = json.loads(capsys.readouterr().out)
    assert (status, report["rebuilds_equal"]) == (1, False)


def test_no_families_are_refused(var, capsys):
    assert demo(var, "--families", "0") == 2
    assert capsys.readouterr().out == ""
