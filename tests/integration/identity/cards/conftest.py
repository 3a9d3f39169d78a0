"""The door of identity, with cards of a simulated PKI before it."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from operate.rehearsal.pki import YEAR, Pki
from services.identity.application.accounts.entrance import Entrance
from services.identity.application.accounts.tables import install
from services.identity.application.identity import Identity
from services.identity.domain.accounts.policies import POLICIES
from shared.cards.verifier import CardVerifier
from shared.store import schema as store_schema
from shared.vault import schema as vault_schema
from shared.vault.master_keys import MasterKeys
from shared.vault.vault import Vault
from tests.controls.family import taipei
from tests.integration.identity.accounts.door import CHEAP, Work, always_the_same
from tests.integration.identity.cards.card_door import SITE, CardDoor, Lists


@pytest.fixture(scope="module")
def pki():
    """The CAs of every kind of card."""
    return Pki(taipei(1, 1, 0) - 2 * YEAR)


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
def door(database, vault, pki):
    with database.connect(name="test") as connection:
        connection.execute("truncate event, reservation, answer, counter")
        connection.execute("truncate send_window, one_time_code, password_failure, password, question, session")
        connection.execute("truncate card_nonce")
    work = Work(vault)
    lists = Lists(pki)
    entrance = Entrance.over(
        database,
        vault,
        lambda text, _: text.encode(),
        elsewhere=work.elsewhere,
        parameters=CHEAP,
        think_of=always_the_same,
        policies=POLICIES,
        card_judge=CardVerifier(pki.anchors(), lists),
        origin=SITE,
    )
    with Identity(database, vault, entrance) as identity:
        yield CardDoor(identity, entrance, vault, database, Ed25519PrivateKey.generate(), work, pki, lists)
    entrance.close()
