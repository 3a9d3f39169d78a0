"""A store of parcels in a fresh database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.store import schema
from tests.controls.parcels import PostOffice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.postgres import Connection, Database


@pytest.fixture
def database(database_dsn: str) -> Database:
    return schema.install(database_dsn, "parcels")


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.connect(name="test") as connection:
        yield connection


@pytest.fixture
def office(database: Database) -> Iterator[PostOffice]:
    with PostOffice(database) as office:
        yield office
