"""Every command has something to say of an installation in which nothing has happened."""

from __future__ import annotations

import json

import pytest

from tests.integration.operate.installation import Installation

COMMANDS = {
    "events tail": 0,
    "audit verify": 0,
    "models status": 0,
    "models check --all": 2,
    "models check bureau_board": 2,
    "parked list": 0,
    "parked list --model bureau_board": 0,
    "parked retry --model bureau_board": 0,
    "log status": 0,
    "keys rotate": 0,
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    with Installation(tmp_path_factory.mktemp("var")) as installation:
        yield installation


@pytest.mark.parametrize("command", COMMANDS)
def test_people_get_words(empty, command):
    ended = empty.caretrail(*command.split())
    assert ended.returncode == COMMANDS[command], ended.stderr
    assert ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("command", [command for command in COMMANDS if command != "events tail"])
def test_programs_get_one_json_object(empty, command):
    ended = empty.caretrail(*command.split(), "--json")
    assert ended.returncode == COMMANDS[command], ended.stderr
    [line] = ended.stdout.splitlines()
    assert isinstance(json.loads(line), dict)


def test_no_events_are_no_lines(empty):
    ended = empty.caretrail("events", "tail", "--json")
    assert (ended.stdout, ended.stderr) == ("", "No such event.\n")


def test_chinese_is_spoken_unless_asked_otherwise(empty):
    assert empty.caretrail("parked", "list", CARETRAIL_LANGUAGE="").stdout == "沒有擱置的事件。\n"
    assert empty.caretrail("--lang", "zh-Hant", "parked", "list").stdout == "沒有擱置的事件。\n"
    assert empty.caretrail("parked", "list", "--lang=en", CARETRAIL_LANGUAGE="zh-Hant").stdout == "Nothing is parked.\n"


def test_a_database_that_is_not_there_yet_is_made(tmp_path):
    fresh = Installation(tmp_path / "var")
    ended = fresh.caretrail("log", "status", "--json")
    assert ended.returncode == 0, ended.stderr
    assert {log["head"] for log in json.loads(ended.stdout)["contexts"]} == {0}
