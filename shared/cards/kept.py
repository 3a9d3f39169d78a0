"""What has been heard about revocation, kept for as long as it counts, for all processes of a context."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from shared import migrations
from shared.postgres import Connections

if TYPE_CHECKING:
    from datetime import datetime

    from shared.postgres import Connection, Database

_MIGRATIONS = Path(__file__).parent / "migrations"
_NOTHING_MORE = b""

_GET = "select der, kept_until from card_news where name = %s and kept_until >= %s"
_PUT = """
insert into card_news (name, der, kept_until) values (%s, %s, %s)
on conflict (name) do update set der = excluded.der, kept_until = excluded.kept_until
"""
_DROP = "delete from card_news where kept_until < %s"


@dataclass(frozen=True)
class News:
    """An answer or a list in DER, and until when it is kept."""

    der: bytes
    until: datetime


class Kept(Protocol):
    """Where news is kept. `name` is the SHA-256 of what it is about."""

    def get(self, name: bytes, at: datetime) -> News | None:
        """The news by this name that counts at this time."""

    def put(self, name: bytes, news: News, at: datetime) -> None:
        """Keep this in place of what was there; what counts no longer `at` this time may go."""


class KeptNowhere:
    """For whoever asks once and is gone."""

    def get(self, _name: bytes, _at: datetime) -> News | None:
        """Nothing."""
        return None

    def put(self, _name: bytes, _news: News, _at: datetime) -> None:
        """Let it go."""


def install(database: Database) -> None:
    """Create or update the table where a context's log has been installed, as often as you like."""
    migrations.install(database.dsn, database.schema, _MIGRATIONS, as_admin=_NOTHING_MORE)


class KeptInTable:
    """In the table `card_news` of a context's schema; raises `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._connections = Connections(database, name="caretrail card news")

    def get(self, name: bytes, at: datetime) -> News | None:
        """The news by this name that counts at this time."""
        rows = self._connections.fetch(_GET, (name, at))
        return News(*rows[0]) if rows else None

    def put(self, name: bytes, news: News, at: datetime) -> None:
        """Keep this, and drop what counts no longer."""
        self._connections.transact(partial(_put, row=(name, news.der, news.until), at=at))

    def close(self) -> None:
        """Let its connections go."""
        self._connections.close()


def _put(connection: Connection, row: tuple[bytes, bytes, datetime], at: datetime) -> None:
    connection.execute(_DROP, (at,))
    connection.execute(_PUT, row)
