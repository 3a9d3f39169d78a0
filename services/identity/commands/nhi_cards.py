"""What people may ask about coming in by their 健保卡, with the card at hand or without it (S001).

National IDs, phones, card numbers, codes and passwords are text as typed. What was read from a card, the card agent
read: name, number and days as the card's basic block has them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.identity.commands.accounts import Answered, Client


class NhiPurpose(StrEnum):
    """What a code to the phone on record is for; it is good for nothing else."""

    LOG_IN = "log_in"
    """健保卡登入(無卡): at every log-in, before the card number"""
    REGISTER = "register"
    """申請健保卡註冊密碼"""
    NEW_PASSWORD = "new_password"  # noqa: S105 - what a code is for, not a secret
    """忘記健保卡註冊密碼"""


@dataclass(frozen=True)
class AskNhiCode:
    """簡訊驗證: a code to the phone on record of whoever has this national ID; the answer does not tell who has.

    In an open session, whose token is `session`, it is sent to that session's own person only.
    """

    purpose: NhiPurpose
    identifier: str = field(repr=False)
    mobile: str = field(repr=False)
    client: Client
    question: Answered | None = None
    session: str = field(default="", repr=False)


@dataclass(frozen=True)
class VerifyNhiCode:
    """輸入簡訊驗證碼: `attempt` is the token that `AskNhiCode` answered with."""

    attempt: str = field(repr=False)
    code: str = field(repr=False)
    client: Client


@dataclass(frozen=True)
class LogInByNhiNumber:
    """健保卡登入(無卡): the second step, after a code that was asked for to log in."""

    proof: str = field(repr=False)
    card_number: str = field(repr=False)
    client: Client


@dataclass(frozen=True)
class LogInByNhiCard:
    """健保卡登入(插卡): national ID, the number as read from the card, and the registered password."""

    identifier: str = field(repr=False)
    card_number: str = field(repr=False)
    password: str = field(repr=False)
    client: Client
    question: Answered | None = None


@dataclass(frozen=True)
class RegisterNhiCard:
    """申請健保卡註冊密碼: national ID, number and birth date as read from the card; a new card is registered again.

    The person is proved by a code that was asked for to register, or by the open session of their own card and PIN.
    """

    identifier: str = field(repr=False)
    card_number: str = field(repr=False)
    born_on: date = field(repr=False)
    password: str = field(repr=False)
    client: Client
    proof: str = field(default="", repr=False)
    session: str = field(default="", repr=False)


@dataclass(frozen=True)
class SetNhiPassword:
    """忘記健保卡註冊密碼: by a code that was asked for to this end, and the card number; every session ends."""

    proof: str = field(repr=False)
    card_number: str = field(repr=False)
    password: str = field(repr=False)
    client: Client


@dataclass(frozen=True)
class RemoveNhiCard:
    """註銷健保卡註冊: nobody comes in by the caller's own NHI card any more, until it is registered again."""


@dataclass(frozen=True)
class CloseVoidNhiSessions:
    """Close those sessions that a registered NHI card, as it is now, would not open any more."""

    credential: UUID
