"""What may be asked about coming in by a card and its PIN, about whose a card is, and about capacities (身分).

A `token` is what the card agent has made of a nonce (`shared.cards.token`); it is believed once. An `attempt` is the
secret that came with the nonce, for the browser that asked for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from services.identity.commands.accounts import Client
from services.identity.events import CardEnd, CardHolder
from shared.cards.profiles import CardKind
from shared.sealing import SubjectId

# Coming in -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AskCardNonce:
    """憑證登入: something for the card to sign, good once; in an open session where `session` is its token."""

    client: Client
    session: str = field(default="", repr=False)


@dataclass(frozen=True)
class LogInByCard:
    """憑證登入: whichever card it is. A citizen's first time takes the national ID (`identifier`) too."""

    attempt: str = field(repr=False)
    token: str = field(repr=False)
    client: Client
    identifier: str = field(default="", repr=False)


@dataclass(frozen=True)
class ProveCard:
    """再驗證: the card of whoever's open session this is."""

    session: str = field(repr=False)
    attempt: str = field(repr=False)
    token: str = field(repr=False)
    client: Client


@dataclass(frozen=True)
class TakeCapacity:
    """切換身分: go on as `capacity`, one of the `own_capacities` by its key; the present session ends."""

    session: str = field(repr=False)
    capacity: str
    client: Client


@dataclass(frozen=True)
class CheckCardToken:
    """環境檢測: whether a card's token would be accepted, with nobody let in by it."""

    attempt: str = field(repr=False)
    token: str = field(repr=False)
    client: Client


# Whose a card is -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RegisterCard:
    """憑證卡登記, as the issuer's list has it: `serial` is the `serialNumber` in the subject, `issuer` a whole name.

    `holder` is by the kind of card a practitioner number, an institution code, or a county for its long-term care
    centre.
    """

    kind: CardKind
    issuer: str
    serial: str = field(repr=False)
    holder: str
    name: str = field(default="", repr=False)


@dataclass(frozen=True)
class WithdrawCard:
    """憑證卡註銷; accounts that have it are opened by it no longer either."""

    card: UUID
    reason: CardEnd


@dataclass(frozen=True)
class BindCard:
    """帳號綁定憑證卡: the card that has signed opens the account of this open session from now on."""

    session: str = field(repr=False)
    attempt: str = field(repr=False)
    token: str = field(repr=False)
    client: Client


@dataclass(frozen=True)
class UnbindCard:
    """解除帳號綁定: by the account's own person, or by who answers for the account."""

    binding: UUID
    reason: CardEnd


# Caretrail itself ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CloseVoidCapacities:
    """Close those sessions of a card's holder that what they may be by now would not open any more."""

    holder: CardHolder


@dataclass(frozen=True)
class CloseVoidSessionsOfCard:
    """Close those sessions that this card would not open any more; `card` is the vault's pseudonym of it."""

    card: SubjectId
