"""What people do about messages, and what carriers tell of them later."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from services.matching.events import Contact
from services.notifier.application import reservations
from services.notifier.application.composing import family_of
from services.notifier.commands import Template
from services.notifier.domain import access, refusals
from services.notifier.events import Audience, Parameters, Recipient
from shared.application import Decision, Outcome, Result
from shared.refusals import heed

if TYPE_CHECKING:
    from datetime import datetime

    from services.notifier.application.desk import Desk
    from services.notifier.commands import CheckUncertain, RecordDelivery, SendAgain
    from services.notifier.domain.message import Message
    from shared.principal import Principal


def send_again(desk: Desk, command: SendAgain, principal: Principal, now: datetime) -> Decision:
    """重寄: in the same words, within the same limits; to a family where it can be reached by now."""
    message = desk.message(command.message_id)
    heed(access.to_message(principal, message.draft))
    heed(message.objection_to_resend(now))
    heed(message.objection_to_repeating(command.twice, desk.policy(now), now))
    _readdress(desk, message, now)
    heed(access.to_message(principal, message.draft))  # a family has nothing sent to whom its case answers to since
    counted = desk.counted(message.draft, now)
    for limit, number in counted.items():
        if number >= limit.most:
            raise refusals.RecipientLimitReached("message_id", most=limit.most, per=limit.per)
    message.resend(desk.policy(now).send_by(now, message.draft.useful_until), now)
    return Decision(
        Outcome(message.id, message.version, message.draft.case_no),
        [message],
        reservations.places(message.draft, counted, now),
    )


def _readdress(desk: Desk, message: Message, now: datetime) -> None:
    """Seal a message to a family for whom its case answers to by now; refuses with `RecipientForgotten`."""
    draft, open_box = message.draft, desk.vault.open
    before = None if draft.recipient is None else open_box(draft.recipient, Recipient)
    parameters = None if draft.parameters is None else open_box(draft.parameters, Parameters)
    if before is None or parameters is None:
        raise refusals.RecipientForgotten("message_id")
    if draft.audience != Audience.FAMILY or draft.template == Template.CONTACT_CHANGED:
        return
    sealed = desk.addresses.of_case(draft.case_no)
    contact = None if sealed is None else open_box(sealed, Contact)
    if sealed is None or contact is None:
        return
    addressee = family_of(sealed.subject, contact)
    if addressee.recipient != before:
        seal, subject = desk.vault.seal, addressee.subject
        recipient, words = seal(subject, addressee.recipient), seal(subject, parameters)
        message.readdress(addressee.channel, recipient, words, now)


def check_uncertain(desk: Desk, command: CheckUncertain, _: Principal, now: datetime) -> Decision:
    """查核: an operator has looked, or asked."""
    message = desk.message(command.message_id)
    message.check(command.finding, now)
    return Decision(Outcome(message.id, message.version, message.draft.case_no), [message])


def record_delivery(desk: Desk, command: RecordDelivery, _: Principal, now: datetime) -> Decision:
    """The carrier has delivered it; refuses with `MessageUnknown` where the key is none of ours."""
    try:
        message = desk.message(UUID(command.key.partition(".")[0]))
    except ValueError:
        raise refusals.MessageUnknown("key") from None
    if message.key != command.key:
        raise refusals.MessageUnknown("key")
    before = message.version
    message.record_delivered(now)
    result = Result.DONE if message.version > before else Result.UNCHANGED
    return Decision(Outcome(message.id, message.version, message.draft.case_no, result), [message])
