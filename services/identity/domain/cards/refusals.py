"""Every answer "no" to somebody with a card, or about a card; the words and the mend are in `messages`."""

from __future__ import annotations

from shared.refusals import FieldMissing, InvalidForm, Refusal, TextTooLong, heed

__all__ = ("FieldMissing", "InvalidForm", "TextTooLong", "heed")  # what all contexts can answer with


class CardNotAccepted(Refusal):
    """Nobody comes in by this card here: why not is for the log, which has its own reason for each case."""


class CardNonceExpired(Refusal):
    """What the card has signed was given out too long ago: begin again."""


class CardNonceVoid(Refusal):
    """What the card has signed was not given out to this browser, or has been used: begin again."""


class CardHolderUnknown(Refusal):
    """The card is good, and nobody has said whose it is: its holder has to be registered first."""


class IdentifierNeeded(Refusal):
    """A citizen's card is used here for the first time, so the national ID has to be entered with it."""


class PractitionerIsSuspended(Refusal):
    """The practitioner is suspended since `since`, as the register says: nobody comes in as one who is."""


class InstitutionNotOpen(Refusal):
    """The institution, `name`, is suspended or closed, as the register says: nobody comes in for it."""


class CapacityUnknown(Refusal):
    """The person has no such capacity, or has it no longer."""


class CardOfAnother(Refusal):
    """The card is somebody else's than the open session's."""


class CardNotForAccounts(Refusal):
    """An institution's card opens the institution, and no account."""


class CardOfAnotherAgency(Refusal):
    """A government card is bound to accounts of the agency only whose card it is in the register."""


class CardOfSeveralAccounts(Refusal):
    """Several accounts have the card, so it says of nobody whose holder bears it: the password comes first."""


class CardExists(Refusal):
    """The card is registered already; for another holder it has to be withdrawn first."""


class CitizenCardExists(Refusal):
    """The person has a citizen's card by which they come in, or the card a person: it is withdrawn first."""


class CardUnknown(Refusal):
    """There is no such card, or it counts no longer."""


class CardKindHasNoRegister(Refusal):
    """A citizen's card is in nobody's list: it is bound at its first log-in."""


class IssuerMalformed(Refusal):
    """The issuer is no distinguished name as certificates have them."""


class TooManyCardTries(Refusal):
    """So many cards have been tried from here that the next may be only at `at`."""
