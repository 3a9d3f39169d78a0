"""Which event made a row differ: both sides folded again, event by event, until they part.

Where they never part, as when somebody changed a row by hand, it is the last event that touched the row; where no event
ever did, there is none.
"""

from __future__ import annotations

from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shared.read_models.model import Key
    from shared.read_models.replay.differences import Difference, Differences
    from shared.read_models.replay.folding import Folder, Step

_AT_A_TIME = 200_000
"""Rows of which the causes are looked for in one pass over the log."""


class Telling(NamedTuple):
    """One side that can be folded again: by what, and up to which position it was."""

    folder: Folder
    position: int


class Caused(NamedTuple):
    """A row that differs, and the position that caused it; None where no event ever touched the row."""

    difference: Difference
    position: int | None


def caused(differences: Differences, before: Telling, after: Telling, most: int | None = None) -> Iterator[Caused]:
    """Every row that differs, or the first so many, each with the position that caused it."""
    found = islice(differences, most)
    columns = [*differences.shape.key, *differences.shape.types]
    while rows := list(islice(found, _AT_A_TIME)):
        positions = _causes({row.key for row in rows}, columns, before, after)
        for row in rows:
            yield Caused(row, positions.get(row.key))


def _causes(keys: set[Key], columns: Sequence[str], before: Telling, after: Telling) -> dict[Key, int]:
    """The first position at which the two sides of a key differ, or else the last that touched it."""
    parted: dict[Key, int] = {}
    touched: dict[Key, int] = {}
    sides: tuple[dict[Key, bytes], dict[Key, bytes]] = ({}, {})
    open_keys: set[Key] = set()
    reached = 0
    for side, step in _steps(keys, columns, before, after):
        if step.position != reached:
            _part(open_keys, sides, parted, reached)
            reached = step.position
        if step.key not in parted:
            sides[side][step.key] = step.digest
            touched[step.key] = step.position
            open_keys.add(step.key)
    _part(open_keys, sides, parted, reached)
    return touched | parted


def _part(
    looked_at: set[Key], sides: tuple[dict[Key, bytes], dict[Key, bytes]], parted: dict[Key, int], position: int
) -> None:
    """Note those of these keys whose sides differ once all of a position has been folded."""
    for key in looked_at:
        if sides[0].get(key, b"") != sides[1].get(key, b""):
            parted[key] = position
    looked_at.clear()


def _steps(keys: set[Key], columns: Sequence[str], before: Telling, after: Telling) -> Iterable[tuple[int, Step]]:
    """What happens to either side, in the order of the log."""
    if before.folder is after.folder:
        return _of_one_folder(keys, columns, before, after)
    sides = (_of_side(side, telling, keys, columns) for side, telling in enumerate((before, after)))
    return merge(*sides, key=lambda one: one[1].position)


def _of_side(side: int, telling: Telling, keys: set[Key], columns: Sequence[str]) -> Iterator[tuple[int, Step]]:
    for step in telling.folder.steps(keys, columns, telling.position):
        yield side, step


def _of_one_folder(
    keys: set[Key], columns: Sequence[str], before: Telling, after: Telling
) -> Iterator[tuple[int, Step]]:
    """The same where both are folded by the same code: once, each up to its own position."""
    for step in before.folder.steps(keys, columns, max(before.position, after.position)):
        for side, telling in enumerate((before, after)):
            if step.position <= telling.position:
                yield side, step
