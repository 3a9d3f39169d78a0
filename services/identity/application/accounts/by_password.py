"""帳號登入: mail address and password; whichever is wrong, the answer is the same and takes the same work."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from services.identity.application.accounts.opening import Arrival, open_session, prove
from services.identity.application.accounts.origins import answer_from, origin_of
from services.identity.application.accounts.people import account, account_of_mailbox, holder_of, whereabouts
from services.identity.application.accounts.telling import tell_refused, turned_away
from services.identity.application.accounts.windows import Window
from services.identity.domain.accounts import refusals
from services.identity.domain.accounts.account import AccountStatus
from services.identity.domain.accounts.failures import Answer, Obstacle
from services.identity.domain.accounts.records import Tried
from services.identity.events import Proof, Way
from shared.principal import Assurance
from shared.refusals import Refusal
from shared.taiwan.contacts import parse_email_address

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.identity.application.accounts.answers import SignedIn
    from services.identity.application.accounts.origins import Origin
    from services.identity.application.desk import Desk
    from services.identity.commands.accounts import Answered, Client, LogIn, ProvePassword
    from services.identity.domain.accounts.account import Account
    from shared.principal import Principal


class Target(NamedTuple):
    """What a password is tried at: by which way, under which keyed digest, and what is said when nothing helps."""

    way: Way
    key: bytes
    blocked: type[Refusal]


class Try(NamedTuple):
    """A password that is to be looked at: for which target, from where, and until when one waits if it is wrong."""

    account_key: bytes
    origin: Origin
    locked_until: datetime | None
    client: Client


def log_in(desk: Desk, command: LogIn, _: Principal, now: datetime) -> SignedIn:
    """A session for who knows the password of an active account."""
    email = parse_email_address(command.email, field="email").address
    this = begin_try(desk, at_mailbox(desk, email), command.client, command.question, now)
    found = account_of_mailbox(desk, email)
    proof = accept(desk, this, found, command.password, now)
    if found is None:  # nobody's password is right
        raise refusals.CredentialsWrong
    return open_session(desk, Arrival.of_holder(desk, found, email, proof, command.client), now)


def prove_password(desk: Desk, command: ProvePassword, _: Principal, now: datetime) -> SignedIn:
    """再驗證: the session of an account that came in another way counts its password too."""
    found = account_of_session(desk, command.session, now)
    email = holder_of(desk, found).email
    this = begin_try(desk, at_mailbox(desk, email), command.client, command.question, now)
    proof = accept(desk, this, found, command.password, now)
    return prove(desk, command.session, proof, now)


def account_of_session(desk: Desk, token: str, now: datetime) -> Account:
    """The account whose open session this is; refuses with `AccountUnknown` for a parent's, who has none."""
    owner: UUID = desk.entrance.sessions.find(token, now).owner
    return account(desk, owner)


def at_mailbox(desk: Desk, email: str) -> Target:
    """The account of this mail address, whether there is one or not."""
    return Target(Way.PASSWORD, desk.entrance.keys.mailbox(email), refusals.PasswordBlocked)


def begin_try(desk: Desk, at: Target, client: Client, answered: Answered | None, now: datetime) -> Try:
    """Count a try before it is made; refuses where a question, a wait or a reset comes first."""
    entrance, policy = desk.entrance, desk.entrance.policy(now)
    origin = origin_of(desk, at.key, client, now)
    try:
        answer = answer_from(desk, answered, origin, now)
    except Refusal as refusal:
        raise turned_away(at.way, refusal) from None
    count_try(desk, origin.tries, now)
    obstacle, until = entrance.failures.begin(at.key, origin, answer, now, policy)
    match obstacle:
        case Obstacle.QUESTION:
            raise turned_away(at.way, refusals.QuestionNeeded())
        case Obstacle.LOCK:
            raise turned_away(at.way, refusals.LockedOut(until=until))
        case Obstacle.BLOCK:
            raise turned_away(at.way, at.blocked())
    waits = until if until is not None and now < until else None
    return Try(at.key, origin, waits, client)


def count_try(desk: Desk, place: bytes, now: datetime) -> None:
    """Whosever passwords and links are tried: one place tries so many; refuses with `LockedOut`."""
    window = Window(place, desk.entrance.policy(now).tries_of_client)
    try:
        desk.entrance.windows.count([window], Answer.NOT_ASKED, now)
    except refusals.TooManySends as full:
        raise turned_away(Way.PASSWORD, refusals.LockedOut(until=full.params["at"])) from None


def accept(desk: Desk, this: Try, found: Account | None, password: str, now: datetime) -> Proof:
    """The proof that the right password is; refuses with `CredentialsWrong`, or with `AccountIsDisabled` who knew it.

    One hash is compared whether there is an account or not.
    """
    right = desk.entrance.passwords.is_right(found.password if found else None, password)
    if found is None or not right or found.password is None:
        reason = _reason(found)
        where = None if found is None else whereabouts(desk, found.subject, this.client)
        tried = Tried(Way.PASSWORD, found.subject if found else None, found.id if found else None, where)
        tell_refused(desk, tried, reason, this.locked_until, now)
        raise refusals.CredentialsWrong
    desk.entrance.failures.clear(this.account_key, this.origin)
    if found.status is not AccountStatus.ACTIVE:
        tried = Tried(Way.PASSWORD, found.subject, found.id, whereabouts(desk, found.subject, this.client))
        tell_refused(desk, tried, refusals.AccountIsDisabled.code, None, now)
        raise refusals.AccountIsDisabled
    return Proof(Assurance.PASSWORD, f"password/{found.password}")


def _reason(found: Account | None) -> str:
    """What operators are told; the person is not."""
    if found is None:
        return refusals.AccountUnknown.code
    return refusals.PasswordWrong.code if found.password else refusals.AccountNotActive.code
