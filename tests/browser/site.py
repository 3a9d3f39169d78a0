"""The site as people find it: every context and the pages in a process, with the stories played up to today."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self
from urllib.parse import urljoin

from operate.stories import Story

if TYPE_CHECKING:
    from collections.abc import Collection

PROJECT = Path(__file__).parents[2]
FAMILIES = 12
_PATIENCE = 90.0


@dataclass(frozen=True)
class Door:
    """How somebody comes in."""

    role: str
    who: str
    address: str
    password: str


class Site:
    """A site on this machine; `with` starts it and leaves nothing behind."""

    def __init__(
        self, broker: str | None = None, families: int = FAMILIES, stories: Collection[Story] = tuple(Story)
    ) -> None:
        self.var = Path(tempfile.mkdtemp(prefix="caretrail-site-"))
        self._broker = broker
        self._families = families
        self._stories = stories

    def __enter__(self) -> Self:
        self._log: IO[str] = (self.var.parent / f"{self.var.name}.log").open("w+")
        environment = {
            "PATH": os.environ["PATH"],
            "CARETRAIL_VAR": str(self.var),
            "CARETRAIL_PORT": str(_free_port()),
            "CARETRAIL_PROXIES": "1",  # so that each browser has an address of its own, as people do
            "CARETRAIL_API_RATE": "1000000",
            "CARETRAIL_LOG_FORMAT": "json",
            "CARETRAIL_LOG_LEVEL": "info",
        } | ({"CARETRAIL_BROKER": self._broker} if self._broker else {})
        stories = [argument for story in self._stories for argument in ("--story", story)]
        played = ["--demo", *stories, "--families", str(self._families)]
        command = [sys.executable, "-m", "operate", "--json", "up", *played]
        self._process = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        assert self._process.stdout is not None
        running = json.loads(self._process.stdout.readline() or "{}")
        assert "site" in running, self.log()[-4000:]
        self.address: str = running["site"]
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_PATIENCE)
        finally:
            self._process.kill()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._log.close()
            shutil.rmtree(self.var)
            Path(self._log.name).unlink()

    def url(self, path: str) -> str:
        """The address of a page."""
        return urljoin(self.address, path)

    def log(self) -> str:
        """Everything that the site has written to its log."""
        return Path(self._log.name).read_text("utf-8")

    @property
    def doors(self) -> list[Door]:
        """Every way in that was told."""
        told: list[dict[str, Any]] = json.loads((self.var / "demonstration" / "doors.json").read_text())
        return [Door(**door) for door in told]

    def door(self, role: str, who: str = "") -> Door:
        """The way in of this role; of families, of the one whose case stands so."""
        return next(door for door in self.doors if door.role == role and who in door.who)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
