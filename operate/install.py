"""`caretrail install`: the tables of every database that the settings name, made or brought up to this release."""

from __future__ import annotations

import msgspec
import typer

from operate.contexts import own_tables_of
from operate.session import Session
from shared.installation import install as install_context
from shared.read_models.replay.scratch import scratch_of
from shared.vault import schema as vault_schema


class Installed(msgspec.Struct):
    """The databases that have all that this release needs: contexts, and `vault`."""

    databases: tuple[str, ...]


def install(context: typer.Context) -> None:
    """Make what is missing, as the users whom the settings name; whoever only runs needs no right to do it."""
    session: Session = context.obj
    databases = session.settings.databases
    own_tables = {name: own_tables_of(name) for name in databases if name != "vault"}
    for name, dsn in databases.items():
        if name == "vault":
            vault_schema.install(dsn)
        else:
            database = install_context(dsn, name)
            scratch_of(database)
            for make in own_tables[name]:
                make(database)
    if databases:
        told = session.words("install.done", databases=", ".join(databases))
    else:
        told = session.words("install.embedded")
    session.show(Installed(tuple(databases)), told)
