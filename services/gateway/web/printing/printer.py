"""Prints documents, a few at a time, each lot in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from shared.blocking import in_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared.blocking import Elsewhere

_PROGRAM = Path(__file__).with_name("program.py")
_SECONDS = 150.0
"""By the clock; the program itself may take a minute of a processor, of which others want some too."""
AT_ONCE = 2
"""So many lots are printed side by side."""
WAITING = 6
"""So many more wait for their turn; whoever comes then is told to come again."""


class PrinterBusy(Exception):
    """As many wait as may wait; somebody who asks in a minute gets a turn."""


class PrintFailed(RuntimeError):
    """The documents could not be printed; the message says what the program ended with, and no word of them."""


class Printer:
    """Where pages are printed; `elsewhere` waits for the program and holds nobody up meanwhile."""

    def __init__(self, elsewhere: Elsewhere = in_place, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._elsewhere = elsewhere
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._turns = threading.BoundedSemaphore(at_once)

    def pdf(self, documents: Sequence[str]) -> bytes:
        """One PDF of these documents, in this order. Raises `PrinterBusy`, `PrintFailed`."""
        with self._turn():
            return self._elsewhere(partial(_printed, tuple(documents)))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise PrinterBusy
        try:
            with self._turns:
                yield
        finally:
            self._places.release()


def _printed(documents: Sequence[str]) -> bytes:
    """The PDF; the program gets the documents as its input, and no setting or secret of ours with them."""
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and the documents are its input
            [sys.executable, "-P", str(_PROGRAM)],
            input=json.dumps(documents).encode(),
            capture_output=True,
            check=True,
            timeout=_SECONDS,
            env={"LANG": "C.UTF-8"},
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as fault:
        raise PrintFailed(f"{type(fault).__name__}: {_last_word(fault.stderr)}") from None
    return done.stdout


def _last_word(told: bytes | None) -> str:
    """The kind of error that the program ended with; what follows it may quote a document."""
    lines = (told or b"").decode(errors="replace").strip().splitlines()
    return lines[-1].partition(":")[0][-100:] if lines else "no word"
