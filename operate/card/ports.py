"""連接埠: who has a port of this computer, where that is another person than whoever asks."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_LISTENING = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
"""Where Linux tells who listens; other systems tell only who may see it all."""
_LISTENS = "0A"
_ROOT = 0


class PortOfAnother(Exception):
    """Another person's program listens at `port`, and pages would ask it for PINs: `user`, by name or number."""

    def __init__(self, port: int, user: str) -> None:
        super().__init__(f"{port} {user}")
        self.port = port
        self.user = user


def demand_nobody_elses(port: int) -> None:
    """Raises `PortOfAnother`; whatever runs as root could read the PIN anyway, and is let be."""
    listeners = _listeners(port)
    if listeners and (strangers := listeners - {os.getuid(), _ROOT}):
        raise PortOfAnother(port, _name(min(strangers)))


def _listeners(port: int) -> set[int]:
    """The users whose programs listen at this port, at whichever address; none where the system does not tell."""
    found = set()
    for table in _LISTENING:
        with suppress(FileNotFoundError):
            lines = table.read_text(encoding="ascii").splitlines()[1:]
            for _, address, _, state, _, _, _, user, *_ in map(str.split, lines):
                if state == _LISTENS and int(address.rpartition(":")[2], 16) == port:
                    found.add(int(user))
    return found


def _name(user: int) -> str:
    import pwd  # noqa: PLC0415 - where the table above is, this is too

    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)
