"""What PostgreSQL is given before anybody connects: a database a context, one for the vault, and logins who may little.

The passwords are not here: `deploy.make_secrets` writes a script that sets them. docs/operators/deploy.md has more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.topology import INSTALLER, VAULT, members
from shared.migrations import reader_of
from shared.read_models.replay.scratch import scratch_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADING = """\
-- Databases, roles and logins of Caretrail, for `psql` as a superuser; run again, it adds what is missing.
-- Written from the code by `./justw docs`: change deploy/database_roles.py instead.
\\set ON_ERROR_STOP on
"""


def roles_sql() -> str:
    """The script; it can be run as often as one likes."""
    return "\n".join([_HEADING, *_statements()])


def databases_of(login: str) -> tuple[str, ...]:
    """The databases that a login connects to."""
    if login == INSTALLER:
        return (*(member.name for member in members()), VAULT)
    return {member.name: member.databases for member in members()}[login]


def logins() -> list[str]:
    """Everyone who connects: a login a context, for all its processes, and the installer."""
    return [*(member.name for member in members()), INSTALLER]


def _statements() -> Iterator[str]:
    schemas = [*(member.name for member in members()), VAULT]
    yield "-- Roles that own the tables of one schema, or may read one log; nobody logs in as them."
    for schema in schemas:
        yield _role(role_of(schema), "nologin")
    for member in members():
        yield _role(reader_of(member.name), "nologin")
        yield _role(role_of(scratch_schema(member.name)), "nologin")
    yield "\n-- Logins. They have no password yet, so that nobody gets in."
    for login in logins():
        yield _role(login, "login nosuperuser nocreatedb nocreaterole")
    yield "\n-- Who installs owns the databases, and sees how long other transactions have run, for `horizon_age`."
    scratch = [scratch_schema(member.name) for member in members()]
    yield _grant(INSTALLER, [*map(role_of, (*schemas, *scratch)), "pg_read_all_stats"])
    yield "\n-- Who runs a context may use its schemas and the vault, and read the logs that it follows."
    for member in members():
        own = [role_of(member.name), role_of(scratch_schema(member.name))]
        yield _grant(member.name, [*own, role_of(VAULT), *map(reader_of, member.follows)])
    yield "\n-- Databases, open to nobody but those."
    for schema in schemas:
        yield _database(schema)
        yield f"revoke all on database {schema} from public;"
        users = [member.name for member in members() if schema in member.databases]
        yield f"grant connect on database {schema} to {', '.join(users)};"
    yield ""


def role_of(schema: str) -> str:
    """The role that owns the tables of a schema, as `shared.migrations` names it."""
    return f"caretrail_{schema}"


def _role(name: str, options: str) -> str:
    missing = f"where not exists (select from pg_roles where rolname = '{name}')"
    return f"select 'create role {name} {options}' {missing} \\gexec"


def _database(name: str) -> str:
    made = f"create database {name} owner {INSTALLER} template template0 encoding ''UTF8'' locale ''C''"
    return f"select '{made}' where not exists (select from pg_database where datname = '{name}') \\gexec"


def _grant(login: str, roles: list[str]) -> str:
    return f"grant {', '.join(roles)} to {login};"
