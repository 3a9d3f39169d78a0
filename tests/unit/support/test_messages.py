"""Every refusal has words in both languages, which name only figures that it carries."""

import ast
import importlib
import pkgutil
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from string import Formatter

import pytest

import services.support
import shared
from services.support import events
from services.support.commands import ScheduleKind
from services.support.domain import refusals, states
from services.support.messages import catalogue, words
from shared.refusals import Refusal
from shared.words import Language

CATALOGUES = [pytest.param(language, id=language.value) for language in Language]


def every_refusal():
    """Every class of refusal that support, or what it stands on, can answer with."""
    for package in (services.support, shared):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    return {cls for cls in _descendants(Refusal) if cls.__module__.startswith(("services.support.", "shared."))}


def _descendants(cls):
    for child in cls.__subclasses__():
        yield child
        yield from _descendants(child)


def figures_given():
    """By class name: the figures that every place which makes such a refusal gives it."""
    names = {cls.__name__ for cls in every_refusal()}
    figures = {}
    for package in (services.support, shared):
        for path in Path(package.__path__[0]).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                name = _made(node)
                if name in names:
                    given = {keyword.arg for keyword in getattr(node, "keywords", [])}
                    figures[name] = figures.get(name, given) & given
    return figures


def _made(node):
    """The class that this code makes an instance of, or raises bare."""
    if isinstance(node, ast.Raise) and not isinstance(node.exc, ast.Call):
        node = node.exc
    elif isinstance(node, ast.Call):
        node = node.func
    else:
        return None
    return getattr(node, "attr", getattr(node, "id", None))


def placeholders(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def codes():
    """Every closed choice that support tells of."""
    for module in (events, states):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, StrEnum) and value is not StrEnum:
                yield from value
    yield from ScheduleKind


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_refusal_has_words_and_every_word_its_refusal(language):
    told = {entry.split(".without-")[0] for entry in catalogue(language).refusals}
    assert told == {refusal.code for refusal in every_refusal()}


@pytest.mark.parametrize("language", CATALOGUES)
def test_words_name_only_figures_that_the_refusal_carries(language):
    given = figures_given() | {"InvalidForm": {"fields"}}
    known = catalogue(language).refusals
    for refusal in every_refusal():
        assert placeholders(known[refusal.code]) <= given.get(refusal.__name__, set()), refusal.code


def test_both_languages_say_the_same_things():
    chinese, english = catalogue(Language.CHINESE), catalogue(Language.ENGLISH)
    assert chinese.values.keys() == english.values.keys()
    assert chinese.refusals.keys() == english.refusals.keys()
    for entry, text in chinese.refusals.items():
        assert placeholders(text) == placeholders(english.refusals[entry]), entry


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_closed_choice_has_words(language):
    assert {str(code) for code in codes()} - catalogue(language).values.keys() == set()


def test_states_times_and_days_are_told_in_words():
    ended = refusals.SupportOver(ended_at=datetime(2025, 5, 29, 13, tzinfo=UTC))
    assert "2025-05-29 21:00" in words(ended.code, ended.params, Language.ENGLISH)
    decided = refusals.ApplicationNotUnderReview(state=states.ApplicationState.APPROVED)
    assert "已核准" in words(decided.code, decided.params, Language.CHINESE)
    twice = {"days": (date(2025, 3, 4), date(2025, 3, 6))}
    assert "2025-03-04、2025-03-06" in words("days-repeated", twice, Language.CHINESE)


def test_whoever_is_locked_out_is_told_how_many_supports_hold_them_and_what_to_do():
    locked = refusals.MoveLocked(institution="3531012346", count=2)
    told = words(locked.code, locked.params, Language.CHINESE)
    assert "2 筆" in told
    assert "整批註銷" in told
