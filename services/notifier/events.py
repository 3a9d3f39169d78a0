"""Messages: every mail and SMS, queued, sent, delivered, failed or left uncertain, with the event that it follows from.

Sources: S000 (手冊), DOMAIN §1.1 rows 12 to 18 and 21, §6 (GOV.UK Notify family), §7 idea 11. Whom a message is for and
what it says are sealed for that person; which template, about which case, and what became of it stay in clear.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from shared.events import Created, Event, published
from shared.sealing import Sealed

CaseNo = Annotated[str, msgspec.Meta(description="案件編號; empty where the message is about no case.")]
Institution = Annotated[str, msgspec.Meta(description="醫事機構代碼, 10 digits; empty where none is told.")]
County = Annotated[str, msgspec.Meta(description="縣市 whose bureau is told, or answers for the case; may be empty.")]
Attempt = Annotated[int, msgspec.Meta(description="Counts the attempts to send a message, from 1.")]
AnswerCode = Annotated[
    str,
    msgspec.Meta(description="The carrier's own code, `550 5.1.1` say; never its text, which may quote an address."),
]


class Channel(StrEnum):
    """How a message travels."""

    MAIL = "mail"
    """電子郵件"""
    SMS = "sms"
    """簡訊"""


class Audience(StrEnum):
    """In what capacity somebody is told."""

    FAMILY = "family"
    """家長"""
    INSTITUTION = "institution"
    """醫療院所"""
    BUREAU = "bureau"
    """衛生局/婦幼局"""
    ACCOUNT = "account"
    """帳號本人: whoever holds, or proves, an account or a phone"""


class FailureReason(StrEnum):
    """Why a message did not arrive, as far as whoever carries it tells."""

    NO_ADDRESS = "no_address"
    """nobody is known to send it to"""
    ADDRESS_UNKNOWN = "address_unknown"
    """there is no such mailbox or number"""
    MAILBOX_FULL = "mailbox_full"
    CONTENT_REFUSED = "content_refused"
    """taken for spam, or too large"""
    OPTED_OUT = "opted_out"
    """the recipient has asked the provider for no more messages"""
    CARRIER_BUSY = "carrier_busy"
    """the server or provider asked to come again later"""
    CARRIER_REFUSES_US = "carrier_refuses_us"
    """our account with the server or provider is not accepted, or out of credit: an operator has to mend it"""
    LINE_LOST = "line_lost"
    """the connection ended before anything had left"""
    NO_ANSWER = "no_answer"
    """the provider did not answer; it knows the message's key, so it can be asked again without sending twice"""
    REFUSED = "refused"
    """for another reason, told by the code only"""


class Prospect(StrEnum):
    """Whether asking again later may help."""

    TEMPORARY = "temporary"
    PERMANENT = "permanent"


class Doubt(StrEnum):
    """Why nobody knows whether a message has left."""

    ANSWER_LOST = "answer_lost"
    """it was handed over whole, and the line was lost before the answer"""
    INTERRUPTED = "interrupted"
    """whoever was sending it has ended without a word"""


class Hindrance(StrEnum):
    """Why a message is not sent although it could be."""

    LIMIT_REACHED = "limit_reached"
    """the recipient has had as many as the policy allows"""
    FORGOTTEN = "forgotten"
    """the recipient's key was destroyed: nobody can read the address"""


class Finding(StrEnum):
    """What an operator found out about an uncertain message."""

    ARRIVED = "arrived"
    NOT_ARRIVED = "not_arrived"


class Recipient(msgspec.Struct, frozen=True):
    """收件人: a mail address, or a mobile phone as 09 and 8 digits, by the message's channel.

    `name`, and `phone` where one is known, are for whoever has to call because the message did not arrive.
    """

    address: str
    name: str = ""
    phone: str = ""


class Parameters(msgspec.Struct, frozen=True):
    """What the template's blanks are filled with, by their names; times in ISO 8601."""

    values: dict[str, str]


@published("notifier.MessageQueued.v1")
class MessageQueued(Created):
    """A message is to be sent: one for each event, template and recipient, ever.

    `recipient` and `parameters` are None where there is nobody to seal them for; then it is never sent. `follows` names
    the event behind it: context, aggregate and version. It leaves between `send_from` and `send_by`; what it says is of
    no use after `useful_until`, if that is set.
    """

    originator_id: UUID
    template: str
    template_version: int
    language: str
    channel: Channel
    audience: Audience
    recipient: Sealed[Recipient] | None
    parameters: Sealed[Parameters] | None
    follows: str
    happened_at: datetime
    send_from: datetime
    send_by: datetime
    useful_until: datetime | None = None
    case_no: CaseNo = ""
    institution: Institution = ""
    county: County = ""
    account: UUID | None = None


@published("notifier.MessageSending.v1")
class MessageSending(Event):
    """The message is about to be handed over; recorded before anything leaves.

    Without an outcome by `outcome_by` it is uncertain, unless it is `repeatable`: then the carrier knows `key` again.
    """

    originator_id: UUID
    attempt: Attempt
    carrier: str
    key: str
    repeatable: bool
    outcome_by: datetime


@published("notifier.MessageSent.v1")
class MessageSent(Event):
    """The carrier has taken the message over; `provider_id` is by what name it knows it."""

    originator_id: UUID
    attempt: Attempt
    provider_id: str


@published("notifier.MessageDelivered.v1")
class MessageDelivered(Event):
    """The carrier tells that the message reached the mailbox or the number; whether anybody read it, nobody knows."""

    originator_id: UUID


@published("notifier.MessageDeferred.v1")
class MessageDeferred(Event):
    """An attempt failed, and another follows at `retry_at`."""

    originator_id: UUID
    attempt: Attempt
    reason: FailureReason
    answer: AnswerCode
    retry_at: datetime


@published("notifier.MessageFailed.v1")
class MessageFailed(Event):
    """The message did not arrive and is not tried again by itself; `attempt` is 0 where it was never tried."""

    originator_id: UUID
    attempt: Attempt
    reason: FailureReason
    prospect: Prospect
    answer: AnswerCode


@published("notifier.MessageUncertain.v1")
class MessageUncertain(Event):
    """Nobody knows whether the message has left: it is shown, and never sent again by itself."""

    originator_id: UUID
    attempt: Attempt
    doubt: Doubt


@published("notifier.MessageChecked.v1")
class MessageChecked(Event):
    """An operator has found out what became of an uncertain message."""

    originator_id: UUID
    finding: Finding


@published("notifier.MessageReaddressed.v1")
class MessageReaddressed(Event):
    """Before it is sent again, the message is sealed for where the family of its case can be reached now."""

    originator_id: UUID
    channel: Channel
    recipient: Sealed[Recipient]
    parameters: Sealed[Parameters]


@published("notifier.MessageResent.v1")
class MessageResent(Event):
    """A person asked to send the message again; it leaves under a new key, `request` counts these from 1."""

    originator_id: UUID
    channel: Channel
    request: int
    send_by: datetime


@published("notifier.MessageSuppressed.v1")
class MessageSuppressed(Event):
    """The message is not sent. At a limit, this recipient is allowed `most` in one `per`: `hour` or `day` of Taipei."""

    originator_id: UUID
    hindrance: Hindrance
    most: int = 0
    per: str = ""


@published("notifier.MessageExpired.v1")
class MessageExpired(Event):
    """The time to send the message had passed: it would tell old news, or a code that is over."""

    originator_id: UUID
