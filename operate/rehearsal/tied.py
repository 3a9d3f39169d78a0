"""Programs of a rehearsal, tied to whoever begins them: the kernel ends them too where that one is killed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SETPRIV = Path("/usr/bin/setpriv")
"""Of util-linux."""


def tied(command: Sequence[str]) -> list[str]:
    """The command as a program that is told to end when the thread that has begun it ends, however that comes about."""
    return [str(SETPRIV), "--pdeathsig", "TERM", "--", *command]
