"""One request across the contexts: every event that belongs to it, what caused what, and what was refused of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from shared.inspection.events import Fact, fact_of
from shared.inspection.refusals import Refused  # noqa: TC001 - msgspec reads the annotation at run time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shared.inspection.index import Index
    from shared.inspection.refusals import Refusals
    from shared.store.log import Log

MOST = 500
"""Events, and refusals, that one context tells of a request; an import may have made a hundred thousand."""


class Traced(msgspec.Struct, frozen=True):
    """What one context knows of a request, in order; `more` events are left out."""

    context: str
    facts: tuple[Fact, ...]
    refused: tuple[Refused, ...]
    more: int = 0


class Step(NamedTuple):
    """A place in the tree: what happened or was refused, and how many causes lead to it."""

    context: str
    depth: int
    what: Fact | Refused


def traced(index: Index, log: Log, refusals: Refusals, correlation: str) -> Traced:
    """What belongs to a request in one context; `index` asks by `CORRELATION` and is up to date."""
    touched = index.find([correlation.encode()], log.head().position)
    rows = log.versions([touch[1:] for touch in touched[:MOST]])
    facts = (fact_of(log.context, touch.position, rows[touch.originator_id, touch.version]) for touch in touched[:MOST])
    of_request = tuple(fact for fact in facts if fact.correlation == correlation)
    return Traced(
        log.context, of_request, tuple(refusals.of_request(correlation, MOST)), more=max(0, len(touched) - MOST)
    )


def tree(known: Iterable[Traced]) -> list[Step]:
    """All of a request in the order in which it happened, each below the event that caused it."""
    told: list[tuple[str, Fact | Refused]] = []
    for one in known:
        told += [(one.context, fact) for fact in one.facts] + [(one.context, refused) for refused in one.refused]
    told.sort(key=lambda step: (_moment(step[1]), _place(step[1])))
    events = {what.id for _, what in told if isinstance(what, Fact)}
    below: dict[str, list[tuple[str, Fact | Refused]]] = {}
    for step in told:
        below.setdefault(step[1].cause if step[1].cause in events else "", []).append(step)
    return list(_down(below, "", 0))


def _down(below: dict[str, list[tuple[str, Fact | Refused]]], cause: str, depth: int) -> Iterator[Step]:
    for context, what in below.pop(cause, ()):
        yield Step(context, depth, what)
        if isinstance(what, Fact):
            yield from _down(below, what.id, depth + 1)


def _moment(what: Fact | Refused) -> object:
    return what.time if isinstance(what, Fact) else what.at


def _place(what: Fact | Refused) -> int:
    return what.position if isinstance(what, Fact) else 0
