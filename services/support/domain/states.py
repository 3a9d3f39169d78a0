"""申請進度: how far an application has come, and how an approved support stands."""

from __future__ import annotations

from enum import StrEnum


class ApplicationState(StrEnum):
    """申請進度 of a case."""

    DRAFT = "draft"
    """未送審"""
    UNDER_REVIEW = "under_review"
    """審核中"""
    APPROVED = "approved"
    """已核准"""
    DENIED = "denied"
    """不核准"""
    RETURNED = "returned"
    """退回"""
    DISCARDED = "discarded"
    """已刪除: thrown away before it was submitted"""


class QueuePart(StrEnum):
    """Which part of what waits for a bureau (審核清單)."""

    ALL = "all"
    YOURS = "yours"
    """由您承辦: assigned to whoever asks."""
    UNASSIGNED = "unassigned"
    """尚未分案"""
    OVERDUE = "overdue"
    """已逾期"""


OPEN = frozenset({ApplicationState.DRAFT, ApplicationState.RETURNED})
"""While an application is in one of these, whoever applies may change it."""


class SupportState(StrEnum):
    """How a support stands that was approved once."""

    APPROVED = "approved"
    """已核准"""
    AMEND_PENDING = "amend_pending"
    """已核准, 案件變更申請中"""
    CANCEL_PENDING = "cancel_pending"
    """已核准, 案件註銷申請中"""
    CANCELLED = "cancelled"
    """註銷"""
