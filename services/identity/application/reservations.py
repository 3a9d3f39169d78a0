"""What the aggregates of identity hold, as their events tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity.application.accounts.managing import at_its_place
from services.identity.application.accounts.people import ACCOUNT
from services.identity.application.cards.entries import held_by_card
from services.identity.application.organisations.members import held_in
from services.identity.application.registry.personnel import registered_once
from services.identity.domain.accounts.account import Account
from services.identity.domain.cards.card import Card, CardBinding
from services.identity.domain.organisations.organisation import Organisation
from services.identity.events import PractitionerChanged, PractitionerRegistered, SubjectForgotten
from shared.application.forgetting import told
from shared.store.append import Holdings, Reservation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared.events import Aggregate, Event


def holdings(aggregate: Aggregate, facts: Sequence[Event]) -> Holdings:
    """What an aggregate holds after these facts, all that it has."""
    return Holdings(list(_held(aggregate, facts)))


def _held(aggregate: Aggregate, facts: Sequence[Event]) -> Iterator[Reservation]:
    if isinstance(aggregate, Account):
        yield Reservation(ACCOUNT, str(aggregate.subject), aggregate.id)
        yield from at_its_place(aggregate)
    if isinstance(aggregate, Organisation):
        yield from held_in(aggregate)
    if isinstance(aggregate, Card | CardBinding) and aggregate.counts:
        yield from held_by_card(aggregate)
    for fact in facts:
        match fact:
            # What the register said before, too: a number goes on standing for whom it once stood for.
            case PractitionerRegistered() | PractitionerChanged():
                yield registered_once(fact.subject, fact.profession, aggregate.id)
            case SubjectForgotten():
                yield told(fact.subject, aggregate.id)
