"""Live projection from RabbitMQ into real read models, against consuming the same messages and doing nothing."""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import matching_log
from bench.figures import Figure, compare
from services.matching.read_models.bureau_board import BureauBoard
from services.matching.read_models.case_statistics import CaseStatistics
from services.matching.read_models.family_cases import FamilyCases
from shared.read_models.handout import Handout
from shared.read_models.projector import Projector
from shared.store.log import Log
from shared.transport.rabbitmq import RabbitTransport
from shared.vault import schema as vault_schema
from shared.vault.master_keys import MasterKeys
from shared.vault.vault import Vault

if TYPE_CHECKING:
    from shared.postgres import Database
    from shared.read_models.model import ReadModel
    from tests.servers import PostgresServer, RabbitMQServer

    Message = tuple[str, bytes]

EVENTS = 30_000
BATCH = 500
CONTEXT = "matching"


def measure(postgres: PostgresServer, rabbitmq: RabbitMQServer) -> list[Figure]:
    """Both take everything off a quorum queue that is full when they begin, acknowledging many messages at once.

    What projection takes depends on the rows: `family_cases` keeps a timeline and all sealed data of a case.
    """
    promised: dict[type[ReadModel[Any]], float | None] = {BureauBoard: 0.45, CaseStatistics: 0.45, FamilyCases: None}
    with tempfile.TemporaryDirectory(prefix="caretrail-") as directory, ExitStack() as closing:
        vault_database = vault_schema.install(postgres.new_database())
        keys = MasterKeys({"bench": b"0" * 32}, "the benchmark")
        vault = Vault(vault_database, keys, Path(directory) / "forgotten.jsonl")
        closing.callback(vault.close)
        database = matching_log.build(postgres.new_database(), EVENTS, vault_database, keys)
        log = Log(database, CONTEXT)
        closing.callback(log.close)
        messages = _unsettled(database)
        return [_figure(model(vault), database, log, rabbitmq, messages, least) for model, least in promised.items()]


def _figure(
    model: ReadModel[Any],
    database: Database,
    log: Log,
    rabbitmq: RabbitMQServer,
    messages: list[Message],
    least: float | None,
) -> Figure:
    consumer = model.table.name
    return compare(
        f"project: RabbitMQ to {consumer}",
        lambda: EVENTS / _project(model, database, log, _a_broker(rabbitmq, consumer)),
        lambda: EVENTS / _consume_bare(consumer, _a_broker(rabbitmq, consumer), messages),
        least=least,
        note=f"{EVENTS:,} events of {sum(len(body) for _, body in messages) // EVENTS} bytes, batches of {BATCH}",
    )


def _unsettled(database: Database) -> list[Message]:
    """Take back the positions; answers the messages that settling gives, which are the same each time."""
    with database.connect() as connection:
        connection.execute("truncate page")
        messages = list(matching_log.settle(connection))
        connection.execute("truncate page")
    return messages


def _project(model: ReadModel[Any], database: Database, log: Log, transport: RabbitTransport) -> float:
    """Seconds until every event is in the rows. The log seems empty at first, or the projector would read it there."""
    _unsettled(database)
    name = model.table.name
    with database.connect() as connection:
        connection.execute(f"drop table if exists read_model, parked, {name} cascade".encode())
        handout = Handout(name, log, lambda: transport.subscribe(CONTEXT, name))
        projector = Projector(model, database, log, handout.share)
        projector.step(0)
        _publish(transport, list(matching_log.settle(connection)))
    began = time.perf_counter()
    done = 0
    while done < EVENTS:
        handout.step()
        done += projector.step()
    seconds = time.perf_counter() - began
    projector.close()
    handout.close()
    return seconds


def _consume_bare(consumer: str, transport: RabbitTransport, messages: list[Message]) -> float:
    """Seconds to receive everything and acknowledge it in the same batches."""
    _publish(transport, messages)
    began = time.perf_counter()
    subscription = transport.subscribe(CONTEXT, consumer)
    done = 0
    while done < EVENTS:
        if batch := subscription.receive(BATCH, 1.0):
            subscription.acknowledge(batch[-1])
            done += len(batch)
    seconds = time.perf_counter() - began
    subscription.close()
    return seconds


def _a_broker(rabbitmq: RabbitMQServer, consumer: str) -> RabbitTransport:
    transport = RabbitTransport(rabbitmq.new_vhost())
    transport.declare(CONTEXT, [consumer])
    return transport


def _publish(transport: RabbitTransport, messages: list[Message]) -> None:
    publisher = transport.publisher(CONTEXT)
    for routing_key, body in messages:
        publisher.publish(routing_key, body)
    publisher.settle()
    publisher.close()
