"""Post offices with a past, archives of them, and empty ones to import into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.archive.offices import Office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers import PostgresServer


@pytest.fixture(scope="module")
def exported(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office that has posted twelve parcels, and is exported; for tests that change neither."""
    dsn = postgres_server.new_database()
    with Office(dsn, tmp_path_factory.mktemp("exported")) as office:
        office.post(12)
        office.export()
        yield office
    postgres_server.drop_database(dsn)


@pytest.fixture
def office(database_dsn: str, tmp_path: Path) -> Iterator[Office]:
    """An office that has posted twelve parcels."""
    with Office(database_dsn, tmp_path / "office") as office:
        office.post(12)
        yield office


@pytest.fixture
def empty(database_dsn: str, tmp_path: Path) -> Iterator[Office]:
    """An office in which nothing has happened yet."""
    with Office(database_dsn, tmp_path / "empty") as office:
        yield office
