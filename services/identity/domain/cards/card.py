"""憑證卡: an entry of the card register, and an account's own card; either names the card by the vault's pseudonym."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from services.identity import events
from shared.events import Aggregate, event

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.identity.events import AccountHolder, CardEnd, CardFace, CardHolder
    from shared.cards.profiles import CardKind
    from shared.sealing import Sealed, SubjectId


class Card(Aggregate):
    """憑證卡登記: whose a card is, until it is withdrawn; registered again it is another entry."""

    TOPIC = "identity.Card"
    CardRegistered = events.CardRegistered
    CardWithdrawn = events.CardWithdrawn

    @event(CardRegistered)
    def __init__(
        self, card: SubjectId, kind: CardKind, holder: CardHolder, subject: SubjectId, face: Sealed[CardFace]
    ) -> None:
        self.card = card
        self.kind = kind
        self.holder = holder
        self.subject = subject
        self.face = face
        self.counts = True

    @classmethod
    def register(
        cls, card: SubjectId, kind: CardKind, holder: CardHolder, face: Sealed[CardFace], now: datetime
    ) -> Self:
        """Whoever bears this card is its holder."""
        return cls._create(
            cls.CardRegistered,
            timestamp=now,
            card=card,
            kind=kind,
            holder=holder,
            subject=face.subject,
            face=face,
        )

    @property
    def stream_subject(self) -> str:
        """The entry's own id: the card's number is its holder's."""
        return str(self.id)

    def withdraw(self, reason: CardEnd, now: datetime) -> None:
        """註銷; saying so again adds nothing."""
        if self.counts:
            self.trigger_event(self.CardWithdrawn, timestamp=now, card=self.card, holder=self.holder, reason=reason)

    @event(CardWithdrawn)
    def _card_withdrawn(self) -> None:
        self.counts = False


class CardBinding(Aggregate):
    """帳號綁定的憑證卡: a card by which an account is opened, until it is unbound."""

    TOPIC = "identity.CardBinding"
    CardBound = events.CardBound
    CardUnbound = events.CardUnbound

    @event(CardBound)
    def __init__(  # noqa: PLR0913, PLR0917 - the fields of the event
        self,
        card: SubjectId,
        kind: CardKind,
        account: UUID,
        subject: SubjectId,
        holder: Sealed[AccountHolder],
        face: Sealed[CardFace],
    ) -> None:
        self.card = card
        self.kind = kind
        self.account = account
        self.subject = subject
        self.holder = holder
        self.face = face
        self.counts = True

    @classmethod
    def bind(  # noqa: PLR0913 - which card of which kind, to which account and whose, what it says, when
        cls,
        card: SubjectId,
        kind: CardKind,
        *,
        account: UUID,
        holder: Sealed[AccountHolder],
        face: Sealed[CardFace],
        now: datetime,
    ) -> Self:
        """The account's own person has shown the card, and knows the password."""
        return cls._create(
            cls.CardBound,
            timestamp=now,
            card=card,
            kind=kind,
            account=account,
            subject=holder.subject,
            holder=holder,
            face=face,
        )

    @property
    def stream_subject(self) -> str:
        """The binding's own id."""
        return str(self.id)

    def unbind(self, reason: CardEnd, now: datetime) -> None:
        """解除; saying so again adds nothing."""
        if self.counts:
            self.trigger_event(
                self.CardUnbound,
                timestamp=now,
                card=self.card,
                account=self.account,
                subject=self.subject,
                holder=self.holder,
                reason=reason,
            )

    @event(CardUnbound)
    def _card_unbound(self) -> None:
        self.counts = False
