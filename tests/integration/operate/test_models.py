"""Operators see how far read models and processes are, compare their rows with the log, and make them anew."""

from __future__ import annotations

import os
import pty
import subprocess

from tests.integration.operate.command_line import PROJECT

READ_MODELS = [
    "family_cases",
    "clinic_worklist",
    "bureau_board",
    "case_statistics",
    "enrolments",
    "doctor_demand",
    "stated_places",
]


def test_the_status_tells_how_far_everything_is(looked_at):
    found = looked_at.answer("models", "status")
    own = [model for model in found["models"] if model["log"] == "matching"]
    names = [model["name"] for model in own]
    read_models, processes = own[: len(READ_MODELS)], own[len(READ_MODELS) :]
    assert names[: len(READ_MODELS)] == READ_MODELS
    assert {model["kind"] for model in read_models} == {"read-model"}
    assert {model["kind"] for model in processes} == {"process"}
    assert {(model["position"], model["behind"], model["current"]) for model in own} == {(found["head"], 0, True)}
    assert all(model["moved_at"] and model["parked"] == 0 for model in own)
    listed = looked_at.caretrail("models", "status").stdout
    assert all(name in listed for name in names)


def test_what_follows_the_log_of_another_context_is_told_by_that_log(looked_at):
    found = looked_at.answer("models", "status")["models"]
    others = {model["name"]: model["head"] for model in found if model["log"] == "identity"}
    assert {"known_institutions", "known_doctors"} <= others.keys()
    assert set(others.values()) == {0}
    names = {model["name"] for model in looked_at.answer("models", "status", "--context", "notifier")["models"]}
    assert {"message_ledger", "known_institutions", "tell_family_of_its_case"} <= names
    ended = looked_at.caretrail("models", "status", "--context", "matchin")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "gateway, identity, matching, notifier" in ended.stderr


def test_a_model_behind_the_log_and_one_never_built_are_told(lived_in):
    lived_in.query("update read_model set position = position - 2 where name = 'bureau_board'")
    lived_in.query("delete from read_model where name = 'family_cases'")
    found = {model["name"]: model for model in lived_in.answer("models", "status")["models"]}
    assert found["bureau_board"]["behind"] == 2
    assert (found["family_cases"]["position"], found["family_cases"]["current"]) == (0, False)


def test_a_log_whose_end_is_missing_is_told_by_everybody_who_has_seen_it(lived_in):
    [(head,)] = lived_in.query("select max(position_to) from page")
    lived_in.query("delete from page where position_to = (select max(position_to) from page)")
    [(left,)] = lived_in.query("select coalesce(max(position_to), 0) from page")
    found = lived_in.answer("models", "status", status=1)
    assert (found["head"], found["alarms"]) == (left, ["end-missing"])
    said = lived_in.caretrail("models", "status").stdout
    assert f"Alarm: bureau_board has taken events up to position {head}, and the log ends at {left}" in said
    logs = lived_in.answer("log", "status", "--context", "matching", status=1)["contexts"]
    assert "end-missing" in logs[0]["alarms"]
    checked = lived_in.caretrail("models", "check", "bureau_board")
    assert checked.returncode == 1
    assert f"the log ends at {left}" in checked.stdout


def test_events_that_are_missing_at_the_end_of_the_log_are_told(lived_in):
    lived_in.query("delete from event where id = (select max(id) from event)")
    assert lived_in.answer("models", "status", status=1)["alarms"] == ["end-damaged"]
    assert "Alarm: the end of the log cannot be read" in lived_in.caretrail("models", "status").stdout


def test_rows_behind_the_log_are_told_by_how_much(lived_in):
    lived_in.query("truncate bureau_board")
    lived_in.query("update read_model set position = 0 where name = 'bureau_board'")
    [(head,)] = lived_in.query("select max(position_to) from page")
    said = lived_in.caretrail("models", "check", "bureau_board").stdout
    assert f"equal to its rebuild at position 0. The log ends at {head}: its projector has {head} more events" in said


def test_rows_that_differ_are_listed_and_a_rebuild_mends_them(lived_in):
    lived_in.answer("models", "rebuild", "--all")  # those too that follow a log in which nothing has happened
    assert all(checked["equal"] for checked in lived_in.answer("models", "check", "--all")["models"])
    [(first,), (second,), _] = lived_in.query("select id from case_statistics order by id")
    lived_in.query("update case_statistics set county = '臺東縣' where id = %s", first)
    lived_in.query("delete from case_statistics where id = %s", second)
    [found] = lived_in.answer("models", "check", "case_statistics", status=1)["models"]
    assert (found["equal"], found["only_rebuilt"]) == (False, [[str(second)]])
    assert found["changed"] == [[[str(first)], ["county"]]]
    said = lived_in.caretrail("models", "check", "--all")
    assert said.returncode == 1
    assert f"  {first}: county" in said.stdout
    assert "bureau_board: equal to its rebuild" in said.stdout
    [rebuilt] = lived_in.answer("models", "rebuild", "case_statistics")["models"]
    assert rebuilt == {"name": "case_statistics", "position": found["position"], "parked": 0}
    assert lived_in.answer("models", "check", "case_statistics")["models"][0]["equal"]


def test_all_are_rebuilt_at_once(looked_at):
    found = looked_at.answer("models", "rebuild", "--all")["models"]
    assert [rebuilt["name"] for rebuilt in found][: len(READ_MODELS)] == READ_MODELS
    assert len({rebuilt["position"] for rebuilt in found[: len(READ_MODELS)]}) == 1


def test_an_unknown_name_is_answered_with_one_that_comes_near(looked_at):
    ended = looked_at.caretrail("models", "rebuild", "bureau_bord")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "caretrail: No read model or process is called 'bureau_bord'. There is: bureau_board.\n"


def test_one_or_all_have_to_be_asked_for(looked_at):
    for arguments in ((), ("bureau_board", "--all")):
        ended = looked_at.caretrail("models", "rebuild", *arguments)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "family_cases" in ended.stderr


def test_progress_is_shown_on_a_terminal_only(looked_at):
    terminal, end = pty.openpty()
    process = subprocess.Popen(
        looked_at.command("models", "check", "bureau_board"),
        cwd=PROJECT,
        env=looked_at.environment(TERM="xterm"),
        stdout=subprocess.PIPE,
        stderr=end,
    )
    os.close(end)
    shown = _read_all(terminal)
    assert b"bureau_board: indexing" in shown
    assert b"equal" in process.communicate()[0]
    assert looked_at.caretrail("models", "check", "bureau_board").stderr == ""


def _read_all(terminal):
    shown = b""
    try:
        while chunk := os.read(terminal, 4096):
            shown += chunk
    except OSError:  # how a terminal's end is told
        os.close(terminal)
    return shown
