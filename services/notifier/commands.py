"""What processes, people and operators may ask of the notifier.

A message is told of by the event it follows from; whom it reaches, and in which words, the application finds out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from services.identity import events as identity
from services.matching import events as matching
from services.notifier.events import Finding
from shared.sealing import Sealed, SubjectId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.events import Event


class Template(StrEnum):
    """Every message there is, by the name of its words in `services/notifier/messages/templates`."""

    APPLICATION_RECEIVED = "application-received"
    CHANGE_RECEIVED = "change-received"
    MATCH_FOUND = "match-found"
    OFFER_DECLINED = "offer-declined"
    OFFER_UNANSWERED = "offer-unanswered"
    CHOICE_UNAVAILABLE = "choice-unavailable"
    CASE_UNMATCHED = "case-unmatched"
    NOTICE_LAPSED = "notice-lapsed"
    NOTICE_RELEASED = "notice-released"
    CHILD_ENROLLED = "child-enrolled"
    CASE_WITHDRAWN = "case-withdrawn"
    CONTACT_CHANGED = "contact-changed"
    ENROLMENT_CONTACT_CHANGED = "enrolment-contact-changed"
    OFFER_MADE = "offer-made"
    OFFER_REMINDER = "offer-reminder"
    OFFER_OVER = "offer-over"
    CHANGE_INFORMED = "change-informed"
    ENROLLED_ELSEWHERE = "enrolled-elsewhere"
    LICENCE_EXPIRING = "licence-expiring"
    LICENCE_EXPIRED = "licence-expired"
    BUREAU_UNMATCHED = "bureau-unmatched"
    BUREAU_CLOSURE = "bureau-closure"
    ACCOUNT_INVITED = "account-invited"
    INVITATION_REMINDER = "invitation-reminder"
    INVITATION_EXPIRED = "invitation-expired"
    ACCOUNT_DISABLED = "account-disabled"
    ACCOUNT_ENABLED = "account-enabled"
    RIGHTS_ADJUSTED = "rights-adjusted"
    PASSWORD_RESET = "password-reset"  # noqa: S105 - the name of a message, not a secret
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - as above
    NHI_PASSWORD_CHANGED = "nhi-password-changed"  # noqa: S105 - as above
    CARD_BOUND = "card-bound"
    CARD_UNBOUND = "card-unbound"
    NEW_SIGN_IN = "new-sign-in"
    ONE_TIME_CODE = "one-time-code"
    CONTACT_CODE = "contact-code"


@dataclass(frozen=True)
class News:
    """What a message tells: which event it follows from, when that happened, and what fills the template's blanks.

    `institution`, `doctor` and `elsewhere` (another institution) are told by their names of the registry; `figures` are
    texts, codes, and days and moments in ISO 8601.
    """

    follows: str
    happened_at: datetime
    case_no: str = ""
    county: str = ""
    institution: str = ""
    doctor: str = ""
    elsewhere: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)


def following(event: Event, context: str) -> str:
    """How a message names the event that it follows from: the same however often and wherever the event is read."""
    return f"{context}/{event.originator_id}/{event.originator_version}"


# Caretrail itself -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TellFamily:
    """Tell the contact of a case, by mail where an address is known, else by SMS."""

    template: Template
    news: News
    contact: Sealed[matching.Contact]


@dataclass(frozen=True)
class TellInstitution:
    """Tell the accounts of an institution that act for the doctor of the news; all of its accounts where none does."""

    template: Template
    news: News
    institution: str


@dataclass(frozen=True)
class TellBureau:
    """Tell the accounts of a county's health bureau."""

    template: Template
    news: News
    county: str


@dataclass(frozen=True)
class TellHolder:
    """Tell the holder of an account; `secret` is what its link ends with, of use until `until`."""

    template: Template
    news: News
    account: UUID
    holder: Sealed[identity.AccountHolder]
    secret: Sealed[identity.Secret] | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class TellOfSignIn:
    """Tell the holder of a sign-in from a device that is none of those `known`."""

    news: News
    account: UUID
    holder: Sealed[identity.AccountHolder]
    where: Sealed[identity.Whereabouts]
    known: tuple[Sealed[identity.Whereabouts], ...]


@dataclass(frozen=True)
class TellNhiCardHolder:
    """Tell the holder of a registered NHI card, at the phone by which they were proved, where it was a phone."""

    template: Template
    news: News
    holder: Sealed[identity.NhiCardHolder]


@dataclass(frozen=True)
class SendCode:
    """Send a one-time code to the phone or mail address that it is for, of use until `until`."""

    template: Template
    news: News
    subject: SubjectId
    code: Sealed[identity.OneTimeCode]
    until: datetime


@dataclass(frozen=True)
class RecordDelivery:
    """The carrier tells that it has delivered the message known by this key."""

    key: str


# People -----------------------------------------------------------------------------------------------------------


class Twice(StrEnum):
    """Of a message that perhaps has arrived: whether the recipient may get it a second time."""

    AVOIDED = "avoided"
    ACCEPTED = "accepted"


@dataclass(frozen=True)
class SendAgain:
    """Send a message again, in the same words; to a family where it can be reached by now."""

    message_id: UUID
    twice: Twice = Twice.AVOIDED


@dataclass(frozen=True)
class CheckUncertain:
    """Say what has become of an uncertain message."""

    message_id: UUID
    finding: Finding
