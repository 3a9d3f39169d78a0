"""The door of identity, with nobody inside."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.identity.application.accounts.entrance import Entrance
from services.identity.application.accounts.tables import install
from services.identity.application.identity import Identity
from services.identity.domain.accounts.policies import POLICIES
from shared.store import schema as store_schema
from shared.vault import schema as vault_schema
from shared.vault.master_keys import MasterKeys
from shared.vault.vault import Vault
from tests.integration.identity.accounts.door import CHEAP, Door, Work, always_the_same


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
    database = store_schema.install(dsn, "identity")
    install(database)
    yield database
    postgres_server.drop_database(dsn)


@pytest.fixture
def policies():
    """The dated figures of coming in, as they are."""
    return POLICIES


@pytest.fixture
def door(database, vault, policies):
    with database.connect(name="test") as connection:
        connection.execute("truncate event, reservation, answer, counter")
        connection.execute("truncate send_window, one_time_code, password_failure, password, question, session")
    work = Work(vault)
    entrance = Entrance.over(
        database,
        work.vault,
        lambda text, _: text.encode(),
        elsewhere=work.elsewhere,
        parameters=CHEAP,
        think_of=always_the_same,
        policies=policies,
    )
    with Identity(database, vault, entrance) as identity:
        yield Door(identity, entrance, vault, database, Ed25519PrivateKey.generate(), work)
    entrance.close()
