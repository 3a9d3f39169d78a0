"""Reading the log and making events of it, against fetching the same rows by the same keys and dropping them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from bench.figures import Figure, compare
from shared.events import EventDecoder
from shared.store import schema
from shared.store.log import Log
from tests.controls.enrolments import EXAMPLES as ENROLMENTS
from tests.controls.events import EXAMPLES as CASES

if TYPE_CHECKING:
    from shared.postgres import Database
    from tests.servers import PostgresServer, RabbitMQServer

EXAMPLES = CASES | ENROLMENTS
EVENTS = 200_000
PAGE = 500
"""Events that the relay settles together."""
READ = 5_000
"""Rows fetched together, by both."""

_META = b',"subject":"250218P1621006","time":"2025-02-18T08:21:00Z","correlationid":"' + b"c" * 36 + b'"'

_INSERT = """
insert into event (originator_id, originator_version, type, data, meta, xid)
select gen_random_uuid(), 1, types[i], data[i], %b, (number / 3)::text::xid8
from generate_series(1, %s) as number,
    (select %b::text[] as types, %b::bytea[] as data) as examples,
    lateral (select 1 + number %% cardinality(types) as i) as example
"""
_SETTLE = """
insert into page (position_to, epoch, xid, id, hash)
select position, epoch, xid, id, ''
from (select row_number() over (order by epoch, xid, id) as position, epoch, xid, id from event) as sequenced
where position % %s = 0
"""
_NEXT_ROWS = """
select type, data, originator_id, originator_version, meta, epoch, xid, id
from event
where (epoch, xid, id) > (%s, %s::xid8, %s)
order by epoch, xid, id
limit %s
"""


def measure(postgres: PostgresServer, rabbitmq: RabbitMQServer) -> list[Figure]:  # noqa: ARG001 - every measurement gets both
    """One of every event of matching, again and again."""
    database = _a_log(postgres)

    def decoded() -> float:
        began = time.perf_counter()
        assert _decode_all(database) == EVENTS
        return EVENTS / (time.perf_counter() - began)

    def only_read() -> float:
        began = time.perf_counter()
        assert _read_all(database) == EVENTS
        return EVENTS / (time.perf_counter() - began)

    note = f"{EVENTS:,} events of {len(EXAMPLES)} types"
    return [compare("decode: log read and decoded", decoded, only_read, note=note)]


def _decode_all(database: Database) -> int:
    log = Log(database, "matching")
    decode = EventDecoder().decode
    events = 0
    for page in log.read(size=READ):
        for type_name, data, _, _, _ in page.rows:
            decode(type_name, data)
        events += len(page.rows)
    log.close()
    return events


def _read_all(database: Database) -> int:
    """The reference: rows by key, fetched and dropped."""
    epoch, xid, id_, events = 0, 0, 0, 0
    with database.connect() as connection:
        cursor = connection.cursor(binary=True)
        while rows := cursor.execute(_NEXT_ROWS, (epoch, str(xid), id_, READ)).fetchall():
            epoch, xid, id_ = rows[-1][5:]
            events += len(rows)
    return events


def _a_log(postgres: PostgresServer) -> Database:
    database = schema.install(postgres.new_database(), "matching")
    examples = [build() for build in EXAMPLES.values()]
    types = [event.TOPIC for event in examples]
    data = [msgspec.json.encode(event) for event in examples]
    with database.connect(statement_timeout="5min") as connection:
        connection.execute(_INSERT, (_META, EVENTS, types, data))
        connection.execute(_SETTLE.replace("%s", str(PAGE)))
        connection.execute("analyze event, page")
    return database
