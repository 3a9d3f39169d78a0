"""What may be asked about who uses which service at an organisation (S002): managers, users, grants.

An organisation is `institution/<醫事機構代碼>` or `centre/<縣市>`. Days are of Taipei, both included; no last day is
without end, no first day is today. A `member` is the id under which the organisation knows one of its people.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from shared.principal import Service


@dataclass(frozen=True)
class NameManager:
    """設定機構管理者: also of somebody who is a user there, and again with other days."""

    organisation: str
    identifier: str = field(repr=False)
    name: str = field(repr=False)
    mobile: str = field(default="", repr=False)
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class RemoveManager:
    """取消機構管理者: they keep nothing there."""

    organisation: str
    member: UUID


@dataclass(frozen=True)
class AddUser:
    """機構使用者維護作業: somebody may be granted services there; again with other days, name or phone."""

    organisation: str
    identifier: str = field(repr=False)
    name: str = field(repr=False)
    mobile: str = field(default="", repr=False)
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class RemoveUser:
    """移除機構使用者: with every service granted to them there."""

    organisation: str
    member: UUID


@dataclass(frozen=True)
class GrantService:
    """使用者授權管理作業: a user or manager of the organisation may use this service; again with other days."""

    organisation: str
    member: UUID
    service: Service
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class RevokeService:
    """取消授權."""

    organisation: str
    member: UUID
    service: Service
