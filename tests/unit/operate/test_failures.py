"""Every failure is a sentence and an exit status; one that nobody foresaw tells its kind and place, and no value."""

from __future__ import annotations

import pytest
import typer

from operate.command_line import run
from operate.failures import Mistake, Status, sentence
from operate.words import Words
from shared.read_models.feed import Fork
from shared.settings import SettingRefused
from shared.store.errors import StoreUnavailable
from shared.words import Language
from shared.workers import WorkerFailed

ENGLISH = Words(Language.ENGLISH)
IN_ENGLISH = {"CARETRAIL_LANGUAGE": "en"}


def raised(fault: Exception) -> Exception:
    try:
        raise fault
    except type(fault) as caught:
        return caught


def test_a_foreseen_failure_is_introduced_and_says_its_detail_on_one_line():
    said, status = sentence(SettingRefused("CARETRAIL_BROKER", "give\n  an address"), ENGLISH)
    assert (said, status) == ("A setting cannot be used. CARETRAIL_BROKER: give an address", Status.NOT_POSSIBLE)


def test_a_special_case_of_a_foreseen_failure_is_said_as_the_general_one():
    said, status = sentence(StoreUnavailable("asleep"), ENGLISH)
    assert said.startswith("PostgreSQL does not answer")
    assert status is Status.NOT_POSSIBLE


def test_an_unforeseen_failure_shows_its_kind_and_place_but_no_value():
    said, status = sentence(raised(ValueError("A123456789 of 王小明")), ENGLISH)
    assert "ValueError in raised (test_failures.py:" in said
    assert "A123456789" not in said
    assert status is Status.UNEXPECTED


def test_a_path_that_cannot_be_used_is_named_with_the_mend():
    said, status = sentence(PermissionError(13, "Permission denied", "/srv/caretrail"), ENGLISH)
    assert said.startswith("/srv/caretrail cannot be used (Permission denied): make it readable")
    assert status is Status.NOT_POSSIBLE


def test_a_worker_that_has_stopped_is_named_and_its_cause_is_said_as_ever():
    said, status = sentence(WorkerFailed("bureau_board", Fork(7)), ENGLISH)
    assert said.startswith("bureau_board has stopped, and all work with it. Two pasts meet: ")
    assert status is Status.NOT_POSSIBLE
    said, status = sentence(WorkerFailed("clock", raised(ValueError("A123456789 of 王小明"))), ENGLISH)
    assert "ValueError in raised (test_failures.py:" in said
    assert "A123456789" not in said
    assert status is Status.UNEXPECTED


def test_a_mistake_is_said_with_its_figures():
    said, _ = sentence(Mistake("mistakes.unknown-type", given="X", known="Y"), Words(Language.CHINESE))
    assert said == "沒有名為 'X' 的事件。可用：Y。"


def test_wrong_usage_points_at_the_help():
    said, status = sentence(typer.BadParameter("it is blue."), ENGLISH)
    assert (said, status) == ("Invalid value: it is blue. Add --help to see what there is.", Status.NOT_POSSIBLE)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["evnts"], "'events'"),
        (["events"], "--help"),
        (["events", "tail", "--form", "1"], "--form"),
        (["events", "tail", "extra"], "extra"),
        (["parked", "drop"], "--model"),
        (["--lang", "fr", "events", "tail"], "zh-Hant, en"),
        (["events", "tail", "--lang"], "zh-Hant, en"),
    ],
)
def test_what_is_mistyped_is_answered_with_one_sentence(capsys, arguments, named):
    assert run(arguments, IN_ENGLISH) == Status.NOT_POSSIBLE
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("caretrail: ")
    assert named in said.err
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_without_a_command_there_is_help(capsys, arguments):
    assert run(arguments, IN_ENGLISH) == Status.DONE
    assert "Look after Caretrail" in capsys.readouterr().out
    assert run([*arguments, "--lang", "zh-Hant"], IN_ENGLISH) == Status.DONE
    assert "維運 Caretrail" in capsys.readouterr().out


def test_help_needs_no_settings(capsys):
    assert run(["events", "tail", "--help"], {"CARETRAIL_LANGUAGE": "?", "CARETRAIL_BROKR": "?"}) == Status.DONE
    assert "--follow" in capsys.readouterr().out
