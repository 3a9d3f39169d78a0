"""What the command line says is in the catalogues, the same in each language, and all of it is said somewhere."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest
from typer.main import get_group

import operate
from operate.command_line import app
from operate.failures import EXPECTED
from operate.manual import commands_of, explain, parameters_of, spelling
from operate.words import Words
from shared.archive.format import Objection
from shared.archive.verifier import Flaw
from shared.inspection.story import Effect
from shared.words import Language

OF_CODES = (
    "alarms.",
    "card-chain.",
    "card-columns.",
    "card-demo.",
    "card-kinds.",
    "card-lines.",
    "card-outcomes.",
    "card-reasons.",
    "card-refusals.",
    "columns.",
    "effects.",
    "errors.",
    "fates.",
    "flaws.",
    "help.",
    "kinds.",
    "objections.",
    "obstacles.",
    "stages.",
    "standings.",
    "troubles.",
)
"""Groups with one sentence a code, name or command: their keys are put together."""

SOURCES = sorted(Path(operate.__file__).parent.rglob("*.py"))


def said(source: str) -> set[str]:
    """All texts in a program, those put together from parts with `*` for what is filled in."""
    texts = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            texts.add("".join(part.value if isinstance(part, ast.Constant) else "*" for part in node.values))
    return texts


def asked_for() -> set[str]:
    return set().union(*(said(path.read_text(encoding="utf-8")) for path in SOURCES))


def looked_up(source: str) -> set[str]:
    """The keys that a program looks up as they stand."""
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("words", "Mistake"))
        if node.args and isinstance(node.args[0], ast.Constant)
    }


def manual_keys() -> set[str]:
    """The keys that the help of every command and option has."""
    keys = set()
    for name, command in commands_of(get_group(app)):
        keys |= {f"help.{name}", *(f"help.{name} {spelling(one)}" for one in parameters_of(command))}
    return keys


def figures(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


ENGLISH, CHINESE = Words(Language.ENGLISH).sentences, Words(Language.CHINESE).sentences


def test_every_language_has_the_same_keys_and_figures():
    assert CHINESE.keys() == ENGLISH.keys()
    assert [key for key in ENGLISH if figures(ENGLISH[key]) != figures(CHINESE[key])] == []
    assert [key for key in ENGLISH if not ENGLISH[key].strip() or not CHINESE[key].strip()] == []


def test_every_command_and_option_is_explained_and_nothing_else_is():
    explained = {key for key in ENGLISH if key.startswith("help.")}
    assert explained == manual_keys()


def test_every_expected_failure_has_its_sentence_and_every_flaw():
    named = {kind.__name__ for kind in EXPECTED} | {"usage", "worker", "file", "unexpected"}
    assert {key for key in ENGLISH if key.startswith("errors.")} == {f"errors.{name}" for name in named}
    assert {key for key in ENGLISH if key.startswith("flaws.")} == {f"flaws.{flaw.name}" for flaw in Flaw}
    assert {key for key in ENGLISH if key.startswith("effects.")} == {f"effects.{effect}" for effect in Effect}
    objections = {f"objections.{objection.name}" for objection in Objection}
    assert {key for key in ENGLISH if key.startswith("objections.")} == objections


def test_everything_in_the_catalogue_is_said_somewhere():
    asked = asked_for()
    unused = {key for key in ENGLISH if key not in asked and not key.startswith(OF_CODES)}
    assert unused == set()
    assert {f"{group}*" for group in OF_CODES} <= asked


def test_everything_looked_up_is_in_the_catalogue():
    keys = set().union(*(looked_up(path.read_text(encoding="utf-8")) for path in SOURCES))
    assert len(keys) > 40
    assert keys - ENGLISH.keys() == set()


def test_a_sentence_that_nobody_says_would_be_noticed():
    assert "models.gone" not in asked_for()
    assert said('words(f"flaws.{name}"); words("log.head")') >= {"flaws.*", "log.head"}


@pytest.mark.parametrize("language", Language)
def test_help_is_in_the_language_asked_for(language):
    program, words = get_group(app), Words(language)
    explain(program, words)
    for name, command in commands_of(program):
        assert command.help == words(f"help.{name}")
