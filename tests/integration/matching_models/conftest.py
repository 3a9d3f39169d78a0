"""Rows of a read model in PostgreSQL, as a rebuild leaves them, and a reader of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.read_models.freshness import Positions
from shared.read_models.reader import Reader
from shared.read_models.tables import Rows
from shared.store.log import Log
from shared.store.schema import install
from tests.unit.matching_models.story import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from shared.events import Event
    from shared.read_models.model import ReadModel

    Shelf = Callable[[ReadModel[Any], Iterable[Event]], Reader]


@pytest.fixture
def shelf(database_dsn: str) -> Iterator[Shelf]:
    """Fold these events into the model's table, and read it."""
    database = install(database_dsn, "matching")
    log, positions = Log(database, "matching"), Positions(database)
    readers = []

    def hold(model: ReadModel[Any], told: Iterable[Event]) -> Reader:
        rows = Rows(model.table)
        with database.connect() as connection:
            rows.create(connection)
            rows.copy_in(connection, list(fold(model, told).values()))
            rows.create_indexes(connection)
        readers.append(Reader(type(model), database, log, positions))
        return readers[-1]

    yield hold
    for reader in readers:
        reader.close()
    positions.close()
    log.close()
