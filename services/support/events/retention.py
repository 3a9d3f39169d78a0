"""How long what was written in an application is kept (保存期限), and what keeps it longer."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from services.support.events.entries import CaseNo
from shared.events import Event, Forgetting, published
from shared.sealing import SubjectId


class HoldGround(StrEnum):
    """保全原因: why an application may not be forgotten although its time is over."""

    REMEDY = "remedy_pending"
    """訴願或訴訟"""
    INSPECTION = "inspection"
    """查核或稽核"""
    ORDER = "official_order"
    """檢調或主管機關來函"""


@published("support.RetentionHeld.v1")
class RetentionHeld(Event):
    """法律保全: nothing of the application may be forgotten until the hold is lifted."""

    originator_id: UUID
    case_no: CaseNo
    ground: HoldGround


@published("support.RetentionHoldLifted.v1")
class RetentionHoldLifted(Event):
    """解除保全: from now on the application is kept for its time and no longer."""

    originator_id: UUID
    case_no: CaseNo


@published("support.ApplicationForgotten.v1")
class ApplicationForgotten(Forgetting, Event):
    """保存期滿: the key of everything that people wrote in the application, and of its files, was destroyed.

    Numbers, codes, times and decisions stay. `subject` is the application's own at the vault, of nobody else.
    """

    originator_id: UUID
    case_no: CaseNo
    subject: SubjectId
