"""What a card agent cannot do, by codes that pages and the command line have words for."""

from __future__ import annotations

from shared.refusals import Refusal


class CardRefusal(Refusal):
    """Anything about readers, cards, PINs, or what a page may ask of the agent."""


class OriginNotAllowed(CardRefusal):
    """The page that asks is of no site that this agent answers, or does not say of which it is."""


class Busy(CardRefusal):
    """The agent, or another program, is at work with a card at this moment."""


class NotFound(CardRefusal):
    """The agent has nothing under this path."""


class MethodNotAllowed(CardRefusal):
    """What lies under this path is asked in another way."""


class BodyMalformed(CardRefusal):
    """What was sent is not the JSON that belongs here."""


class NoPcsc(CardRefusal):
    """The computer's service for smart cards does not answer."""


class NoReader(CardRefusal):
    """No reader is plugged in."""


class NoCard(CardRefusal):
    """No card is in the reader."""


class CardUnknown(CardRefusal):
    """The card is none that this agent can use for what was asked."""


class CardChanged(CardRefusal):
    """The card was taken out, changed or reset by another program, between what was shown and what was asked."""


class ReaderGone(CardRefusal):
    """The reader was unplugged, or the computer's service for smart cards has stopped, in between."""


class CardSilent(CardRefusal):
    """The card is there and does not answer."""


class CardExpired(CardRefusal):
    """The card was good until the day `on`, in Taiwan."""


class CardNotYetValid(CardRefusal):
    """The card is good from the day `on`, in Taiwan; or the clock of this computer is slow."""


class SignatureWrong(CardRefusal):
    """What the card has signed is not the signature of the key in its certificate."""


class DecryptionWrong(CardRefusal):
    """What the card has decrypted is not what was encrypted for the key in its certificate."""


class PinWrong(CardRefusal):
    """That was not the PIN; `left` tries are left, None where the card does not tell."""


class PinBlocked(CardRefusal):
    """The PIN was wrong too often: not even the right one opens the card any more."""


class PinMalformed(CardRefusal):
    """No PIN of such a card looks so; the card was not shown it, and no try was used."""


class NonceMalformed(CardRefusal):
    """What is to be signed is not the random number of a log-in: 32 bytes in base64."""
