"""Who gives commands at the shell: whoever runs this program on the machine."""

from __future__ import annotations

import os
import pwd

from shared.principal import Assurance, Principal, Role


def at_the_shell() -> Principal:
    """An operator, named by the user who runs this program; by its number where that has no name."""
    return Principal(f"shell/{_user()}", Role.OPERATOR, frozenset({Assurance.MACHINE}))


def _user() -> str:
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
