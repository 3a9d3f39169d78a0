"""Looking up together: callers that come while one query is under way share the next one."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Row = tuple[Any, ...]
    Fetch = Callable[[list[bytes]], Mapping[bytes, Row]]


class _Round:
    """The keys that one query asks for, and what it found; None before it has been asked."""

    def __init__(self) -> None:
        self.keys: set[bytes] = set()
        self.found: Mapping[bytes, Row] | None = None


class TogetherLookUp:
    """One query at a time, for all who wait.

    A caller's query always begins after the caller came, so that nobody sees what was so before they asked.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._gathering = threading.Lock()
        self._asking = threading.Lock()
        self._next = _Round()

    def find(self, key: bytes) -> Row | None:
        """The row of this key as it is now; raises what the query raises, to each who waits."""
        with self._gathering:
            mine = self._next
            mine.keys.add(key)
        with self._asking:
            if mine.found is None:
                with self._gathering:
                    if self._next is mine:
                        self._next = _Round()
                mine.found = self._fetch(list(mine.keys))
        return mine.found.get(key)
