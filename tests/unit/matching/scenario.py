"""Given what has happened, when something is decided, then these facts follow, or this refusal."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from services.matching.domain.actions import Facts
from services.matching.domain.case import Case
from services.matching.domain.enrolment import Enrolment
from services.matching.domain.policies import POLICIES
from services.matching.domain.registry import DoctorFacts, InstitutionFacts
from services.matching.events import EnrolmentRecorded
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, DAAN_DOCTOR

POLICY = POLICIES[0]
_BOOKKEEPING = {"originator_id", "originator_version", "timestamp", "originator_topic"}


class EverybodyTakesPart:
    """A registry in which every institution and doctor asked about takes part."""

    def institution(self, code):
        return InstitutionFacts(code, "診所", "新北市", "板橋區", takes_part=True)

    def doctor(self, number):
        return DoctorFacts(number, "醫師", WORKS_AT[number], active=True, training_done=True)


WORKS_AT = {BANQIAO_DOCTOR: BANQIAO_CLINIC, "DR-002222": BANQIAO_CLINIC, DAAN_DOCTOR: DAAN_CLINIC}
FACTS = Facts(POLICY, EverybodyTakesPart())


def replayed(*history):
    """The case or the enrolment that these published events make, in this order."""
    aggregate_class = Enrolment if isinstance(history[0], EnrolmentRecorded) else Case
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


class given:  # noqa: N801 - reads as the word it is
    """A case or an enrolment with a history."""

    def __init__(self, *history):
        self.aggregate = replayed(*history)

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
