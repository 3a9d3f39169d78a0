"""Opening the vault with the master keys an operator gives; only an empty vault gets a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.vault.errors import MasterKeyFileMissing
from shared.vault.master_keys import MasterKeys
from shared.vault.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path

    from shared.postgres import Database


def open_vault(database: Database, keys_text: str, keys_file: Path, ledger: Path, cached_keys: int) -> Vault:
    """The vault in `database`, with the master keys in `keys_text`, or in `keys_file` where that is empty.

    The file is made at the first start of a vault that holds nothing. Raises `KeysUnusable` and `LedgerDamaged`.
    """
    return Vault(database, _master_keys(database, keys_text, keys_file), ledger, cached_keys=cached_keys)


def _master_keys(database: Database, text: str, file: Path) -> MasterKeys:
    if text:
        return MasterKeys.from_text(text, "CARETRAIL_MASTER_KEYS")
    needed = _remembered(database)  # asked first: whoever starts beside us makes the file before the vault remembers
    try:
        return MasterKeys.from_file(file)
    except FileNotFoundError:
        if needed:
            raise MasterKeyFileMissing(str(file), needed) from None
        return MasterKeys.create_file(file)


def _remembered(database: Database) -> list[str]:
    with database.connect(name="caretrail vault") as connection:
        return [key_id for (key_id,) in connection.execute("select id from master_key order by added_at")]
