"""Processes of cards: events and days in, commands out."""

from __future__ import annotations

from datetime import date

import pytest

from services.identity.commands import CloseVoidCapacities, CloseVoidSessionsOfCard
from services.identity.events import CardHolder, HolderKind
from services.identity.processes.close_sessions_of_a_lost_capacity import CloseSessionsOfALostCapacity
from services.identity.processes.close_sessions_of_a_withdrawn_card import CloseSessionsOfAWithdrawnCard
from shared.calendar import start_of_day
from tests.controls import cards, registry
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR

THE_DOCTOR = CardHolder(HolderKind.PRACTITIONER, BANQIAO_DOCTOR)
THE_CLINIC = CardHolder(HolderKind.INSTITUTION, BANQIAO_CLINIC)
AHEAD = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("event", "holder"),
    [
        (registry.practitioner_moved(), THE_DOCTOR),
        (registry.practitioner_suspended(), THE_DOCTOR),
        (registry.practitioner_changed(), THE_DOCTOR),
        (registry.institution_suspended(), THE_CLINIC),
        (registry.institution_closed(), THE_CLINIC),
    ],
)
def test_whom_the_register_says_something_else_of_is_looked_at_at_once(event, holder):
    process = CloseSessionsOfALostCapacity()
    assert isinstance(event, process.folds)
    assert list(process.react(None, event)) == [CloseVoidCapacities(holder)]


@pytest.mark.parametrize(
    ("event", "holder"),
    [
        (registry.practitioner_suspended(since=AHEAD), THE_DOCTOR),
        (registry.institution_suspended(since=AHEAD, until=None), THE_CLINIC),
        (registry.institution_closed(since=AHEAD), THE_CLINIC),
    ],
)
def test_what_begins_later_is_looked_at_on_its_day_too(event, holder):
    process = CloseSessionsOfALostCapacity()
    [key] = process.keys(event)
    row = process.evolve(key, None, event)
    assert row.begins_at == start_of_day(AHEAD)
    assert list(process.expire(key, row, row.begins_at)) == [CloseVoidCapacities(holder)]


def test_what_has_begun_waits_for_no_day():
    process = CloseSessionsOfALostCapacity()
    assert list(process.keys(registry.practitioner_moved())) == []
    assert list(process.keys(registry.institution_closed())) == []


@pytest.mark.parametrize(
    ("event", "card"), [(cards.card_withdrawn(), cards.CARD), (cards.card_unbound(), cards.OFFICERS_CARD)]
)
def test_the_sessions_of_a_card_that_counts_no_longer_are_closed(event, card):
    process = CloseSessionsOfAWithdrawnCard()
    assert isinstance(event, process.folds)
    assert list(process.keys(event)) == []
    assert list(process.react(None, event)) == [CloseVoidSessionsOfCard(card)]
