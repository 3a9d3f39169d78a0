"""Where events come from that are folded from the beginning: a log, or an archive of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from shared.store.log import FactPage, Head, LogPage


class Source(Protocol):
    """The settled events of one context by position; `shared.store.log.Log` is one."""

    context: str

    def head(self) -> Head:
        """Where it ends."""

    def incarnation(self) -> str:
        """The life of the log."""

    def read(self, after: int = 0, until: int | None = None, size: int = 5000) -> Iterator[LogPage]:
        """Pages of about `size` events behind position `after`, up to `until` or where it ends."""

    def facts(self, after: int = 0, until: int | None = None, size: int = 5000) -> Iterator[FactPage]:
        """As `read`, but only what a fold needs, and so in less time."""

    def until_time(self, moment: datetime) -> int:
        """The position up to which everything had happened at `moment` (aware); 0 if nothing had."""
