"""What a card gives: what its holder is, and the account that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from services.identity.application.accounts.people import known_account
from services.identity.application.capacities import Capacities, of_account, of_agency, of_institution, of_person
from services.identity.application.cards.entries import bindings_of_card, entry_of_card
from services.identity.application.registry.lookups import known_practitioner
from services.identity.domain.cards import refusals
from services.identity.events import CardFace, CardHolder, HolderKind
from shared.cards.profiles import CardKind
from shared.sealing import SubjectId

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.application.desk import Desk
    from services.identity.domain.accounts.account import Account
    from services.identity.domain.cards.card import Card, CardBinding


def of_card(desk: Desk, card: SubjectId, now: datetime, account: UUID | None = None) -> Capacities:
    """What a card gives: what its holder is, and the account that has it; in the session of an account that one alone.

    A card of several accounts does not say which of their holders bears it, so it opens none of them by itself.
    """
    entry = entry_of_card(desk, card)
    found = Capacities() if entry is None else _of_holder(desk, entry, now)
    bound = {one.account for one in bindings_of_card(desk, card) if _holds(desk, one, entry)}
    if account is not None:
        bound &= {account}
    if len(bound) > 1:
        return found.and_also(Capacities(objections=(refusals.CardOfSeveralAccounts(),)))
    for one in bound:
        found = found.and_also(of_account(desk, one))
    return found


def is_of_agency(entry: Card | None, account: Account) -> bool:
    """Whether a government card is the agency's that the account works for, as far as the register tells."""
    county = account.rights.jurisdiction
    return entry is not None and county is not None and entry.holder == CardHolder(HolderKind.CENTRE, county)


def _holds(desk: Desk, binding: CardBinding, entry: Card | None) -> bool:
    """Whether a binding counts still: an agency's card no longer where the account works for another by now."""
    if binding.kind is not CardKind.GOVERNMENT:
        return True
    account = known_account(desk, binding.account)
    return account is not None and is_of_agency(entry, account)


def _of_holder(desk: Desk, entry: Card, now: datetime) -> Capacities:
    holder, card = entry.holder, entry.card
    match holder.kind:
        case HolderKind.PRACTITIONER:
            practitioner = known_practitioner(desk, holder.key)
            return Capacities() if practitioner is None else of_person(desk, practitioner.subject, now)
        case HolderKind.INSTITUTION:
            return of_institution(desk, holder.key, card, now)
        case HolderKind.CENTRE:
            return of_agency(holder.key, card)
        case HolderKind.PERSON:
            return _of_citizen(desk, entry, now)


def _of_citizen(desk: Desk, entry: Card, now: datetime) -> Capacities:
    """What a citizen is, as long as everybody who names them does so by the name on the card."""
    found, face = of_person(desk, SubjectId(UUID(entry.holder.key)), now), desk.vault.open(entry.face, CardFace)
    return found if face is not None and found.names == {face.name.strip()} else Capacities()
