"""A shop's log in a fresh database, and a clerk who carries out commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.controls.orders import Clerk, Ledger, Queue, Shop

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def ledger(database_dsn: str) -> Iterator[Ledger]:
    ledger = Ledger(database_dsn)
    yield ledger
    ledger.close()


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture
def clerk() -> Clerk:
    return Clerk()
