"""docs/operators/commands.md explains every command, every option and every exit status."""

from __future__ import annotations

import re
from pathlib import Path

from typer.main import get_group

from operate.command_line import app
from operate.failures import Status
from operate.manual import commands_of, parameters_of, spelling

DOCUMENT = (Path(__file__).parents[3] / "docs" / "operators" / "commands.md").read_text(encoding="utf-8")
SECTIONS = {
    re.sub(r"( [A-Z]+)+$", "", heading): text
    for heading, text in re.findall(r"^### `(.+?)`\n(.*?)(?=^### |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
}
LEAVES = {name: command for name, command in commands_of(get_group(app)) if not hasattr(command, "commands")}


def test_every_command_has_its_section_and_no_section_is_left_over():
    assert SECTIONS.keys() == LEAVES.keys()


def test_every_option_is_explained_where_its_command_is():
    missing = {
        f"{name} {spelling(one)}"
        for name, command in LEAVES.items()
        for one in parameters_of(command)
        if spelling(one).startswith("-") and f"`{spelling(one)}" not in SECTIONS[name]
    }
    assert missing == set()


def test_every_exit_status_is_explained():
    explained = {int(number) for number in re.findall(r"^\| (\d+) \|", DOCUMENT, re.MULTILINE)}
    assert explained == set(Status)
