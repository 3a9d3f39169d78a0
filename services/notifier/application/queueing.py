"""Queueing: from what has happened to messages, each of them once; what cannot be sent is recorded, and shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from services.identity import events as identity
from services.matching import events as matching
from services.notifier.application import reservations
from services.notifier.application.composing import Addressee, Telling, addressed, family_of, to_nobody
from services.notifier.commands import Template
from services.notifier.domain.message import Message
from services.notifier.events import Audience, Channel, FailureReason, Recipient
from shared.application import Decision, Outcome, Result
from shared.store.append import Reservation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from services.notifier.application.desk import Desk
    from services.notifier.commands import (
        SendCode,
        TellBureau,
        TellFamily,
        TellHolder,
        TellInstitution,
        TellNhiCardHolder,
        TellOfSignIn,
    )
    from services.notifier.domain.addresses import Mailbox
    from services.notifier.domain.message import Draft
    from shared.principal import Principal
    from shared.sealing import SubjectId

_LINKS = {
    Template.ACCOUNT_INVITED: "activate",
    Template.INVITATION_REMINDER: "activate",
    Template.PASSWORD_RESET: "reset-password",
}
"""Under which page of the site the secret of a link opens."""


def tell_family(desk: Desk, command: TellFamily, _: Principal, now: datetime) -> Decision:
    """The contact of a case: by mail, or by SMS where no mail address is known."""
    telling = Telling(command.template, command.news, Audience.FAMILY, command.news.county)
    subject, contact = command.contact.subject, desk.vault.open(command.contact, matching.Contact)
    if contact is None:
        return _to_forgotten(desk, telling, subject, now)
    return _queued(desk, [addressed(desk, telling, family_of(subject, contact), now)], now)


def tell_institution(desk: Desk, command: TellInstitution, _: Principal, now: datetime) -> Decision:
    """醫師 and 醫師個管 of an institution (S000, 醫療院所 Q1)."""
    news, institution = command.news, command.institution
    telling = Telling(command.template, news, Audience.INSTITUTION, news.county, institution)
    return _to_accounts(desk, telling, desk.addresses.of_institution(institution, news.doctor), institution, now)


def tell_bureau(desk: Desk, command: TellBureau, _: Principal, now: datetime) -> Decision:
    """衛生局「主管」 and 「個管」 of a county (S000, 醫療院所 Q1)."""
    telling = Telling(command.template, command.news, Audience.BUREAU, command.county)
    return _to_accounts(desk, telling, desk.addresses.of_bureau(command.county), command.county, now)


def tell_holder(desk: Desk, command: TellHolder, _: Principal, now: datetime) -> Decision:
    """The holder of an account, with a link where there is a secret for it."""
    news, subject = command.news, command.holder.subject
    telling = Telling(
        command.template, news, Audience.ACCOUNT, news.county, news.institution, command.account, command.until
    )
    holder = desk.vault.open(command.holder, identity.AccountHolder)
    if holder is None:
        return _to_forgotten(desk, telling, subject, now)
    secrets = {}
    if command.secret is not None:
        secret = desk.vault.open(command.secret, identity.Secret)
        if secret is None:
            return _to_forgotten(desk, telling, subject, now)
        secrets["link"] = f"{desk.site}/{_LINKS[command.template]}/{secret.token}"
    return _queued(desk, [addressed(desk, telling, _by_mail(subject, holder), now, secrets)], now)


def tell_of_sign_in(desk: Desk, command: TellOfSignIn, _: Principal, now: datetime) -> Decision:
    """The holder hears of a device that was not used before; that there is a first one is no news."""
    news, subject = command.news, command.holder.subject
    telling = Telling(Template.NEW_SIGN_IN, news, Audience.ACCOUNT, news.county, news.institution, command.account)
    holder = desk.vault.open(command.holder, identity.AccountHolder)
    here = desk.vault.open(command.where, identity.Whereabouts)
    if holder is None or here is None:
        return _to_forgotten(desk, telling, subject, now)
    known = [desk.vault.open(place, identity.Whereabouts) for place in command.known]
    devices = {place.agent for place in known if place is not None}
    if not devices or here.agent in devices:
        return Decision(Outcome(command.account, 0, result=Result.UNCHANGED))
    return _queued(desk, [addressed(desk, telling, _by_mail(subject, holder), now)], now)


def tell_nhi_card_holder(desk: Desk, command: TellNhiCardHolder, _: Principal, now: datetime) -> Decision:
    """The phone that was proved when the card was registered; whoever was proved by card and PIN has named none."""
    telling = Telling(command.template, command.news, Audience.ACCOUNT)
    subject, holder = command.holder.subject, desk.vault.open(command.holder, identity.NhiCardHolder)
    if holder is None:
        return _to_forgotten(desk, telling, subject, now)
    if not holder.mobile:
        return Decision(Outcome(subject, 0, result=Result.UNCHANGED))
    addressee = Addressee(subject, Channel.SMS, Recipient(holder.mobile, phone=holder.mobile))
    return _queued(desk, [addressed(desk, telling, addressee, now)], now)


def send_code(desk: Desk, command: SendCode, _: Principal, now: datetime) -> Decision:
    """驗證碼: at once, or not at all."""
    telling = Telling(command.template, command.news, Audience.ACCOUNT, until=command.until, waited_for=True)
    code = desk.vault.open(command.code, identity.OneTimeCode)
    if code is None:
        return _to_forgotten(desk, telling, command.subject, now)
    channel = Channel.MAIL if code.email else Channel.SMS
    addressee = Addressee(command.subject, channel, Recipient(code.email or code.mobile, phone=code.mobile))
    return _queued(desk, [addressed(desk, telling, addressee, now, {"code": code.code})], now)


def _by_mail(subject: SubjectId, holder: identity.AccountHolder) -> Addressee:
    return Addressee(subject, Channel.MAIL, Recipient(holder.email, holder.name))


def _to_accounts(desk: Desk, telling: Telling, boxes: Sequence[Mailbox], whose: str, now: datetime) -> Decision:
    """One message for each person; where nobody can be told, that is a message too, which has failed."""
    drafts: dict[SubjectId, Draft] = {}
    for box in boxes:
        holder = desk.vault.open(box.holder, identity.AccountHolder)
        if holder is not None:
            addressee = _by_mail(box.holder.subject, holder)
            of_account = replace(telling, account=box.account)
            drafts.setdefault(addressee.subject, addressed(desk, of_account, addressee, now))
    if drafts:
        return _queued(desk, list(drafts.values()), now)
    message = Message.queue(to_nobody(desk, telling, now), now)
    message.fail(FailureReason.NO_ADDRESS, "", now)
    return _unsent(desk, message, reservations.nobody_at(telling.audience, whose))


def _to_forgotten(desk: Desk, telling: Telling, subject: SubjectId, now: datetime) -> Decision:
    message = Message.queue(to_nobody(desk, telling, now), now)
    message.suppress_forgotten(now)
    return _unsent(desk, message, str(subject))


def _unsent(desk: Desk, message: Message, recipient: str) -> Decision:
    key = reservations.message_key(message.draft, recipient)
    if (known := desk.store.holder_of(reservations.MESSAGE, key)) is not None:
        return _queued_before(known)
    reserve = [Reservation(reservations.MESSAGE, key, message.id)]
    return Decision(Outcome(message.id, message.version, message.draft.case_no), [message], reserve)


def _queued(desk: Desk, drafts: Sequence[Draft], now: datetime) -> Decision:
    """Queue those of these messages that are new; one whose recipient has had enough is held back, with the limit."""
    keys = {reservations.message_key(draft): draft for draft in drafts}
    known = desk.store.holders(reservations.MESSAGE, keys)
    queued, reserve = [], []
    for key, draft in keys.items():
        if key not in known:
            message, places = _decided(desk, draft, now)
            queued.append(message)
            reserve += [Reservation(reservations.MESSAGE, key, message.id), *places]
    if not queued:
        return _queued_before(next(iter(known.values())))
    first = queued[0]
    return Decision(Outcome(first.id, first.version, first.draft.case_no), queued, reserve)


def _decided(desk: Desk, draft: Draft, now: datetime) -> tuple[Message, list[Reservation]]:
    """The message, and the places that it takes within its recipient's limits: none where it is not sent."""
    message = Message.queue(draft, now)
    counted = desk.counted(draft, now)
    full = next((limit for limit, number in counted.items() if number >= limit.most), None)
    if now > draft.send_by:
        message.expire(now)
    elif full is not None:
        message.suppress_at(full, now)
    else:
        return message, reservations.places(draft, counted, now)
    return message, []


def _queued_before(message_id: UUID) -> Decision:
    return Decision(Outcome(message_id, Message.INITIAL_VERSION, result=Result.UNCHANGED))
