"""The data keys of the people met last, kept unwrapped in memory."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from shared.sealing import SubjectId
    from shared.vault.boxes import PersonKey

CACHED_KEYS = 10_000
"""How many people's keys are kept where nothing else is said; each takes some 2.5 KB."""


class KeyCache:
    """Least recently used first out, beyond `capacity` people. A person who has been forgotten is kept as None.

    Threads need no lock: each step is one operation of the interpreter, and the worst that a race does is a miss.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = self._room = capacity
        # By the subject's number: a UUID hashes and compares in Python, an int does not.
        self._keys: OrderedDict[int, PersonKey | None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, subject: SubjectId) -> PersonKey | None:
        """The person's key, now the last to go; raises KeyError when it is not here."""
        self._keys.move_to_end(subject.int)
        return self._keys[subject.int]

    def missing(self, subjects: Collection[SubjectId]) -> list[SubjectId]:
        """Which of these are not here; those that are become the last to go."""
        absent = []
        for subject in subjects:
            try:
                self[subject]
            except KeyError:
                absent.append(subject)
        return absent

    def add(self, keys: Mapping[SubjectId, PersonKey | None]) -> None:
        """Take keys in, and let as many others go as are too many now."""
        for subject, key in keys.items():
            self._keys[subject.int] = key
        with suppress(KeyError):  # empty: others let go at the same moment, each as many as it saw too many
            for _ in range(len(self._keys) - self._room):
                self._keys.popitem(last=False)

    def make_room(self, people: int) -> None:
        """Hold a batch of so many people whole, even above the capacity, until the next batch."""
        self._room = max(self._capacity, people)
