"""The tasks of the justfile, wherever the checkout lies."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
JUST = Path(sys.executable).with_name("just")


@pytest.fixture
def checkout(tmp_path):
    """The justfile in a directory whose name needs quoting, with a Python that only echoes."""
    directory = tmp_path / "路徑 with it's blanks"
    (directory / ".venv/bin").mkdir(parents=True)
    shutil.copy(ROOT / "justfile", directory)
    shutil.copy(JUST, directory / ".venv/bin/just")
    python = directory / ".venv/bin/python"
    python.write_text('#!/bin/sh\nprintf "%s|" "$@"\nexit 2\n')
    python.chmod(0o755)
    return directory


def run(checkout, *arguments):
    command = [checkout / ".venv/bin/just", *arguments]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)


def test_tasks_run_in_a_directory_with_blanks(checkout):
    assert run(checkout, "caretrail", "events", "two words").stdout == "-m|operate|events|two words|"
    assert run(checkout, "demo", "--families", "1").stdout == "-m|operate|demo|--families|1|"


def test_help_lists_the_tasks_in_a_directory_with_blanks(checkout):
    answered = run(checkout, "help")
    assert answered.returncode == 0, answered.stderr
    assert "caretrail" in answered.stdout


def test_an_answer_of_the_command_line_ends_with_its_own_status_and_nothing_beside_it(checkout):
    answered = run(checkout, "caretrail")
    assert answered.returncode == 2
    assert answered.stderr == ""
