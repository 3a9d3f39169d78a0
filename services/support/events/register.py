"""What happens to the register file (報備支援清冊檔) of a working day: made, delivered or not, asked for again."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from shared.events import Created, Event, published

Sha256 = Annotated[str, msgspec.Meta(description="SHA-256, in hex.")]


class DeliveryFault(StrEnum):
    """Why a file could not be delivered."""

    UNREACHABLE = "unreachable"
    """連線不到接收端"""
    OTHER_HOST = "other_host"
    """接收端身分不符"""
    SIGN_IN_REFUSED = "sign_in_refused"
    """接收端拒絕登入"""
    NOT_WRITTEN = "not_written"
    """無法寫入資料夾"""
    OTHER_FILE_THERE = "other_file_there"
    """資料夾已有同名但內容不同之檔案"""


@published("support.RegisterFileProduced.v1")
class RegisterFileProduced(Created):
    """清冊檔產製: the file of a Taipei day was made of the events behind position `after` up to `until`, and signed.

    `number` counts the files from 1. `digest` is that of the file, `previous` that of the file before, or empty; with
    `key_id` and `signature` (Ed25519, in hex) the manifest follows from this event alone.
    """

    originator_id: UUID
    day: date
    number: int
    after: int
    until: int
    adds: int
    changes: int
    cancels: int
    digest: Sha256
    previous: str
    key_id: str
    signature: str


@published("support.RegisterFileDelivered.v1")
class RegisterFileDelivered(Event):
    """清冊檔送達: file and manifest lie where the insurer fetches them; both digests were read back from there."""

    originator_id: UUID
    day: date
    attempt: int
    digest: Sha256
    manifest_digest: Sha256


@published("support.RegisterFileNotDelivered.v1")
class RegisterFileNotDelivered(Event):
    """清冊檔未送達: it is tried again at `retry_at`; where that is None, not before a person has looked."""

    originator_id: UUID
    day: date
    attempt: int
    fault: DeliveryFault
    retry_at: datetime | None


@published("support.RegisterFileAskedForAgain.v1")
class RegisterFileAskedForAgain(Event):
    """重送清冊檔: somebody wants it delivered once more, whatever has become of it."""

    originator_id: UUID
    day: date
