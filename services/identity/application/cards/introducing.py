"""自然人憑證首次登入: whose a citizen's card is, by the national ID that its bearer types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity.application.accounts.telling import tell
from services.identity.application.capacities import of_person
from services.identity.application.cards.entries import (
    cards_held_by,
    entry_of_card,
    face_of,
    forgetting_of,
    held_by_card,
    kept_card,
)
from services.identity.application.cards.proving import refuse, refuse_holder
from services.identity.domain.accounts.records import Tried
from services.identity.domain.cards import refusals
from services.identity.domain.cards.card import Card
from services.identity.domain.cards.reasons import CardReason
from services.identity.events import CardEnd, CardHolder, HolderKind, Way
from shared.principal import Assurance
from shared.store.errors import ReservationTaken
from shared.vault.blind_index import Identifier

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.application.cards.proving import Shown
    from services.identity.application.desk import Desk
    from shared.sealing import SubjectId
    from shared.taiwan.identifiers import PersonalId


def introduce(desk: Desk, shown: Shown, identifier: PersonalId | None, now: datetime) -> SubjectId:
    """自然人憑證首次登入: bound to the person whom somebody has named, and whom the certificate agrees to be."""
    if identifier is None:
        raise refusals.IdentifierNeeded("identifier")
    certificate = shown.certificate
    if certificate.last_four != identifier.number[-4:]:
        refuse(desk, CardReason.IDENTIFIER_MISMATCH, now)
    subject = desk.vault.find(Identifier(identifier.kind, identifier.number))
    found = of_person(desk, subject, now) if subject else None
    if subject is None or found is None or not found.is_known:
        refuse(desk, CardReason.PERSON_UNKNOWN, now)
    if found.names != {certificate.common_name.strip()}:
        refuse(desk, CardReason.NAME_MISMATCH, now, Tried(Way.CARD, subject))
    if not found.held:
        refuse_holder(desk, found.objections[0], now, Tried(Way.CARD, subject))
    if _has_citizens_card(desk, subject) or (shown.card is not None and entry_of_card(desk, shown.card) is not None):
        refuse_holder(desk, refusals.CitizenCardExists(), now, Tried(Way.CARD, subject))
    card = kept_card(desk, certificate)
    holder = CardHolder(HolderKind.PERSON, str(subject))
    entry = Card.register(card, certificate.kind, holder, desk.vault.seal(subject, face_of(certificate)), now)
    who = found.held[0].principal(frozenset({Assurance.CARD_PIN}))
    try:
        tell(desk, who, now, entry, reserve=held_by_card(entry))
    except ReservationTaken:
        # Another card of this person, or this very card, was introduced at the same moment.
        for forget in forgetting_of(desk, [entry], CardEnd.MISTAKE):
            forget()
        refuse_holder(desk, refusals.CitizenCardExists(), now, Tried(Way.CARD, subject))
    return card


def _has_citizens_card(desk: Desk, subject: SubjectId) -> bool:
    """Whether a citizen's card counts for this person, under any of their pseudonyms."""
    subjects = {subject, *desk.vault.subjects_of([subject])}
    return bool(cards_held_by(desk, [CardHolder(HolderKind.PERSON, str(one)) for one in subjects]))
