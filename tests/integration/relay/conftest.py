"""A log of parcels in a fresh database, and the brokers it can be published on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.store import schema
from shared.transport.rabbitmq import RabbitTransport
from tests.controls.logbook import CONTEXT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.postgres import Connection, Database


@pytest.fixture
def database(database_dsn: str) -> Database:
    return schema.install(database_dsn, CONTEXT)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.connect(name="test") as connection:
        yield connection


@pytest.fixture
def transport(vhost: str) -> RabbitTransport:
    return RabbitTransport(vhost)
