"""The door of identity, and two organisations that have nobody yet."""

from __future__ import annotations

import pytest

from tests.integration.identity.accounts.conftest import database, door, policies, vault
from tests.integration.identity.organisations.house import House

__all__ = ("database", "door", "policies", "vault")  # fixtures of coming in, which these tests use too


@pytest.fixture
def house(door):
    """A clinic and a long-term care centre of one county, and a clinic of another."""
    return House(door)
