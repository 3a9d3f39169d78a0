"""What contexts under test stand on: the store of each, and a vault that is empty when a file of tests begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.store import schema as store_schema
from shared.vault import schema as vault_schema
from shared.vault.master_keys import MasterKeys
from shared.vault.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shared.postgres import Database
    from tests.servers import PostgresServer


@pytest.fixture(scope="module")
def people(postgres_server: PostgresServer) -> Iterator[Database]:
    """The vault's database."""
    dsn = postgres_server.new_database()
    yield vault_schema.install(dsn)
    postgres_server.drop_database(dsn)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the vault keeps whom it has forgotten."""
    return tmp_path_factory.mktemp("vault") / "forgotten.jsonl"


@pytest.fixture(scope="module")
def vault(people: Database, ledger: Path) -> Iterator[Vault]:
    vault = Vault(people, MasterKeys({"test": b"1" * 32}, "the test"), ledger)
    yield vault
    vault.close()


@pytest.fixture(scope="module")
def database(postgres_server: PostgresServer, context_name: str) -> Iterator[Database]:
    """The store of the context of that name, which the tests of each tell."""
    dsn = postgres_server.new_database()
    yield store_schema.install(dsn, context_name)
    postgres_server.drop_database(dsn)
