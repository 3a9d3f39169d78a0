"""Begins to forget a person and is killed when the ledger has been written but the keys are still there."""

import os
import signal
import sys
from pathlib import Path
from uuid import UUID

from shared.sealing import SubjectId
from shared.vault import schema
from shared.vault.master_keys import MasterKeys
from shared.vault.vault import Vault


def die(point: str) -> None:
    if point == "forgotten in the ledger":
        os.kill(os.getpid(), signal.SIGKILL)


dsn, ledger, subject = sys.argv[1:]
vault = Vault(schema.install(dsn), MasterKeys({"first": b"1" * 32}, "the test"), Path(ledger), reached=die)
vault.forget(SubjectId(UUID(subject)), "retention")
