"""A process that dies at a named point, as by `kill -9`: nothing is cleaned up, nothing is said."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.milestones import Milestone


def die_at(point: str, nth: int) -> Milestone:
    """End this process the nth time it passes `point`."""
    left = nth

    def milestone(name: str) -> None:
        nonlocal left
        if name == point:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return milestone
