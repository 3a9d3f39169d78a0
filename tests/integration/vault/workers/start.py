"""Other processes that use the vault at the same time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_CHECKOUT = Path(__file__).parents[4]


def start_worker(name: str, *arguments: str) -> subprocess.Popen[str]:
    """Start one of the scripts beside this file, with its input and output open."""
    command = [sys.executable, "-m", f"tests.integration.vault.workers.{name}", *arguments]
    # Psycopg waits in C by default, where no green thread could take over.
    environment = os.environ | {"PSYCOPG_WAIT_FUNC": "wait_selector"}
    return subprocess.Popen(
        command, cwd=_CHECKOUT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
