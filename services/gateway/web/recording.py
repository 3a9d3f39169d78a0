"""Whether what people enter can be recorded: a context that refuses every command says so with each of its answers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT_SECONDS = 60.0
"""For so long the last word of a context counts, where nobody has asked it since."""


class Recording:
    """Which contexts refuse commands at present, by what they said to whoever asked last."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` in seconds."""
        self._clock = clock
        self._refusing: dict[str, float] = {}

    def heard(self, context: str, *, refuses: bool) -> None:
        """A context has just told."""
        if refuses:
            self._refusing[context] = self._clock()
        else:
            self._refusing.pop(context, None)

    @property
    def is_refused(self) -> bool:
        """Whether any of them does, so that every page has to say it."""
        return any(self._clock() - at < KEPT_SECONDS for at in self._refusing.values())
