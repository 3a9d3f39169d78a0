"""Servers for the tests that ask for them; a test that asks for none opens no socket."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.servers import PostgresServer, RabbitMQServer

if TYPE_CHECKING:
    from collections.abc import Iterator


def pytest_configure() -> None:
    # A run that is told to end still stops its servers.
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("terminated", returncode=143))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture
def database_dsn(postgres_server: PostgresServer) -> Iterator[str]:
    dsn = postgres_server.new_database()
    yield dsn
    postgres_server.drop_database(dsn)


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[RabbitMQServer]:
    with RabbitMQServer() as server:
        yield server


@pytest.fixture
def vhost(rabbitmq: RabbitMQServer) -> Iterator[str]:
    uri = rabbitmq.new_vhost()
    yield uri
    rabbitmq.drop_vhost(uri)
