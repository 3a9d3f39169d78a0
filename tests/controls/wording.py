"""What refusals there are, which figures they carry, and which of them a sentence names."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from pathlib import Path
from string import Formatter

import pytest

from shared.refusals import Refusal
from shared.words import Language

CATALOGUES = [pytest.param(language, id=language.value) for language in Language]


def every_refusal(*packages, without=()):
    """Every class of refusal that these packages declare, but for their parts `without`."""
    for package in packages:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.removeprefix(f"{package.__name__}.").split(".")[0] not in without:
                importlib.import_module(module.name)
    names = tuple(f"{package.__name__}." for package in packages)
    return {cls for cls in _descendants(Refusal) if cls.__module__.startswith(names)}


def _descendants(cls):
    for child in cls.__subclasses__():
        yield child
        yield from _descendants(child)


def figures_given(*packages, without=()):
    """By class name: the figures that every place which makes such a refusal gives it."""
    names = {cls.__name__ for cls in every_refusal(*packages, without=without)}
    figures = {}
    for package in packages:
        root = Path(package.__path__[0])
        for path in root.rglob("*.py"):
            if path.relative_to(root).parts[0] not in without:
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
    """The figures that a sentence names."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def figures_differing(one, other):
    """The entries of two catalogues that name other figures in one than in the other."""
    return {entry for entry, text in one.refusals.items() if placeholders(text) != placeholders(other.refusals[entry])}
