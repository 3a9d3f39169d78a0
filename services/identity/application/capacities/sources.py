"""What gives somebody their capacities in a session: the cards that were shown in it, or the person who was proved."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from services.identity.application.capacities.capacity import Capacities
from services.identity.application.capacities.holding import of_account, of_agency, of_institution, of_person
from services.identity.application.cards.entries import (
    bindings_of_card,
    card_of_source,
    entry_of_card,
    person_of_source,
)
from services.identity.application.registry.lookups import known_practitioner
from services.identity.events import CardHolder, HolderKind
from shared.sealing import SubjectId

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from services.identity.application.desk import Desk


def of_card(desk: Desk, card: SubjectId, now: datetime) -> Capacities:
    """What a card gives: what its holder is, and the accounts that have it."""
    entry = entry_of_card(desk, card)
    found = Capacities() if entry is None else _of_holder(desk, entry.holder, card, now)
    for binding in bindings_of_card(desk, card):
        found = found.and_also(of_account(desk, binding.account))
    return found


def of_sources(desk: Desk, sources: Iterable[str], now: datetime) -> Capacities:
    """What the sources that a session names give together."""
    found = Capacities()
    for source in sources:
        card, person = card_of_source(source), person_of_source(source)
        if card is not None:
            found = found.and_also(of_card(desk, card, now))
        if person is not None:
            found = found.and_also(of_person(desk, person, now))
    return found


def _of_holder(desk: Desk, holder: CardHolder, card: SubjectId, now: datetime) -> Capacities:
    match holder.kind:
        case HolderKind.PRACTITIONER:
            practitioner = known_practitioner(desk, holder.key)
            return Capacities() if practitioner is None else of_person(desk, practitioner.subject, now)
        case HolderKind.INSTITUTION:
            return of_institution(desk, holder.key, card, now)
        case HolderKind.CENTRE:
            return of_agency(holder.key, card)
        case HolderKind.PERSON:
            return of_person(desk, SubjectId(UUID(holder.key)), now)
