"""Processes of the command line `caretrail` that go on running, each with one role, on servers of the test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = Path(__file__).parents[3]


class RoleProcess:
    """`caretrail ROLE…`; `with` waits until it says that it runs, and tells it to end."""

    def __init__(self, environment: Mapping[str, str], *arguments: str) -> None:
        self.said: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "operate", *arguments, "--json"],
            cwd=PROJECT,
            env={"PATH": os.environ["PATH"], **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        self._listening = threading.Thread(target=self._listen)
        self._listening.start()
        self.running: dict[str, Any] = json.loads(self._process.stdout.readline() or self._give_up())
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def tell_to_end(self) -> None:
        """As a supervisor does."""
        self._process.terminate()

    def end(self) -> int:
        """Tell it to end, and answer its exit status once it has."""
        if self._process.poll() is None:
            self.tell_to_end()
        status = self._process.wait(60)
        self._listening.join()
        self._process.stdout.close()
        self._process.stderr.close()
        return status

    def _listen(self) -> None:
        self.said.extend(self._process.stderr)

    def _give_up(self) -> str:
        self._listening.join()
        self.end()
        raise AssertionError("".join(self.said))
