"""開通與密碼: what the mailbox proves: an invitation used, a password reset, and a password changed by who knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity.application.accounts.answers import Done, PasswordReset, SignedIn
from services.identity.application.accounts.by_password import (
    accept,
    account_of_session,
    at_mailbox,
    begin_try,
    count_try,
)
from services.identity.application.accounts.opening import Arrival, open_session
from services.identity.application.accounts.origins import answer_from, device_token, origin_of, send_windows
from services.identity.application.accounts.people import account_of_mailbox, holder_of, known_account
from services.identity.application.accounts.telling import tell, tell_refused, turned_away
from services.identity.application.accounts.tokens import Link
from services.identity.application.cards.ending import end_entries_and_tell
from services.identity.application.cards.entries import cards_bound_to
from services.identity.domain.accounts import refusals
from services.identity.domain.accounts.account import AccountStatus
from services.identity.domain.accounts.records import Tried
from services.identity.events import AccountHolder, CardEnd, PasswordCause, Proof, Secret, SessionEnd, Way
from shared.principal import Assurance
from shared.refusals import Refusal
from shared.taiwan.contacts import parse_email_address

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.identity.application.desk import Desk
    from services.identity.commands.accounts import (
        ActivateAccount,
        ChangePassword,
        Client,
        RequestPasswordReset,
        ResetPassword,
    )
    from services.identity.domain.accounts.account import Account
    from shared.principal import Principal
    from shared.sealing import Sealed


def activate_account(desk: Desk, command: ActivateAccount, principal: Principal, now: datetime) -> SignedIn:
    """帳號開通: the link proves the mailbox, the password is set, and the holder is in."""
    count_try(desk, desk.entrance.keys.tries_from(command.client.address), now)
    link, account = _account_of(desk, command.link, Way.INVITATION)
    if not _is_current(desk, link, account.invitation):
        raise turned_away(Way.INVITATION, refusals.LinkUnknown("link"))
    if objection := account.objection_to_link(now):
        raise turned_away(Way.INVITATION, objection)
    password = _new_password(desk, account, command.password, now)
    account.activate(password, now)
    tell(desk, principal, now, account)
    return _let_in(desk, account, password, command.client, now)


def request_password_reset(desk: Desk, command: RequestPasswordReset, principal: Principal, now: datetime) -> Done:
    """忘記密碼: a mail where there is an active account; the answer and the work are the same where there is none."""
    email = parse_email_address(command.email, field="email").address
    entrance, policy = desk.entrance, desk.entrance.policy(now)
    user = entrance.keys.mailbox(email)
    origin = origin_of(desk, user, command.client, now)
    try:
        answer = answer_from(desk, command.question, origin, now)
        entrance.windows.count(send_windows(user, origin, policy), answer, now)
    except Refusal as refusal:
        raise turned_away(Way.PASSWORD_RESET, refusal) from None
    account = account_of_mailbox(desk, email)
    if account is None or account.status is not AccountStatus.ACTIVE:
        reason = refusals.AccountUnknown.code if account is None else refusals.AccountNotActive.code
        tried = Tried(Way.PASSWORD_RESET, account=account.id if account else None)
        tell_refused(desk, tried, reason, None, now)
        return Done()
    reset = desk.vault.seal(account.subject, Secret(Link.new(account.id).text))
    account.request_reset(reset, policy, now)
    tell(desk, principal, now, account)
    return Done()


def reset_password(desk: Desk, command: ResetPassword, principal: Principal, now: datetime) -> PasswordReset:
    """重設密碼: by the link; what was counted against the account is forgiven, and nobody stays signed in.

    Whoever knew the former password may have bound a card: none opens the account until it is bound anew.
    """
    count_try(desk, desk.entrance.keys.tries_from(command.client.address), now)
    link, account = _account_of(desk, command.link, Way.PASSWORD_RESET)
    if account.reset is None or not _is_current(desk, link, account.reset):
        raise turned_away(Way.PASSWORD_RESET, refusals.ResetExpired("link"))
    if objection := account.objection_to_reset(now):
        raise turned_away(Way.PASSWORD_RESET, objection)
    email = holder_of(desk, account).email
    _change(desk, principal, account, command.password, PasswordCause.RESET, now)
    end_entries_and_tell(desk, cards_bound_to(desk, account.id), CardEnd.RESET, principal, now)
    keys = desk.entrance.keys
    desk.entrance.failures.forgive(keys.mailbox(email))
    return PasswordReset(device_token(keys, keys.mailbox(email), now))


def change_password(desk: Desk, command: ChangePassword, principal: Principal, now: datetime) -> SignedIn:
    """變更密碼: the present one has to be given again; every session ends, and a new one begins here."""
    account = account_of_session(desk, command.session, now)
    email = holder_of(desk, account).email
    this = begin_try(desk, at_mailbox(desk, email), command.client, command.question, now)
    accept(desk, this, account, command.present, now)
    password = _change(desk, principal, account, command.password, PasswordCause.CHANGED, now)
    return _let_in(desk, account, password, command.client, now)


def _let_in(desk: Desk, account: Account, password: UUID, client: Client, now: datetime) -> SignedIn:
    email = holder_of(desk, account).email
    return open_session(desk, Arrival.of_holder(desk, account, email, _proof(password), client), now)


def _account_of(desk: Desk, text: str, way: Way) -> tuple[Link, Account]:
    link = Link.parse(text)
    account = known_account(desk, link.account) if link else None
    if link is None or account is None:
        raise turned_away(way, refusals.LinkUnknown("link"))
    return link, account


def _is_current(desk: Desk, link: Link, sealed: Sealed[Secret]) -> bool:
    """Whether this is the last link that was sent; a forgotten person's can no longer be read."""
    kept = desk.vault.open(sealed, Secret)
    return kept is not None and link.is_the_one(kept.token)


def _new_password(desk: Desk, account: Account, password: str, now: datetime) -> UUID:
    """The name of a password that may be one; refuses with what is wrong with it."""
    holder: AccountHolder = holder_of(desk, account)
    passwords, policy = desk.entrance.passwords, desk.entrance.policy(now)
    refusals.heed(passwords.objection(password, holder.email, account.passwords, policy))
    return passwords.keep(account.subject, password, now)


def _change(  # noqa: PLR0913, PLR0917 - whose, by whom, to what, why, when
    desk: Desk, principal: Principal, account: Account, password: str, cause: PasswordCause, now: datetime
) -> UUID:
    password_id = _new_password(desk, account, password, now)
    account.change_password(password_id, cause, now)
    tell(desk, principal, now, account)
    # What the log tells of them, the process that follows it adds.
    desk.entrance.sessions.close_all(account.id, SessionEnd.PASSWORD_CHANGED)
    return password_id


def _proof(password: UUID) -> Proof:
    return Proof(Assurance.PASSWORD, f"password/{password}")
