"""Who is meant: by phone, by mailbox, by link; and from where they come."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from eventsourcing.application import AggregateNotFoundError

from services.identity.domain.accounts import refusals
from services.identity.domain.accounts.account import Account
from services.identity.domain.accounts.clients import agent_family
from services.identity.events import AccountHolder, Whereabouts
from shared.vault.blind_index import Identifier

if TYPE_CHECKING:
    from services.identity.application.desk import Desk
    from services.identity.commands.accounts import Client
    from shared.sealing import Sealed, SubjectId

ACCOUNT = "account"
"""The scope of accounts by their person: one mailbox, one account."""

_ADDRESS_LIMIT = 45
"""The longest text of an IP address."""


def accounts_at(institution: str) -> str:
    """The scope of the accounts that have been given rights at an institution."""
    return f"accounts/{institution}"


def mailbox(email: str) -> Identifier:
    """How the vault knows the person behind an account."""
    return Identifier("mailbox", email)


def phone(mobile: str) -> Identifier:
    """How the vault knows a parent, here as in every context."""
    return Identifier("mobile", mobile)


def account_of_mailbox(desk: Desk, email: str) -> Account | None:
    """The account of this mail address; whether there is one or not, the same is looked up."""
    subject = desk.vault.find(mailbox(email))
    held = desk.store.holder_of(ACCOUNT, str(subject or uuid4()))
    return known_account(desk, held or uuid4())


def known_account(desk: Desk, account_id: UUID) -> Account | None:
    """The account of this id, where there is one."""
    try:
        return desk.store.load(Account, account_id)
    except AggregateNotFoundError:
        return None


def account(desk: Desk, account_id: UUID) -> Account:
    """The account of this id; refuses with `AccountUnknown`."""
    found = known_account(desk, account_id)
    if found is None:
        raise refusals.AccountUnknown("account_id")
    return found


def holder_of(desk: Desk, of: Account) -> AccountHolder:
    """Name and mail address; refuses with `AccountUnknown` where the person has been forgotten."""
    holder = desk.vault.open(of.holder, AccountHolder)
    if holder is None:
        raise refusals.AccountUnknown
    return holder


def whereabouts(desk: Desk, subject: SubjectId, client: Client) -> Sealed[Whereabouts]:
    """From where this person came."""
    where = Whereabouts(client.address[:_ADDRESS_LIMIT], agent_family(client.user_agent))
    return desk.vault.seal(subject, where)
