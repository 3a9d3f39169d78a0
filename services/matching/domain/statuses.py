"""The three statuses of a case, which never stand for one another: the match, the enrolment, each preference."""

from __future__ import annotations

from enum import StrEnum


class MatchStatus(StrEnum):
    """媒合狀態: how far the search for a doctor has come."""

    AWAITING_CLOSURE = "awaiting_closure"
    """待原院所結案: of a change only; no new institution has heard of it yet"""
    MATCHING = "matching"
    """媒合中: the preferences are asked one after the other"""
    AWAITING_NOTICE = "awaiting_notice"
    """待簽署通知函: an institution has agreed, the family has yet to sign there"""
    MATCHED = "matched"
    """同意收案: over, the child is in a doctor's care; also where it was enrolled elsewhere than agreed, as the portal
    shows families who enrolled on paper"""
    UNMATCHED = "unmatched"
    """全數未能媒合: over, nobody could take the child"""
    WITHDRAWN = "withdrawn"
    """已撤回: over, the family asked no further"""


LIVE = frozenset({MatchStatus.AWAITING_CLOSURE, MatchStatus.MATCHING, MatchStatus.AWAITING_NOTICE})
"""While a case is in one of these there is no second one for the same child."""


class EnrolmentStatus(StrEnum):
    """收案狀態: whether a doctor has the child in care."""

    NOT_ENROLLED = "not_enrolled"
    """未收案"""
    ENROLLED = "enrolled"
    """已收案: where, and whether elsewhere than agreed, is a fact beside it"""


class PreferenceStatus(StrEnum):
    """What has become of one preference (志願)."""

    WAITING = "waiting"
    """待輪序: not asked yet; its institution knows nothing"""
    OFFERED = "offered"
    """待收案: asked, the answer is open"""
    ACCEPTED = "accepted"
    """同意"""
    DECLINED = "declined"
    """未能同意"""
    EXPIRED = "expired"
    """逾時: no answer within the working days"""
    LAPSED = "lapsed"
    """逾期: agreed, but the notice was not signed in time"""
    TAKEN_BACK = "taken_back"
    """收回: asked or agreed, until the institution or the doctor could take nobody any more"""
    PASSED_OVER = "passed_over"
    """略過: no longer taking part when its turn came, so never asked"""
    RELEASED = "released"
    """解除: need not answer or enrol any more: let go, withdrawn from, or the child was enrolled elsewhere"""
