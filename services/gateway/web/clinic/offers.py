"""What a clinic has been asked, as matching tells it, and how it stands with the clinic."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - msgspec reads the annotations at run time
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID  # noqa: TC003 - as above

import msgspec

from services.gateway.web.asking import caller
from services.gateway.web.work.people import Child, Contact, Deadline, Mother, deadline

if TYPE_CHECKING:
    from collections.abc import Iterable


class Standing(StrEnum):
    """How an offer stands with the clinic, in the order in which it is asked."""

    TURN = "turn"
    """輪到您: the clinic has to answer"""
    TODAY = "today"
    """今天到期"""
    PAST = "past"
    """已逾期: still to be answered, until the system passes it on"""
    NOTICE = "notice"
    """待簽署通知函"""
    NOTICE_PAST = "notice_past"
    """待簽署通知函, past its last day"""
    ENROLLED = "enrolled"
    """已收案"""
    DECLINED = "declined"
    """未能同意收案"""
    OVER = "over"
    """the offer has ended otherwise: not answered, not signed, let go, taken back"""


class FreeText(msgspec.Struct, frozen=True):
    """What somebody wrote."""

    text: str


class Offer(msgspec.Struct, frozen=True):
    """One case at the preference at which this clinic was asked; a person in it is None once forgotten."""

    case_id: UUID
    rank: int
    case_no: str
    kind: str
    applied_on: date
    born: bool
    birth_order: int
    county: str
    district: str | None
    child: Child | None
    mother: Mother | None
    contact: Contact | None
    institution: str
    doctor: str
    status: str
    enrolment: str
    days_waiting: int
    doctor_name: str = ""
    offered_at: datetime | None = None
    due_by: datetime | None = None
    answered_at: datetime | None = None
    decline_reason: str | None = None
    explanation: FreeText | None = None
    ended_at: datetime | None = None
    signed_on: date | None = None
    enrolled_on: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether the clinic can still answer."""
        return self.status == "offered"

    @property
    def is_declined(self) -> bool:
        """Whether the clinic could not take the child."""
        return self.status == "declined"

    @property
    def is_accepted(self) -> bool:
        """Whether the clinic has agreed, and nothing has ended that."""
        return self.status == "accepted"

    @property
    def is_enrolled(self) -> bool:
        """Whether the child has been enrolled on this offer."""
        return self.is_accepted and self.enrolment == "enrolled"

    @property
    def was_agreed_to(self) -> bool:
        """Whether the clinic had agreed, whatever came after."""
        return self.is_accepted or (self.answered_at is not None and not self.is_declined)

    def standing(self, now: datetime) -> Standing:
        """How it stands at `now` (aware)."""
        if self.is_enrolled:
            return Standing.ENROLLED
        if self.is_accepted:
            return Standing.NOTICE_PAST if deadline(self.due_by, now) is Deadline.PAST else Standing.NOTICE
        if self.is_open:
            return _OPEN[deadline(self.due_by, now)]
        return Standing.DECLINED if self.is_declined else Standing.OVER


_OPEN = {Deadline.OPEN: Standing.TURN, Deadline.TODAY: Standing.TODAY, Deadline.PAST: Standing.PAST}


def offer(case_id: UUID) -> Offer:
    """The newest offer of a case to the caller's doctors. Raises `RemoteRefusal` where there is none."""
    return msgspec.convert(caller().ask("matching.clinic_offer", {"case_id": str(case_id)}), Offer)


def offers(case_ids: Iterable[UUID]) -> list[Offer]:
    """As `offer`, for each of these, the nearest deadline first."""
    ticked = [str(case_id) for case_id in case_ids]
    return msgspec.convert(caller().ask("matching.clinic_offers", {"case_ids": ticked}), list[Offer])
