"""憑證卡 facts: whose a card is, by its issuer's list or a citizen's own first log-in, and which accounts have one.

Sources: S001 (憑證登入), S002 (管理者設定), IDENTITY §1, §3, DOMAIN §1.2 rows 1-7. A card is meant by the number by
which its issuer knows the holder (`serialNumber` in the subject): the next card has it too. That number is in no event:
`card` is the vault's pseudonym of it, and what a page may show of the card is sealed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from services.identity.events.accounts import AccountHolder
from shared.cards.profiles import CardKind
from shared.events import Created, Event, published
from shared.sealing import Sealed, SubjectId

HolderKey = Annotated[
    str,
    msgspec.Meta(
        description="By its kind: a practitioner number, an institution code, a county, a person's pseudonym."
    ),
]


class HolderKind(StrEnum):
    """Whose a card may be."""

    PRACTITIONER = "practitioner"
    """醫事人員"""
    INSTITUTION = "institution"
    """醫事機構"""
    CENTRE = "centre"
    """長照中心 of a county"""
    PERSON = "person"
    """自然人"""


class CardHolder(msgspec.Struct, frozen=True):
    """持卡人: of what kind, and which one."""

    kind: HolderKind
    key: HolderKey

    @property
    def text(self) -> str:
        """As one word: `institution/3501200000`."""
        return f"{self.kind}/{self.key}"


class CardFace(msgspec.Struct, frozen=True):
    """What the card's certificate says: its issuer's distinguished name, the holder's number there, and name."""

    issuer: str
    serial: str
    name: str = ""


class CardEnd(StrEnum):
    """Why a card counts no longer."""

    LOST = "lost"
    """遺失"""
    REPLACED = "replaced"
    """換發"""
    LEFT = "left"
    """離職或歇業"""
    MISTAKE = "mistake"
    """登記有誤"""
    FORGOTTEN = "forgotten"
    """個人資料已刪除"""
    RESET = "reset"
    """帳號密碼重設"""


@published("identity.CardRegistered.v1")
class CardRegistered(Created):
    """憑證卡登記: whoever comes in by this card is its holder, and may be what that holder may."""

    originator_id: UUID
    card: SubjectId
    kind: CardKind
    holder: CardHolder
    subject: SubjectId
    face: Sealed[CardFace]


@published("identity.CardWithdrawn.v1")
class CardWithdrawn(Event):
    """憑證卡註銷: nobody comes in by this card any more, and whoever is in by it, is out."""

    originator_id: UUID
    card: SubjectId
    holder: CardHolder
    reason: CardEnd


@published("identity.CardBound.v1")
class CardBound(Created):
    """帳號綁定憑證卡: whoever comes in by this card may be what the account may, as by its password."""

    originator_id: UUID
    card: SubjectId
    kind: CardKind
    account: UUID
    subject: SubjectId
    holder: Sealed[AccountHolder]
    face: Sealed[CardFace]


@published("identity.CardUnbound.v1")
class CardUnbound(Event):
    """解除帳號綁定: the card opens this account no longer, and whoever is in by it, is out."""

    originator_id: UUID
    card: SubjectId
    account: UUID
    subject: SubjectId
    holder: Sealed[AccountHolder]
    reason: CardEnd
