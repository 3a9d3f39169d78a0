"""尋找專責醫師 among forty thousand doctors: each kind of question, asked one after the other by one caller."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from bench.searches import slowest
from services.matching.read_models.doctor_search import DoctorSearch, Listed, Near, search_doctors
from services.matching.read_models.known_doctors import KnownDoctors
from services.matching.read_models.known_institutions import KnownInstitutions
from shared.read_models.freshness import Positions
from shared.read_models.reader import Reader
from shared.read_models.tables import Rows
from shared.store import schema as store_schema
from shared.store.log import Log
from tests.controls.doctors import a_country_full
from tests.unit.matching_models.story import fold

if TYPE_CHECKING:
    from bench.figures import Limit
    from tests.servers import PostgresServer, RabbitMQServer

_TODAY = date(2025, 3, 3)

QUESTIONS = {
    "everybody who can be named": DoctorSearch(),
    "a county": DoctorSearch(county="新北市"),
    "a county, those who cannot be named as well": DoctorSearch(county="新北市", listed=Listed.ALL),
    "an institution's name": DoctorSearch(institution="安康"),
    "a doctor's name": DoctorSearch(doctor="王小明"),
    "a name that nobody has": DoctorSearch(doctor="無此人", listed=Listed.ALL),
    "within 50 km": DoctorSearch(near=Near(Decimal("24.15"), Decimal("120.67"), 50_000)),
}


def measure(postgres: PostgresServer, rabbitmq: RabbitMQServer) -> list[Limit]:  # noqa: ARG001 - every measurement gets both
    """The 95th percentile of each question."""
    dsn = postgres.new_database()
    database = store_schema.install(dsn, "matching")
    told = list(a_country_full())
    with database.connect() as connection:
        for model in (KnownInstitutions(), KnownDoctors()):
            rows = Rows(model.table)
            rows.create(connection)
            rows.copy_in(connection, list(fold(model, told).values()))
            rows.create_indexes(connection)
    with ExitStack() as closing:
        log, positions = Log(database, "matching"), Positions(database)
        reader = Reader(KnownDoctors, database, log, positions)
        for used in (log, positions, reader):
            closing.callback(used.close)
        found = slowest("doctors", QUESTIONS, lambda question: search_doctors(reader, question, _TODAY), "40,000")
    postgres.drop_database(dsn)
    return found
