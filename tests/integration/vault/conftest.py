"""A vault in an empty database, opened as often as a test likes: each one is as good as another process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from shared.vault import schema
from shared.vault.master_keys import MasterKeys
from shared.vault.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from shared.postgres import Database


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(database_dsn: str) -> Database:
    return schema.install(database_dsn)


@pytest.fixture
def keys() -> MasterKeys:
    return MasterKeys({"first": b"1" * 32}, "the test")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "forgotten.jsonl"


@pytest.fixture
def open_vault(database: Database, keys: MasterKeys, ledger: Path) -> Iterator[Callable[..., Vault]]:
    """Opens a vault over the test's database and ledger; master keys and the rest can be given otherwise."""
    opened = []

    def opening(master_keys: MasterKeys = keys, **options: Any) -> Vault:
        vault = Vault(database, master_keys, ledger, **options)
        opened.append(vault)
        return vault

    yield opening
    for vault in opened:
        vault.close()


@pytest.fixture
def vault(open_vault: Callable[..., Vault]) -> Vault:
    return open_vault()


@pytest.fixture
def rows(database: Database) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
    """What a statement finds in the vault's tables."""
    with database.connect() as connection:

        def fetch(query: str, *parameters: object) -> list[tuple[Any, ...]]:
            return connection.execute(query, parameters).fetchall()

        yield fetch


@pytest.fixture
def superuser(database_dsn: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        yield connection
