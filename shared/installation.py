"""What the contexts of one process share, opened from settings: their databases, the vault and the broker."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from shared.blocking import in_place
from shared.embedded import EmbeddedPostgres
from shared.read_models import standing
from shared.store import schema as store_schema
from shared.transport.inproc import InprocTransport
from shared.transport.rabbitmq import RabbitTransport
from shared.vault import schema as vault_schema
from shared.vault.opening import open_vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.blocking import Elsewhere
    from shared.postgres import Database
    from shared.settings import Settings
    from shared.transport import Transport
    from shared.vault.vault import Vault


def stay() -> None:
    """Give way to nobody: threads need no leave to run; green threads do, see `GroupCommit`."""


@dataclass(frozen=True)
class Installation:
    """What the contexts of one process share: the settings, the broker, the vault, and where each has its database.

    `give_way` and `elsewhere` are how green threads let others run, and where they put work that would hold them up.
    """

    settings: Settings
    transport: Transport
    vault: Vault
    embedded: EmbeddedPostgres | None
    give_way: Callable[[], object] = stay
    elsewhere: Elsewhere = in_place

    def dsn(self, context: str) -> str:
        """The connection string of a context's database."""
        return _dsn(self.settings, self.embedded, context)


@contextmanager
def installation(
    settings: Settings, give_way: Callable[[], object] = stay, elsewhere: Elsewhere = in_place
) -> Iterator[Installation]:
    """What these settings describe, installed and open; nothing works in it yet."""
    with ExitStack() as closing:
        embedded = _embedded(settings, closing)
        vault = open_vault(
            vault_schema.install(_dsn(settings, embedded, "vault")),
            settings.master_keys,
            settings.master_keys_file,
            settings.forgotten_ledger,
            settings.cached_keys,
        )
        closing.callback(vault.close)
        transport = InprocTransport() if settings.broker is None else RabbitTransport(settings.broker)
        yield Installation(settings, transport, vault, embedded, give_way, elsewhere)


@contextmanager
def stored(settings: Settings, context: str) -> Iterator[Database]:
    """Where a context keeps its log, installed; without any key, for whoever only looks at it."""
    with ExitStack() as closing:
        yield install(_dsn(settings, _embedded(settings, closing), context), context)


def install(dsn: str, context: str) -> Database:
    """The database of a context with the tables of its log and of where its read models stand."""
    database = store_schema.install(dsn, context)
    standing.install(database)
    return database


def _embedded(settings: Settings, closing: ExitStack) -> EmbeddedPostgres | None:
    """The embedded server with its databases, made when missing; None where the settings name servers."""
    if not settings.is_embedded:
        return None
    server = closing.enter_context(EmbeddedPostgres(settings.var))
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        for name in ("caretrail", "caretrail_vault"):
            # Another process may be making it at this moment, so that looking first would not help.
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    return server


def _dsn(settings: Settings, embedded: EmbeddedPostgres | None, context: str) -> str:
    """The vault has a database of its own; the contexts of the embedded server share one, each with its schema."""
    if embedded is None:
        return settings.database(context)
    return embedded.dsn("caretrail_vault" if context == "vault" else "caretrail")
