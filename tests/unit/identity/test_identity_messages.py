"""Every refusal of identity has words in both languages, which name only figures that it carries."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import pytest

import services.identity
from services.identity.domain.accounts import refusals
from services.identity.events import Programme, SessionEnd
from services.identity.messages import catalogue, words
from shared.refusals import Refusal
from shared.words import Language

CATALOGUES = [pytest.param(language, id=language.value) for language in Language]


def every_refusal():
    """Every class of refusal that identity declares."""
    package = services.identity
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if ".entrypoints" not in module.name:  # Nameko's world is not a unit test's
            importlib.import_module(module.name)
    return {cls for cls in _descendants(Refusal) if cls.__module__.startswith("services.identity.")}


def _descendants(cls):
    for child in cls.__subclasses__():
        yield child
        yield from _descendants(child)


def figures_given():
    """By class name: the figures that every place which makes such a refusal gives it."""
    names = {cls.__name__ for cls in every_refusal()}
    figures = {}
    for path in Path(services.identity.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", None))
                if name in names:
                    given = {keyword.arg for keyword in node.keywords}
                    figures[name] = figures.get(name, given) & given
    return figures


def placeholders(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_refusal_of_identity_has_words(language):
    known = catalogue(language).refusals
    assert not {refusal.code for refusal in every_refusal()} - known.keys()


@pytest.mark.parametrize("language", CATALOGUES)
def test_words_of_identity_name_only_figures_that_the_refusal_carries(language):
    known, given = catalogue(language).refusals, figures_given()
    for refusal in every_refusal():
        assert placeholders(known[refusal.code]) <= given.get(refusal.__name__, set()), refusal.code


def test_both_languages_of_identity_say_the_same_things():
    chinese, english = catalogue(Language.CHINESE), catalogue(Language.ENGLISH)
    assert chinese.values.keys() == english.values.keys()
    assert chinese.refusals.keys() == english.refusals.keys()
    for entry, text in chinese.refusals.items():
        assert placeholders(text) == placeholders(english.refusals[entry]), entry


@pytest.mark.parametrize("language", CATALOGUES)
def test_the_coded_figures_of_identity_have_words(language):
    assert {*SessionEnd, *Programme} <= catalogue(language).values.keys()


def test_when_one_may_try_again_is_told_by_the_clock_in_taipei():
    refusal = refusals.LockedOut(until=datetime(2025, 2, 25, 15, 59, tzinfo=UTC))
    assert "2025-02-25 23:59" in words(refusal.code, refusal.params, Language.ENGLISH)
    ended = refusals.SessionEnded(end=SessionEnd.SIGNED_OUT)
    assert "您已登出" in words(ended.code, ended.params, Language.CHINESE)
