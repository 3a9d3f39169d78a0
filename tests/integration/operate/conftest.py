"""Installations of their own, embedded, and the command line called on them as an operator would."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.operate.installation import Installation

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def new(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """One in which nothing has happened yet, not at work: to be copied."""
    with Installation(tmp_path_factory.mktemp("new") / "var") as installation:
        installation.furnish()
    return installation


@pytest.fixture(scope="session")
def used(new: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """One with three families in it, not at work: to be copied."""
    with new.copy(tmp_path_factory.mktemp("used") / "var") as installation:
        installation.admit(3)
    return installation


@pytest.fixture
def installation(new: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One in which nothing has happened yet."""
    with new.copy(tmp_path_factory.mktemp("installation") / "var") as installation:
        yield installation


@pytest.fixture(scope="session")
def looked_at(used: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One with three families in it, for tests that change nothing."""
    with used.copy(tmp_path_factory.mktemp("looked_at") / "var") as installation:
        yield installation


@pytest.fixture
def lived_in(used: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One with three families in it, for tests that change something."""
    with used.copy(tmp_path_factory.mktemp("lived_in") / "var") as installation:
        yield installation
