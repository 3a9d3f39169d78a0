"""Servers for the tests that ask for them; a test that asks for none opens no socket."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from hypothesis.configuration import set_hypothesis_home_dir

from tests.browser.site import Site
from tests.servers import PostgresServer, RabbitMQServer

if TYPE_CHECKING:
    from collections.abc import Iterator


def pytest_configure() -> None:
    set_hypothesis_home_dir(Path(__file__).parents[1] / ".cache/hypothesis")
    # A deadline measures the machine, and this one may be busy.
    hypothesis.settings.register_profile("caretrail", deadline=None)
    hypothesis.settings.load_profile("caretrail")
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


@pytest.fixture(scope="session")
def embedded_site() -> Iterator[Site]:
    """The site in the embedded mode; every test finds what those before it have left."""
    with Site() as site:
        yield site


@pytest.fixture(scope="session")
def site(embedded_site: Site) -> Site:
    """The site that tests look at, unless their file names another."""
    return embedded_site
