"""院所查詢 among thirty thousand institutions: each kind of question, asked one after the other by one caller."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from bench.searches import slowest
from services.identity.events import Programme, Session
from services.identity.read_models.institution_search import Circle, InstitutionSearch, search
from services.identity.read_models.institutions import Institutions
from shared.read_models.freshness import Positions
from shared.read_models.reader import Reader
from shared.store import schema as store_schema
from shared.store.log import Log
from tests.controls.registry_of_many import MANY, many_institutions, store_institutions

if TYPE_CHECKING:
    from bench.figures import Limit
    from tests.servers import PostgresServer, RabbitMQServer

_TUESDAY_MORNING = datetime(2025, 2, 18, 2, tzinfo=UTC)
_AT_NIGHT = datetime(2025, 2, 17, 19, tzinfo=UTC)
_NEW_YEARS_NIGHT = datetime(2026, 2, 16, 19, tzinfo=UTC)

QUESTIONS = {
    "two characters, common": InstitutionSearch(text="小兒"),
    "two characters, rare": InstitutionSearch(text="林林"),
    "a name that nobody has": InstitutionSearch(text="無此院所"),
    "a code": InstitutionSearch(text="3500012345"),
    "county, department, open now": InstitutionSearch(county="臺北市", department="04", open_at=_TUESDAY_MORNING),
    "open at night": InstitutionSearch(open_at=_AT_NIGHT),
    "open at night on a declared holiday": InstitutionSearch(open_at=_NEW_YEARS_NIGHT),
    "programme and name": InstitutionSearch(programme=Programme.DEDICATED_DOCTOR, text="杏林"),
    "within 50 km": InstitutionSearch(near=Circle(Decimal("23.5"), Decimal("120.7"), 50_000)),
    "Sunday evening in a county": InstitutionSearch(weekday=7, session=Session.EVENING, county="屏東縣"),
}


def measure(postgres: PostgresServer, rabbitmq: RabbitMQServer) -> list[Limit]:  # noqa: ARG001 - every measurement gets both
    """The 95th percentile of each question."""
    dsn = postgres.new_database()
    database = store_schema.install(dsn, "identity")
    store_institutions(database, many_institutions())
    with ExitStack() as closing:
        log, positions = Log(database, "identity"), Positions(database)
        reader = Reader(Institutions, database, log, positions)
        for used in (log, positions, reader):
            closing.callback(used.close)
        found = slowest("registry", QUESTIONS, lambda question: search(reader, question, _TUESDAY_MORNING), f"{MANY:,}")
    postgres.drop_database(dsn)
    return found
