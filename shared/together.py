"""Asking together: callers that come while one question is under way share the next one."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

Key = TypeVar("Key", bound="Hashable")
Found = TypeVar("Found")


class _Round(Generic[Key, Found]):
    """The keys that are asked for at once, and what came of it: neither `found` nor `fault` before it was asked."""

    def __init__(self) -> None:
        self.keys: set[Key] = set()
        self.found: Mapping[Key, Found] | None = None
        self.fault: Exception | None = None


class Together(Generic[Key, Found]):
    """One question at a time, for all who wait; whoever comes alone waits for nobody.

    A caller's question always begins after the caller came, so that nobody sees what was so before they asked.
    """

    def __init__(self, fetch: Callable[[list[Key]], Mapping[Key, Found]]) -> None:
        """`fetch` finds what there is of the keys; a key that it leaves out has nothing."""
        self._fetch = fetch
        self._gathering = threading.Lock()
        self._asking = threading.Lock()
        self._next: _Round[Key, Found] = _Round()

    def find(self, key: Key) -> Found | None:
        """What there is of this key now; raises what `fetch` raises, to each who waited for it."""
        with self._gathering:
            mine = self._next
            mine.keys.add(key)
        with self._asking:
            if mine.found is None and mine.fault is None:
                self._ask(mine)
        if mine.found is None:
            assert mine.fault is not None  # noqa: S101 - for the type checker: it was asked
            raise mine.fault
        return mine.found.get(key)

    def _ask(self, mine: _Round[Key, Found]) -> None:
        """Whoever is ended here leaves the round to the next who waits."""
        with self._gathering:
            if self._next is mine:
                self._next = _Round()
        try:
            mine.found = self._fetch(list(mine.keys))
        except Exception as fault:  # noqa: BLE001 - each caller of this round raises it
            mine.fault = fault
