"""Every answer "no" about coming in by an NHI card; what operators are told besides is in `Trouble`."""

from __future__ import annotations

from enum import StrEnum

from shared.refusals import Refusal


class Trouble(StrEnum):
    """Why somebody did not come in by an NHI card, as the log has it; the person is told one thing for all of them."""

    IDENTIFIER_UNKNOWN = "nhi-identifier-unknown"
    """Nobody is known by this national ID."""
    PERSON_UNKNOWN = "nhi-person-unknown"
    """The person neither practises nor belongs to an organisation, as far as anybody has said."""
    MOBILE_OTHER = "nhi-mobile-other"
    """The phone is none that is on record for the person."""
    SESSION_OTHERS = "nhi-session-others"
    """The open session is somebody else's."""
    CARD_UNREGISTERED = "nhi-card-unregistered"
    """The person has registered no card, or has had it removed."""
    CARD_OTHER = "nhi-card-other"
    """The number is not that of the registered card."""
    PASSWORD_WRONG = "nhi-password-wrong"  # noqa: S105 - a reason, not a secret
    BIRTH_DATE_OTHER = "nhi-birth-date-other"
    """The card that is registered again names another birth date than the former one."""
    FORMER_COUNTS = "nhi-former-counts"
    """A card is registered that counts: it is replaced by card and PIN, or by the phone that registered it."""
    RECORDS_DISAGREE = "nhi-records-disagree"
    """Who has named the person does not agree, or no longer, with what the registration was proved by."""
    PERSON_OTHER = "nhi-person-other"
    """The card in the reader names another person than the one who was proved, by a code or by card and PIN."""


class NhiNotAccepted(Refusal):
    """Nobody comes in by this national ID, card and password or phone; which of them is wrong is not said."""


class NhiPersonUnknown(Refusal):
    """The card is the person's own, and they neither practise nor belong to an organisation any more."""


class NhiPasswordBlocked(Refusal):
    """So many wrong passwords that this one counts no more; a new one by a code to the phone helps."""


class NhiCardNumberMalformed(Refusal):
    """The number of an NHI card has 12 digits."""


class BirthDateAhead(Refusal):
    """Nobody is born after today."""


class CodeProofVoid(Refusal):
    """The code that was entered counts no more: it has been used, its time is over, or it was for something else."""


class NhiCardNotRegistered(Refusal):
    """There is no registered NHI card to be changed or removed."""


class NhiPersonNotProved(Refusal):
    """To register a card one has to enter a code first, or to be signed in by one's own card and PIN."""
