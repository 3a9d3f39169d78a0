"""A backup taken as the operators' guide says comes back on another server, with the same logins and nothing lost."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import psycopg
import pytest

from deploy.topology import members
from shared.installation import install
from shared.vault import schema as vault_schema
from tests.integration.deploy.conftest import prepare
from tests.servers import PostgresServer

pytestmark = [pytest.mark.postgres, pytest.mark.rabbitmq]

GUIDE = (Path(__file__).parents[3] / "docs" / "operators" / "deploy.md").read_text(encoding="utf-8")
[ORDER] = {tuple(order.split()) for order in re.findall(r"for database in ([a-z ]+); do", GUIDE)}


def dump(server, database, file):
    subprocess.run([server.binary("pg_dump"), "--format=custom", f"--file={file}", server.dsn(database)], check=True)


def restore(server, database, file):
    command = [server.binary("pg_restore"), "--exit-on-error", f"--dbname={server.dsn(database)}", file]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def tables(server, database):
    """Every table of a database with its owner, and how many rows it has."""
    with psycopg.connect(server.dsn(database)) as connection:
        found = connection.execute(
            "select schemaname || '.' || tablename, tableowner from pg_tables where schemaname !~ '^(pg_|information)'"
        ).fetchall()
        return {
            (name, owner): connection.execute(f"select count(*) from {name}").fetchall()[0][0] for name, owner in found
        }


def test_a_backup_comes_back_on_another_server_where_the_roles_are_made_first(deployment, tmp_path):
    files = {database: tmp_path / f"{database}.dump" for database in ORDER}
    for database, file in files.items():
        dump(deployment.postgres, database, file)

    with PostgresServer() as elsewhere:
        with psycopg.connect(elsewhere.dsn("postgres"), autocommit=True) as connection:
            connection.execute("create database matching")
        assert "does not exist" in restore(elsewhere, "matching", files["matching"]).stderr
        with psycopg.connect(elsewhere.dsn("postgres"), autocommit=True) as connection:
            connection.execute("drop database matching")
        prepare(elsewhere, deployment.secrets)
        for database, file in files.items():
            restored = restore(elsewhere, database, file)
            assert restored.returncode == 0, restored.stderr
            assert tables(elsewhere, database) == tables(deployment.postgres, database) != {}
        moved = deployment.addresses_at(elsewhere)
        install(moved("matching-serve", "matching"), "matching")
        vault_schema.install(moved("matching-serve", "vault"))


def test_the_guide_backs_up_who_follows_before_whom_they_follow_and_the_vault_last():
    assert set(ORDER) == {*(member.name for member in members()), "vault"}
    assert ORDER[-1] == "vault"
    for member in members():
        for followed in member.follows:
            assert ORDER.index(member.name) < ORDER.index(followed)
