"""What the notifier refuses; the words are in `services/notifier/messages`, by language, with what to do next."""

from __future__ import annotations

from shared.refusals import PersonGone, Refusal


class MessageUnknown(Refusal):
    """There is no such message."""


class MessageNotYours(Refusal):
    """The message was for another family, institution or county, or its case answers to another family by now."""


class MessageOnItsWay(Refusal):
    """The message waits to be sent, or is being sent: asking again would make two of it."""


class MessagePerhapsArrived(Refusal):
    """Nobody knows whether the message arrived: whoever has it sent again has to accept that it may come twice."""


class ResentJustNow(Refusal):
    """Somebody has had the message sent again a moment ago; the next time is possible at `at`."""


class NobodyToSendTo(Refusal):
    """No address was known when the message was due; `institution` or `county` says whose."""


class OutboxNotShown(Refusal):
    """Messages are really sent here, or the pages are for others than whoever sits at this machine."""


class MessageOfNoUse(Refusal):
    """What the message says was over at `since`: a code, or a link with an end."""


class MessageNotUncertain(Refusal):
    """Only of an uncertain message somebody can find out more; this one is `status`."""


class RecipientLimitReached(Refusal):
    """The recipient has had the `most` messages that are allowed in an hour or a day (`per`)."""


class RecipientForgotten(PersonGone):
    """Whoever the message was for has been forgotten: nothing can be sent any more."""
