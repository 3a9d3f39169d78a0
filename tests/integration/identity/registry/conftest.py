"""The registry over a store and a vault of its own."""

from __future__ import annotations

import pytest

from shared.store import schema as store_schema
from shared.vault import schema as vault_schema
from shared.vault.master_keys import MasterKeys
from shared.vault.vault import Vault
from tests.integration.identity.registry.office import Registry, RegistryOffice


@pytest.fixture(scope="module")
def vault(postgres_server, tmp_path_factory):
    dsn = postgres_server.new_database()
    ledger = tmp_path_factory.mktemp("vault") / "forgotten.jsonl"
    vault = Vault(vault_schema.install(dsn), MasterKeys({"test": b"1" * 32}, "the test"), ledger)
    yield vault
    vault.close()
    postgres_server.drop_database(dsn)


@pytest.fixture(scope="module")
def database(postgres_server):
    dsn = postgres_server.new_database()
    yield store_schema.install(dsn, "identity")
    postgres_server.drop_database(dsn)


@pytest.fixture
def office(database, vault):
    """An office with an empty log."""
    with database.connect(name="test") as connection:
        connection.execute("truncate event, reservation, answer, counter")
    with Registry(database, vault) as registry:
        yield RegistryOffice(registry, vault)
