"""Work that keeps a processor busy for long, and where it is done: never on the hub of a service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Elsewhere(Protocol):
    """Does the work where it holds nobody up, `eventlet.tpool.execute` say, and waits for it."""

    def __call__(self, work: Callable[[], T]) -> T:
        """What the work returns or raises."""


def in_place(work: Callable[[], T]) -> T:
    """Here and now, where a thread has nothing else to do."""
    return work()
