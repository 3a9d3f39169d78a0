"""Asks 50 times at once for the same person, when told to, and prints the answers."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from shared.vault import schema
from shared.vault.blind_index import Identifier
from shared.vault.master_keys import MasterKeys
from shared.vault.vault import Vault

dsn, ledger = sys.argv[1:]
vault = Vault(schema.install(dsn), MasterKeys({"first": b"1" * 32}, "the test"), Path(ledger))
identifier = Identifier("national_id", "A123456789")
sys.stdout.write("ready\n")
sys.stdout.flush()
sys.stdin.readline()
with ThreadPoolExecutor(50) as threads:
    for subject in threads.map(vault.subject_for, [[identifier]] * 50):
        sys.stdout.write(f"{subject}\n")
