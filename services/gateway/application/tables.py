"""The tables of what is kept for people for a while, in the gateway's own schema (ADR 10)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shared import migrations

if TYPE_CHECKING:
    from shared.postgres import Database

_MIGRATIONS = Path(__file__).parent / "migrations"
_NOTHING_MORE = b""


def install(database: Database) -> None:
    """Create or update the tables where the gateway's log has been installed, as often as you like."""
    migrations.install(database.dsn, database.schema, _MIGRATIONS, as_admin=_NOTHING_MORE)
