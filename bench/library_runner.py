"""The library's own way to a read model: a ProjectionRunner, one transaction an event. A reference for `rebuild`.

It gets our fold, our mapper, which decodes faster than its own, and our statements: what is compared is the engine.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row, tuple_row

from services.matching.read_models.family_cases import FamilyCases
from shared.events import EventDecoder
from shared.read_models.tables import Rows
from shared.store.mapper import EventMapper

if TYPE_CHECKING:
    from eventsourcing.persistence import Tracking

    from shared.store.log import Log

_INTO_LIBRARY = """
copy matching_events (originator_id, originator_version, topic, state) from stdin (format binary)
"""
_PATIENCE = 600.0


class LibraryMatching(Application[UUID]):
    """Matching's events in the library's own tables."""

    name = "Matching"

    def construct_mapper(self) -> EventMapper:
        """Our mapper, so that both sides decode alike."""
        return EventMapper(self.construct_transcoder(), EventDecoder())


class FamilyCasesView(PostgresTrackingRecorder):
    """The rows, and how far they are, as the library keeps it."""

    def __init__(self, datastore: PostgresDatastore, **options: Any) -> None:
        super().__init__(datastore, **options)
        self._model = FamilyCases()
        self._rows = Rows(FamilyCases.table)

    def fold(self, event: Any, tracking: Tracking) -> None:
        """Load the row, change it, store it with the position, all in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            connection: Any = cursor.connection
            connection.row_factory = tuple_row
            for key in self._model.keys(event):
                before = self._rows.load(connection, [key])
                self._rows.save(connection, [self._model.evolve(key, before.get(key), event)])
            connection.row_factory = dict_row
            self._insert_tracking(cursor, tracking)


class FamilyCasesProjection(Projection[FamilyCasesView]):
    """Hands every event to the view."""

    topics = tuple(event.TOPIC for event in FamilyCases.folds)  # type: ignore[attr-defined]

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Fold one event."""
        self.view.fold(domain_event, tracking)


class LibraryRun:
    """The beginning of a log in the library's tables, to be projected from the start again and again."""

    def __init__(self, dsn: str, log: Log, events: int) -> None:
        address = conninfo_to_dict(dsn)
        self._dsn = dsn
        self._environment = {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(address["dbname"]),
            "POSTGRES_HOST": str(address["host"]),
            "POSTGRES_PORT": str(address["port"]),
            "POSTGRES_USER": str(address["user"]),
            "POSTGRES_PASSWORD": "",
        }
        self._events = events
        LibraryMatching(self._environment).close()  # makes its table
        with psycopg.connect(dsn) as connection, connection.cursor().copy(_INTO_LIBRARY) as copy:
            copy.set_types(["uuid", "int8", "text", "bytea"])
            for page in log.read(until=events):
                for type_name, data, originator_id, version, _ in page.rows:
                    copy.write_row((originator_id, version, type_name, data))

    def speed(self) -> float:
        """Events a second, over all of them, into an empty table."""
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            connection.execute("drop table if exists familycasesprojection_tracking")
            rows = Rows(FamilyCases.table)
            rows.drop(connection)
            rows.create(connection)
            rows.create_indexes(connection)
        began = time.perf_counter()
        with ProjectionRunner(
            application_class=LibraryMatching,
            projection_class=FamilyCasesProjection,
            view_class=FamilyCasesView,
            env=self._environment,
        ) as runner:
            runner.wait(self._events, timeout=_PATIENCE)
        return self._events / (time.perf_counter() - began)
