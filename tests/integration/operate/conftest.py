"""Installations of their own, embedded, and the command line called on them as an operator would."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.operate.installation import Installation

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One in which nothing has happened yet."""
    with Installation(tmp_path_factory.mktemp("var")) as installation:
        yield installation


@pytest.fixture(scope="session")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One with three families in it, for tests that change nothing."""
    with Installation(tmp_path_factory.mktemp("var")) as installation:
        installation.admit(3)
        yield installation


@pytest.fixture
def lived_in(installation: Installation) -> Installation:
    """One with three families in it, for tests that change something."""
    installation.admit(3)
    return installation
