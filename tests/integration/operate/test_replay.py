"""Operators replay a read model as of any position or time, by any code, and are told which event made it differ."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from datetime import datetime, timedelta

import pytest

from shared.calendar import TAIPEI
from tests.integration.operate.command_line import PROJECT

MODEL = "case_statistics"
DEAR = """
_plain = CaseStatistics.evolve


def _dear(self, key, row, event):
    found = _plain(self, key, row, event)
    return found and type(found)(**{name: getattr(found, name) for name in found.__struct_fields__} | {"county": "?"})


CaseStatistics.evolve = _dear
CaseStatistics.version = 99
"""


def head(installation):
    [(position,)] = installation.query("select max(position_to) from page")
    return position


def in_table(file):
    return list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))


def test_rows_that_are_right_are_equal_to_their_replay(looked_at):
    answer = looked_at.answer("replay", MODEL, "--diff", "live")
    assert answer["replay"]["position"] == answer["difference"]["position"] == head(looked_at)
    assert (answer["difference"]["all_equal"], answer["difference"]["equal"]) == (True, 3)
    said = looked_at.caretrail("replay", MODEL, "--diff", "live")
    assert (said.returncode, said.stderr) == (0, "")
    assert f"Equal to the live rows at position {head(looked_at)}: 3 rows." in said.stdout


def test_a_row_that_was_changed_is_told_with_the_event_that_touched_it_last(lived_in):
    [(first,), (second,), _] = lived_in.query("select id from case_statistics order by id")
    lived_in.query("update case_statistics set county = '=1+1' where id = %s", first)
    lived_in.query("delete from case_statistics where id = %s", second)
    found = lived_in.answer("replay", MODEL, "--diff", "live", status=1)["difference"]
    assert (found["added"], found["removed"], found["changed"], found["columns"]) == (1, 0, 1, {"county": 1})
    rows = {row["key"][0]: row for row in found["rows"]}
    touched = "select count(*) from event where id <= (select max(id) from event where originator_id = %s)"
    [(position,)] = lived_in.query(touched, first)
    assert rows[str(first)]["position"] == position
    [county] = rows[str(first)]["columns"]
    assert (county["name"], county["before"], county["hidden"]) == ("county", "=1+1", False)
    said = lived_in.caretrail("replay", MODEL, "--diff", "live")
    assert f"~ {first} (position {position})" in said.stdout
    assert f"    county: =1+1 → {county['after']}" in said.stdout


def test_what_is_about_people_is_never_shown(lived_in, tmp_path):
    lived_in.query("update clinic_worklist set district = '王小明的家'")
    file = tmp_path / "differing.csv"
    said = lived_in.caretrail("replay", "clinic_worklist", "--diff", "live", "--export", str(file))
    assert said.returncode == 1
    assert "district: differs, and is not shown because it is about a person" in said.stdout
    assert "王小明" not in said.stdout + file.read_text("utf-8")
    rows = in_table(file)
    assert {(row["kind"], row["column"], row["before"]) for row in rows} == {("changed", "district", "***")}


def test_all_that_differs_is_exported_and_nothing_is_written_over(lived_in, tmp_path):
    lived_in.query("update case_statistics set county = '=1+1'")
    table, lines = tmp_path / "differing.csv", tmp_path / "differing.ndjson"
    for file in (table, lines):
        lived_in.answer("replay", MODEL, "--diff", "live", "--export", str(file), status=1)
    rows = in_table(table)
    assert [(row["column"], row["before"]) for row in rows] == [("county", "'=1+1")] * 3
    found = [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
    assert [(row["kind"], row["columns"]["county"]["before"]) for row in found] == [("changed", "=1+1")] * 3
    assert {row["position"] for row in found} == {int(row["position"]) for row in rows}
    again = lived_in.caretrail("replay", MODEL, "--diff", "live", "--export", str(table))
    assert (again.returncode, again.stdout) == (2, "")
    assert "is there already" in again.stderr


def test_a_position_and_the_time_when_it_was_settled_mean_the_same_rows(looked_at):
    times = looked_at.query("select meta from event order by epoch, xid, id")
    first = json.loads(b"{" + bytes(times[0][0])[1:] + b"}")["time"]
    moment = datetime.fromisoformat(first).astimezone(TAIPEI)
    before = (moment - timedelta(seconds=1)).replace(tzinfo=None).isoformat()
    assert looked_at.answer("replay", MODEL, "--until", before)["replay"]["position"] == 0
    later = looked_at.answer("replay", MODEL, "--until", "2999-01-01T00:00:00+00:00")["replay"]
    assert later["position"] == head(looked_at)
    early = looked_at.answer("replay", MODEL, "--until", "1")["replay"]
    found = looked_at.answer("replay", MODEL, "--diff", str(early["number"]), status=1)["difference"]
    assert found["position"] == 1
    assert all(row["position"] > 1 for row in found["rows"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Name one read model or process"),
        ((MODEL, "--list"), "Name one read model or process"),
        ((MODEL, "--until", "999999"), "it ends at"),
        ((MODEL, "--until", "yesterday"), "neither a position nor a time"),
        ((MODEL, "--diff", "dead"), "is not the number of a replay"),
        ((MODEL, "--diff", "999"), "There is no such replay"),
        ((MODEL, "--export", "x.csv"), "nothing to export without a comparison"),
        ((MODEL, "--diff", "live", "--export", "x.pdf"), ".csv, .ndjson"),
        ((MODEL, "--skip-unknown"), "give --code with it"),
        ((MODEL, "--code", "no-such-revision"), "no-such-revision"),
        (("--drop", "999"), "There is no such replay"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_that_says_what_to_do(looked_at, arguments, said):
    ended = looked_at.caretrail("replay", *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr


def test_replays_are_listed_and_dropped(lived_in):
    made = lived_in.answer("replay", MODEL)["replay"]
    assert [one["number"] for one in lived_in.answer("replay", "--list")["replays"]] == [made["number"]]
    assert MODEL in lived_in.caretrail("replay", "--list").stdout
    lived_in.answer("replay", "--drop", str(made["number"]))
    assert lived_in.answer("replay", "--list")["replays"] == []


@pytest.fixture
def other_tree(tmp_path):
    """A work tree with another definition of one read model, which somebody is about to release."""
    tree = tmp_path / "tree"
    tree.mkdir()
    for name in ("services", "shared"):
        shutil.copytree(PROJECT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", "static", "web"))
    shutil.copy(PROJECT / "requirements.lock", tree)
    with (tree / "services/matching/read_models/case_statistics.py").open("a", encoding="utf-8") as file:
        file.write(DEAR)
    return tree


def test_other_code_is_tried_on_this_log_in_one_command(lived_in, other_tree):
    before = lived_in.query("select ctid, t.* from case_statistics t")
    answer = lived_in.answer("replay", MODEL, "--code", str(other_tree), "--diff", "live", status=1)
    assert answer["replay"]["code"] == str(other_tree)
    found = answer["difference"]
    assert (found["changed"], found["columns"]) == (3, {"county": 3})
    assert {row["columns"][0]["after"] for row in found["rows"]} == {"?"}
    # What the two codes make of the log parts with the first event of each case.
    first = "select count(*) from event where id <= (select min(id) from event where originator_id = %s)"
    for row in found["rows"]:
        assert lived_in.query(first, row["key"][0]) == [(row["position"],)]
    assert lived_in.query("select ctid, t.* from case_statistics t") == before


def test_other_code_that_opens_what_is_about_people_makes_the_same_rows(looked_at, other_tree):
    assert looked_at.answer("replay", "clinic_worklist", "--code", str(other_tree), "--diff", "live")


def test_events_that_other_code_does_not_know_are_refused_unless_they_are_to_be_passed_by(lived_in, other_tree):
    with (other_tree / "services/matching/events/__init__.py").open("a", encoding="utf-8") as file:
        file.write("import shared.events as _all\n_all._published.pop('matching.PreferenceOffered.v1')\n")
    ended = lived_in.caretrail("replay", "stated_places", "--code", str(other_tree))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "matching.PreferenceOffered.v1 (3)" in ended.stderr
    assert lived_in.answer("replay", "--list")["replays"] == []
    answer = lived_in.answer("replay", "stated_places", "--code", str(other_tree), "--skip-unknown")
    assert answer["passed_by"] == {"matching.PreferenceOffered.v1": 3}


def test_other_code_that_cannot_be_run_changes_nothing(lived_in, other_tree):
    (other_tree / "services/matching/bootstrap.py").write_text("raise RuntimeError('王小明')")
    ended = lived_in.caretrail("replay", MODEL, "--code", str(other_tree))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "RuntimeError" in ended.stderr
    assert "王小明" not in ended.stderr


def test_a_revision_of_git_is_run_from_a_work_tree_of_its_own(looked_at):
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"],  # noqa: S607 - whichever there is
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert looked_at.answer("replay", "doctor_demand", "--code", "HEAD")["replay"]["code"] == commit[:12]
    trees = subprocess.run(["git", "worktree", "list"], cwd=PROJECT, capture_output=True, text=True, check=True)  # noqa: S607 - as above
    assert commit[:7] not in trees.stdout.partition("\n")[2]


@pytest.fixture(scope="module")
def archive(looked_at, tmp_path_factory):
    path = tmp_path_factory.mktemp("archive") / "exported"
    assert looked_at.caretrail("events", "export", str(path)).returncode == 0
    return path


def test_an_archive_is_replayed_as_the_log_that_it_was_exported_from(looked_at, archive):
    from_log = looked_at.answer("replay", MODEL)["replay"]
    answer = looked_at.answer("replay", MODEL, "--from", str(archive), "--diff", str(from_log["number"]))
    assert (answer["replay"]["position"], answer["replay"]["archive"]) == (from_log["position"], str(archive))
    assert answer["difference"]["equal"] == 3
    assert looked_at.answer("replay", MODEL, "--from", str(archive), "--diff", "live")["difference"]["all_equal"]
    early = looked_at.answer("replay", MODEL, "--from", str(archive), "--until", "1")["replay"]
    assert early["position"] == 1
    assert looked_at.answer("replay", MODEL, "--from", str(archive), "--until", "2000-01-01")["replay"]["position"] == 0


def test_an_auditor_replays_an_archive_without_the_log_it_came_from(installation, archive):
    answer = installation.answer("replay", MODEL, "--from", str(archive))
    assert answer["replay"]["position"] > 0
    installation.query("update log set incarnation = 'another life'")
    ended = installation.caretrail("replay", MODEL, "--from", str(archive), "--diff", "live")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "not an archive of this log" in ended.stderr


def test_an_archive_that_was_altered_or_is_none_is_refused_with_its_file(looked_at, archive, tmp_path):
    altered = tmp_path / "altered"
    shutil.copytree(archive, altered)
    [events] = (altered / "contexts/matching/events").iterdir()
    events.write_bytes(events.read_bytes() + b"more")
    before = looked_at.answer("replay", "--list")
    for path, said in ((altered, events.name), (tmp_path, str(tmp_path))):
        ended = looked_at.caretrail("replay", MODEL, "--from", str(path))
        assert (ended.returncode, ended.stdout) == (2, "")
        assert said in ended.stderr
    assert looked_at.answer("replay", "--list") == before
