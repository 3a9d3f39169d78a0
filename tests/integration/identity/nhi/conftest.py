"""The door of identity, and a doctor with an NHI card in front of it."""

from __future__ import annotations

import pytest

from tests.integration.identity.accounts.conftest import database, door, policies, vault
from tests.integration.identity.nhi.doctor import Doctor

__all__ = ("database", "door", "policies", "vault")  # fixtures of coming in, which these tests use too


@pytest.fixture
def doctor(door):
    """A doctor of a clinic, whose phone the register knows, and who has registered nothing yet."""
    with door.database.connect(name="test") as connection:
        connection.execute("truncate code_proof")
    return Doctor(door)
