"""健保卡註冊 facts: whose NHI card opens sessions, with which password.

Sources: S001 (健保卡登入, 插卡 and 無卡), DOMAIN §1.2, §4.7, IDENTITY §1. What a card says is sealed for its holder;
passwords are in no event.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec

from shared.events import Created, Event, published
from shared.sealing import Sealed, SubjectId


class NhiCardHolder(msgspec.Struct, frozen=True, omit_defaults=True):
    """健保卡基本資料 as read from the card: 身分證號, 卡號 of 12 digits, 出生日期; and by what the person was proved.

    That is the phone (09 and 8 digits) to which the code went, or the name under which the card and PIN were theirs,
    and whether the register had the person then. Where neither is known, the registration has to be made again.
    """

    identifier: str
    card_number: str
    born_on: date
    mobile: str = ""
    name: str = ""
    of_register: bool = False


@published("identity.NhiCardRegistered.v1")
class NhiCardRegistered(Created):
    """健保卡註冊: its holder comes in by it from now on. `password` names the password, and says nothing about it."""

    originator_id: UUID
    subject: SubjectId
    holder: Sealed[NhiCardHolder]
    password: UUID


@published("identity.NhiCardReplaced.v1")
class NhiCardReplaced(Event):
    """健保卡重新註冊: a new card, or the same one again, with another password; by the former nobody comes in."""

    originator_id: UUID
    subject: SubjectId
    holder: Sealed[NhiCardHolder]
    password: UUID


@published("identity.NhiPasswordChanged.v1")
class NhiPasswordChanged(Event):
    """健保卡註冊密碼變更: the former password is void, and every session that it had opened."""

    originator_id: UUID
    subject: SubjectId
    password: UUID


@published("identity.NhiCardRemoved.v1")
class NhiCardRemoved(Event):
    """健保卡註冊註銷: nobody comes in by this card until it is registered again."""

    originator_id: UUID
    subject: SubjectId
