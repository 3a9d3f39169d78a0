"""The vault's tables, in a database that holds nothing else and that only the vault's role may enter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shared import migrations

if TYPE_CHECKING:
    from shared.postgres import Database

_MIGRATIONS = Path(__file__).parent / "migrations"

_ONLY_FOR_THE_VAULT = b"""
do $$ begin
    execute format('revoke connect, temporary on database %I from public', current_database());
    execute format('grant connect on database %I to caretrail_vault', current_database());
end $$
"""


def install(admin_dsn: str) -> Database:
    """Create or update the vault in the database that `admin_dsn` names, as a user who may create roles and schemas."""
    return migrations.install(admin_dsn, "vault", _MIGRATIONS, as_admin=_ONLY_FOR_THE_VAULT)
