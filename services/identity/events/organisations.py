"""機構使用者 facts: who manages an organisation's users, who is one, and which services each may use from when to when.

Sources: S002 (申請服務項目), S004 (機構管理者作業), IDENTITY §1. Names, identifiers and phones are sealed for whoever
has them. Days are of Taipei, both included; without `until` there is no last one. The envelope says by whom.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from services.identity.events.registry_entries import CountyName
from shared.events import Created, Event, published
from shared.principal import Service
from shared.sealing import Sealed, SubjectId

OrganisationText = Annotated[
    str,
    msgspec.Meta(description="institution/ and a 醫事機構代碼 of 10 digits, or centre/ and the 縣市 of a 長照中心."),
]


class MemberIdentity(msgspec.Struct, frozen=True, omit_defaults=True):
    """機構使用者: name, 身分證號 or 統一證號, and the phone (09 and 8 digits) for codes, where one is known."""

    name: str
    identifier: str
    mobile: str = ""


@published("identity.OrganisationOpened.v1")
class OrganisationOpened(Created):
    """機構開始設定使用者: the organisation is about to have its first manager."""

    originator_id: UUID
    organisation: OrganisationText


@published("identity.ManagerNamed.v1")
class ManagerNamed(Event):
    """設定機構管理者: says who uses what there; named anew where somebody is named again with other days."""

    originator_id: UUID
    organisation: OrganisationText
    county: CountyName
    subject: SubjectId
    person: Sealed[MemberIdentity]
    since: date
    until: date | None


@published("identity.ManagerRemoved.v1")
class ManagerRemoved(Event):
    """取消機構管理者: nothing is left to them there."""

    originator_id: UUID
    organisation: OrganisationText
    subject: SubjectId


@published("identity.UserAdded.v1")
class UserAdded(Event):
    """新增機構使用者: may be granted services there; added anew where somebody is added again with other days."""

    originator_id: UUID
    organisation: OrganisationText
    county: CountyName
    subject: SubjectId
    person: Sealed[MemberIdentity]
    since: date
    until: date | None


@published("identity.UserRemoved.v1")
class UserRemoved(Event):
    """移除機構使用者: nothing is left to them there."""

    originator_id: UUID
    organisation: OrganisationText
    subject: SubjectId


@published("identity.ServiceGranted.v1")
class ServiceGranted(Event):
    """授權服務項目: holds from `since` to `until`; granted anew where it is granted again with other days."""

    originator_id: UUID
    organisation: OrganisationText
    subject: SubjectId
    service: Service
    since: date
    until: date | None


@published("identity.ServiceRevoked.v1")
class ServiceRevoked(Event):
    """取消授權."""

    originator_id: UUID
    organisation: OrganisationText
    subject: SubjectId
    service: Service
