"""Given what has happened, when something is decided, then these facts follow, or this refusal."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

_BOOKKEEPING = {"originator_id", "originator_version", "timestamp", "originator_topic"}


def replayed_as(aggregate_class, *history):
    """The aggregate of this class that these published events make, in this order."""
    aggregate = None
    for version, fact in enumerate(history, start=1):
        own = getattr(aggregate_class, type(fact).__name__)
        placed = replace(fact, originator_id=history[0].originator_id, originator_version=version)
        aggregate = own(**vars(placed)).mutate(aggregate)
    return aggregate


def payload(fact):
    """What a fact says, without where and when it was recorded."""
    told = {field.name: getattr(fact, field.name) for field in fields(fact) if field.name not in _BOOKKEEPING}
    return fact.TOPIC, told


class Given:
    """An aggregate with a history."""

    def __init__(self, aggregate):
        self.aggregate = aggregate

    def when(self, decide):
        """Let the aggregate decide; `decide` is called with it."""
        return Outcome(self.aggregate, decide)


class Outcome:
    """What came of a decision, seen when `then` or `then_refused` asks for it."""

    def __init__(self, aggregate, decide):
        self._aggregate = aggregate
        self._decide = decide

    def then(self, *expected):
        """Exactly these facts were recorded, in this order."""
        self._decide(self._aggregate)
        recorded = self._aggregate.collect_events()
        assert [payload(fact) for fact in recorded] == [payload(fact) for fact in expected]
        return self._aggregate

    def then_refused(self, refusal, **params):
        """It was refused so, with these figures at least, and nothing was recorded."""
        with pytest.raises(refusal) as refused:
            self._decide(self._aggregate)
        assert type(refused.value) is refusal
        assert refused.value.params | params == refused.value.params
        assert self._aggregate.collect_events() == []
        return refused.value
