"""The whole story on the embedded PostgreSQL: it ends in agreement, goes on, and tells when something is amiss."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from operate.contexts import contexts
from operate.followers import opened
from services.matching.demonstration.plots import PLOTS
from shared.embedded import EmbeddedPostgres
from shared.events import event_name, published_by
from shared.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[3]
PATIENCE = 300
EVENTS = "select originator_id, originator_version, type, data from event order by originator_id, originator_version"
NOT_TOLD = ("turn", "being-forgotten", "limit/", "demonstration/")
"""What begins anew where a log is recovered: docs/adr/0021."""

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data of one installation, played on by test after test; its server stays up between them."""
    directory = tmp_path_factory.mktemp("var")
    with EmbeddedPostgres(directory):
        yield directory


class Report(msgspec.Struct):
    """The last line that the command prints."""

    run: int
    families: int
    did: dict[str, int]
    shown: dict[str, dict[str, int]]
    messages: dict[str, int]
    differences: list[str]
    agree: bool
    events: int
    log_verified: bool
    rebuilds_equal: bool

    @property
    def succeeded(self) -> bool:
        return self.agree and self.log_verified and self.rebuilds_equal


def demonstration(var: Path, families: int, *options: str, **settings: str) -> subprocess.Popen[str]:
    """The command line, begun: it plays with services that answer calls, so it needs a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "operate", "demo", "--families", str(families), *options],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "CARETRAIL_VAR": str(var), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def performed(var: Path, families: int, *options: str, **settings: str) -> tuple[Report, list[str]]:
    """The report, the one line of the answer, and the lines that were told."""
    with demonstration(var, families, *options, **settings) as play:
        out, told = play.communicate(timeout=PATIENCE)
    assert out, told
    [line] = out.splitlines()
    report = msgspec.json.decode(line, type=Report)
    assert play.returncode == (0 if report.succeeded else 1)
    return report, told.splitlines()


def tampered(var: Path, statement: str) -> int:
    """How many rows somebody with the superuser's password has changed; -1 where it was something else."""
    with psycopg.connect(EmbeddedPostgres(var).dsn("caretrail"), autocommit=True) as connection:
        connection.execute("set search_path to matching")
        return connection.execute(statement).rowcount


def test_every_plot_is_played_and_every_read_model_shows_it(var):
    report, lines = performed(var, len(PLOTS))

    assert report.differences == []
    assert report.succeeded
    assert (report.run, report.families, report.log_verified, report.rebuilds_equal) == (1, len(PLOTS), True, True)
    assert any("案件編號 250218P" in line for line in lines)
    assert report.messages["sent"] > report.did["CaseSubmitted"]
    assert report.messages == dict.fromkeys(report.messages, 0) | {"sent": report.messages["sent"]}


def test_every_published_event_is_played(var):
    with psycopg.connect(EmbeddedPostgres(var).dsn("caretrail"), autocommit=True) as connection:
        rows = connection.execute("select distinct type from matching.event").fetchall()
    played = {event_name(type_name) for (type_name,) in rows}

    assert {event_name(type_name) for type_name in published_by("matching")} - played == set()


@pytest.mark.parametrize("name", contexts())
def test_what_is_reserved_and_counted_follows_from_the_events(var, name):
    with opened(load({"CARETRAIL_VAR": str(var)}), name) as context, context.database.connect() as connection:
        reserved = set(connection.execute("select scope, key, holder from reservation").fetchall())
        counted = set(connection.execute("select scope, value from counter").fetchall())
        events = connection.cursor(binary=True).execute(EVENTS).fetchall()
        histories = groupby((StoredEvent(*row) for row in events), key=attrgetter("originator_id"))
        held = [context.application.holdings(list(history)) for _, history in histories]
    told = {tuple(one) for holdings in held for one in holdings.reservations}
    numbers = {number for holdings in held for number in holdings.numbers}

    assert told - reserved == set()
    assert {one for one in reserved - told if not one[0].startswith(NOT_TOLD)} == set()
    assert {one for one in counted - numbers if not one[0].startswith(NOT_TOLD)} == set()


def test_the_files_of_the_run_are_kept_with_the_result_of_every_row(var):
    directory = var / "demonstration" / "run-001"
    results = [
        row
        for path in sorted(directory.glob("*.results.csv"))
        for row in csv.DictReader(path.read_text("utf-8-sig").splitlines())
    ]

    assert {row["結果"] for row in results} == {"taken", "unchanged", "refused"}
    assert all(row["說明"] and row["Explanation"] for row in results if row["結果"] == "refused")
    assert list(directory.glob("*-export.xlsx"))
    assert list(directory.glob("*-closures.json"))


def test_a_second_run_goes_on_from_the_data_of_the_first(var):
    report, lines = performed(var, 3, "--lang", "en")

    assert lines[0].startswith("Performance 2: 118 hospitals, 3 families.")
    assert report.succeeded
    assert report.run == 2
    assert report.shown["case_statistics"]["cases"] == report.did["CaseSubmitted"] == 3
    assert report.events > report.shown["case_statistics"]["cases"] + 100
    assert "Read model case_statistics equals its rebuild, row by row." in lines


def test_a_run_after_an_interrupted_one_lets_it_run_out_and_stands_alone(var):
    with demonstration(var, len(PLOTS)) as play:
        for line in play.stderr:
            if "案件編號" in line:
                play.kill()

    report, lines = performed(var, 2)

    assert report.differences == []
    assert report.succeeded
    assert any("上次演出沒有走完" in line for line in lines)


def test_rows_that_are_not_those_of_the_log_are_found(var):
    assert tampered(var, "update bureau_board set reminded = not reminded where case_no like '250218P%'") > 0

    report, lines = performed(var, 1)

    assert (report.agree, report.log_verified, report.rebuilds_equal) == (True, True, False)
    assert not report.succeeded
    assert "檢視表 bureau_board 與重建的結果不同。" in lines


def test_a_log_that_was_altered_is_found_and_with_json_nothing_else_is_said(var):
    assert tampered(var, "update event set data = data || ' '::bytea where id = (select min(id) from event)") == 1

    report, lines = performed(var, 1, "--json")

    assert lines == []
    assert not report.log_verified
    assert not report.succeeded


def test_a_read_model_that_shows_something_else_than_was_done_is_found(var):
    tampered(
        var,
        """
        create or replace function lose_a_withdrawal() returns trigger language plpgsql as $$
            begin new.match = 'unmatched'; return new; end
        $$;
        create trigger lose before insert or update on family_cases for each row execute function lose_a_withdrawal();
        """,
    )

    report, lines = performed(var, 1)

    assert not report.agree
    assert "family_cases.matched: 1 in the story, 0 shown" in report.differences
    assert any(line.startswith("不相符：family_cases.matched") for line in lines)


@pytest.mark.rabbitmq
def test_the_story_is_the_same_over_rabbitmq(tmp_path, vhost):
    report, _ = performed(tmp_path, 3, CARETRAIL_BROKER=vhost)

    assert report.differences == []
    assert report.succeeded
