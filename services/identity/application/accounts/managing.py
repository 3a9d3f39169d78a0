"""帳號管理: who is let in, as what, by whom; and who is let in no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from services.identity.application.accounts.following_register import standing_of
from services.identity.application.accounts.people import ACCOUNT, account, accounts_at, holder_of, mailbox
from services.identity.application.accounts.tokens import Link
from services.identity.application.registry.lookups import known_institution, known_practitioner
from services.identity.domain.accounts import access, refusals
from services.identity.domain.accounts.account import BY_REGISTER, Account
from services.identity.domain.registry.refusals import InstitutionUnknown
from services.identity.events import AccountHolder, DisabledReason, Rights, Secret, SessionEnd
from shared.application import Decision, Outcome, Result
from shared.calendar import taipei_day
from shared.refusals import ChoiceUnknown, Refusal
from shared.store.append import Reservation
from shared.taiwan.contacts import parse_email_address
from shared.taiwan.places import county_named

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from services.identity.application.desk import Desk
    from services.identity.commands.accounts import (
        ChangeRights,
        DisableAccount,
        EnableAccount,
        ExpireInvitation,
        InviteAccount,
        RemindInvitation,
        ResendInvitation,
        RightsEntry,
    )
    from shared.principal import Principal

NAME_LIMIT = 100


def invite_account(desk: Desk, command: InviteAccount, principal: Principal, now: datetime) -> Decision:
    """邀請: a link to the mailbox, which may be used within 7 days."""
    rights, county = _rights(desk, command.rights, now)
    refusals.heed(access.giving(principal, rights, county))
    holder = AccountHolder(_name(command.name), parse_email_address(command.email, field="email").address)
    subject = desk.vault.subject_for([mailbox(holder.email)])
    if desk.store.holder_of(ACCOUNT, str(subject)) is not None:
        raise refusals.AccountExists("email")
    account_id = uuid4()
    invited = Account.invite(
        desk.vault.seal(subject, holder),
        rights,
        county,
        account_id=account_id,
        invitation=desk.vault.seal(subject, Secret(Link.new(account_id).text)),
        policy=desk.entrance.policy(now),
        now=now,
    )
    reserve = [Reservation(ACCOUNT, str(subject), account_id), *at_its_place(invited)]
    return Decision(_outcome(invited), [invited], reserve=reserve)


def resend_invitation(desk: Desk, command: ResendInvitation, principal: Principal, now: datetime) -> Decision:
    """重寄邀請: a new link, another 7 days; the former link is void."""
    invited = _others_account(desk, command, principal, access.giving)
    invitation = desk.vault.seal(invited.subject, Secret(Link.new(invited.id).text))
    invited.resend(invitation, desk.entrance.policy(now), now)
    return Decision(_outcome(invited), [invited])


def change_rights(desk: Desk, command: ChangeRights, principal: Principal, now: datetime) -> Decision:
    """權限變更: the caller has to answer for the account as it was and as it will be."""
    changed = _others_account(desk, command, principal, access.giving)
    rights, county = _rights(desk, command.rights, now)
    refusals.heed(access.giving(principal, rights, county))
    if (rights, county) == (changed.given, changed.county):
        return Decision(_outcome(changed, Result.UNCHANGED))
    former = at_its_place(changed)
    changed.change_rights(rights, county, now)
    desk.entrance.sessions.close_all(changed.id, SessionEnd.RIGHTS_CHANGED)
    place = at_its_place(changed)
    if place == former:
        return Decision(_outcome(changed), [changed])
    return Decision(_outcome(changed), [changed], reserve=place, release=former)


def disable_account(desk: Desk, command: DisableAccount, principal: Principal, now: datetime) -> Decision:
    """停用: whoever is in by this account, is out before the answer is given."""
    if command.reason in BY_REGISTER:
        raise ChoiceUnknown("reason", choices=tuple(sorted(set(DisabledReason) - BY_REGISTER)))
    disabled = _others_account(desk, command, principal, access.closing)
    disabled.disable(command.reason, now)
    desk.entrance.sessions.close_all(disabled.id, SessionEnd.ACCOUNT_DISABLED)
    return Decision(_outcome(disabled), [disabled])


def enable_account(desk: Desk, command: EnableAccount, principal: Principal, now: datetime) -> Decision:
    """復用."""
    enabled = _others_account(desk, command, principal, access.closing)
    if enabled.given.institution is not None:
        standing = standing_of(desk, enabled.given.institution, [enabled], now)
        if standing.objection_to(enabled.given) is not None:
            raise refusals.RegisterShutsAccount("account_id")
    enabled.enable(now)
    return Decision(_outcome(enabled), [enabled])


def remind_invitation(desk: Desk, command: RemindInvitation, _: Principal, now: datetime) -> Decision:
    """The same link once more, on its day."""
    invited = account(desk, command.account_id)
    invited.remind(now)
    return Decision(_outcome(invited), [invited])


def expire_invitation(desk: Desk, command: ExpireInvitation, _: Principal, now: datetime) -> Decision:
    """Nobody used the link in time."""
    invited = account(desk, command.account_id)
    invited.expire(now)
    return Decision(_outcome(invited), [invited])


def _others_account(
    desk: Desk,
    command: ResendInvitation | ChangeRights | DisableAccount | EnableAccount,
    principal: Principal,
    rule: Callable[[Principal, Rights, str | None], Refusal | None],
) -> Account:
    """An account that the caller answers for, and that is not the caller's own."""
    found = account(desk, command.account_id)
    refusals.heed(rule(principal, found.rights, found.county))
    if principal.id == f"account/{found.id}":
        raise refusals.OwnAccount("account_id")
    holder_of(desk, found)  # of a forgotten person there is nothing left to see to
    return found


def _rights(desk: Desk, entry: RightsEntry, now: datetime) -> tuple[Rights, str | None]:
    """The rights as they are stored, and the county that answers for them; refuses with every fault at once."""
    objections: list[Refusal] = []
    county = _jurisdiction(entry.jurisdiction, objections)
    rights = Rights(
        entry.role,
        entry.institution.strip() or None,
        tuple(dict.fromkeys(number.strip() for number in entry.acts_for)),
        county,
    )
    objections += access.objections_to_shape(rights)
    if not objections and rights.institution is not None:
        county = _county_of_workplace(desk, rights, objections, now)
    if objections:
        raise refusals.InvalidForm([_within("rights", objection) for objection in objections])
    return rights, county


def _jurisdiction(text: str, objections: list[Refusal]) -> str | None:
    """The county as the districts table writes it; what was written stands in for one that nobody knows."""
    if not text.strip():
        return None
    try:
        return county_named(text, field="jurisdiction").name
    except Refusal as unknown:
        objections.append(unknown)
        return text


def _county_of_workplace(desk: Desk, rights: Rights, objections: list[Refusal], now: datetime) -> str | None:
    """The county of a clinic; its doctors have to work there, as the registry knows."""
    code = rights.institution or ""
    institution = known_institution(desk, code)
    if institution is None:
        objections.append(InstitutionUnknown("institution"))
        return None
    if not institution.is_open(taipei_day(now)):
        objections.append(refusals.InstitutionShut("institution"))
    for place, number in enumerate(rights.acts_for):
        practitioner = known_practitioner(desk, number)
        if practitioner is None or practitioner.institution != code:
            objections.append(refusals.PractitionerNotThere(f"acts_for.{place}"))
    return institution.county


def at_its_place(of: Account) -> list[Reservation]:
    """By what the accounts of an institution are found when the register changes."""
    institution = of.given.institution
    return [] if institution is None else [Reservation(accounts_at(institution), str(of.id), of.id)]


def _within(entry: str, objection: Refusal) -> Refusal:
    return type(objection)(f"{entry}.{objection.field}", **objection.params)


def _name(text: str) -> str:
    name = text.strip()
    if not name:
        raise refusals.FieldMissing("name")
    if len(name) > NAME_LIMIT:
        raise refusals.TextTooLong("name", limit=NAME_LIMIT, given=len(name))
    return name


def _outcome(of: Account, result: Result = Result.DONE) -> Outcome:
    return Outcome(of.id, of.version, result=result)
