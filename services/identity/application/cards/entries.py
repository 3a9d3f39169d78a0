"""Whose a card is, as it is looked up: entries of the register, and the bindings of accounts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from eventsourcing.application import AggregateNotFoundError

from services.identity.application.accounts.answers import CardEntry
from services.identity.domain.cards import refusals
from services.identity.domain.cards.card import Card, CardBinding
from services.identity.domain.cards.names import card_identifier
from services.identity.events import CardFace
from shared.cards.profiles import CardKind
from shared.store.append import Reservation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from uuid import UUID

    from services.identity.application.desk import Desk
    from services.identity.events import CardHolder
    from shared.cards.profiles import CardCertificate
    from shared.sealing import SubjectId
    from shared.vault.blind_index import Identifier

    Entry = Card | CardBinding
    """Whatever says whose a card is."""

_PERSONAL = frozenset({CardKind.PERSONNEL, CardKind.CITIZEN})
"""Cards that say of a person who they are; an institution's or an agency's are many people's."""
_CARD = "card"
"""The scope of cards in the register: each counts for one holder."""
_CITIZEN = "citizen-card"
"""The scope of citizens' cards by their person, who comes in by one."""


def held_by_card(entry: Entry) -> list[Reservation]:
    """By what an entry is found: from the card, and from its holder or account."""
    if isinstance(entry, Card):
        held = [
            Reservation(_CARD, str(entry.card), entry.id),
            Reservation(_cards_of(entry.holder), str(entry.card), entry.id),
        ]
        if entry.kind is CardKind.CITIZEN:
            held.append(Reservation(_CITIZEN, entry.holder.key, entry.id))
        return held
    return [
        Reservation(_bindings_of(entry.card), str(entry.account), entry.id),
        Reservation(bound_to(entry.account), str(entry.card), entry.id),
    ]


def _cards_of(holder: CardHolder) -> str:
    """The scope of the cards of a holder."""
    return f"cards/{holder.text}"


def bound_to(account: UUID) -> str:
    """The scope of the cards that open an account."""
    return f"bound-cards/{account}"


def _bindings_of(card: SubjectId) -> str:
    return f"card-bindings/{card}"


def found_card(desk: Desk, certificate: CardCertificate) -> SubjectId | None:
    """The vault's pseudonym of this certificate's card, where it has been registered or bound."""
    return desk.vault.find(_identifier(certificate))


def kept_card(desk: Desk, certificate: CardCertificate) -> SubjectId:
    """The vault's pseudonym of this certificate's card, new where it has none."""
    return desk.vault.subject_for([_identifier(certificate)])


def face_of(certificate: CardCertificate) -> CardFace:
    """What the certificate says, as it is kept sealed."""
    return CardFace(certificate.issuer, certificate.subject_serial, certificate.common_name)


def entry_of_card(desk: Desk, card: SubjectId) -> Card | None:
    """What the register says of a card."""
    held = desk.store.holder_of(_CARD, str(card))
    return None if held is None else desk.store.load(Card, held)


def bindings_of_card(desk: Desk, card: SubjectId) -> list[CardBinding]:
    """The accounts that a card opens."""
    return [desk.store.load(CardBinding, one) for one in desk.store.holders_in([_bindings_of(card)])]


def binding_of(desk: Desk, card: SubjectId, account: UUID) -> UUID | None:
    """The binding of this card to this account."""
    return desk.store.holder_of(_bindings_of(card), str(account))


def cards_held_by(desk: Desk, holders: list[CardHolder]) -> list[Card]:
    """The cards of some holders."""
    return [desk.store.load(Card, one) for one in desk.store.holders_in([_cards_of(holder) for holder in holders])]


def cards_bound_to(desk: Desk, account: UUID) -> list[CardBinding]:
    """The cards that open an account."""
    return [desk.store.load(CardBinding, one) for one in desk.store.holders_in([bound_to(account)])]


def forgetting_of(desk: Desk, ended: Sequence[Entry], ground: str) -> list[Callable[[], object]]:
    """What has the vault forget which personal cards these were, where nothing else says whose they are."""
    ids = {one.id for one in ended}
    personal = {one.card for one in ended if one.kind in _PERSONAL}
    held = {card: [entry_of_card(desk, card), *bindings_of_card(desk, card)] for card in personal}
    gone = (card for card, by in held.items() if all(one is None or one.id in ids for one in by))
    return [partial(desk.vault.forget, card, ground) for card in gone]


def card_entry(desk: Desk, card_id: UUID) -> Card:
    """The entry of this id; refuses with `CardUnknown`."""
    try:
        return desk.store.load(Card, card_id)
    except AggregateNotFoundError:
        raise refusals.CardUnknown("card") from None


def card_binding(desk: Desk, binding: UUID) -> CardBinding:
    """The binding of this id; refuses with `CardUnknown`."""
    try:
        return desk.store.load(CardBinding, binding)
    except AggregateNotFoundError:
        raise refusals.CardUnknown("binding") from None


def shown_cards(desk: Desk, entries: Iterable[Entry]) -> list[CardEntry]:
    """Entries as a page shows them, the oldest first."""
    return sorted((_shown(desk, entry) for entry in entries), key=lambda card: card.since)


def _shown(desk: Desk, entry: Entry) -> CardEntry:
    face = desk.vault.open(entry.face, CardFace) or CardFace("", "")
    return CardEntry(entry.id, entry.kind, face.issuer, face.name, entry.created_on)


def _identifier(certificate: CardCertificate) -> Identifier:
    return card_identifier(certificate.kind, certificate.issuer, certificate.subject_serial)
