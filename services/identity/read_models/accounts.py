"""帳號清單: the accounts that somebody answers for, how each stands, and when its holder was last in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.identity import events
from services.identity.domain.accounts.account import AccountStatus
from shared.principal import Role
from shared.read_models.model import Key, ReadModel, Table
from shared.read_models.paging import Page, check_limit, page_of, place_of
from shared.sealing import Opener, Sealed, SubjectId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shared.events import Event
    from shared.principal import Principal
    from shared.read_models.reader import Reader


class AccountRow(msgspec.Struct, frozen=True, gc=False):
    """One account. `before` is how it stood when it was disabled."""

    id: UUID
    subject: SubjectId
    holder: Sealed[events.AccountHolder]
    role: Role
    institution: str | None
    acts_for: tuple[str, ...]
    county: str | None
    status: AccountStatus
    invited_at: datetime
    expires_at: datetime
    activated_at: datetime | None = None
    signed_in_at: datetime | None = None
    before: AccountStatus | None = None
    disabled_because: events.DisabledReason | None = None
    withheld: tuple[str, ...] = ()


class AccountListed(msgspec.Struct, frozen=True):
    """One line of the list; `holder` is None once the person has been forgotten.

    `withheld` are those for whom the account was given to act, and who do not practise there, as the register says.
    """

    id: UUID
    holder: events.AccountHolder | None
    role: Role
    institution: str | None
    acts_for: tuple[str, ...]
    county: str | None
    status: AccountStatus
    invited_at: datetime
    expires_at: datetime
    activated_at: datetime | None
    signed_in_at: datetime | None
    disabled_because: events.DisabledReason | None
    withheld: tuple[str, ...]


def _invited(event: events.AccountInvited) -> AccountRow:
    return AccountRow(
        id=event.originator_id,
        subject=event.subject,
        holder=event.holder,
        role=event.rights.role,
        institution=event.rights.institution,
        acts_for=event.rights.acts_for,
        county=event.county,
        status=AccountStatus.INVITED,
        invited_at=event.timestamp,
        expires_at=event.expires_at,
    )


def _resent(_: AccountRow, event: events.InvitationResent) -> dict[str, Any]:
    return {"status": AccountStatus.INVITED, "invited_at": event.timestamp, "expires_at": event.expires_at}


def _rights_changed(_: AccountRow, event: events.AccountRightsChanged) -> dict[str, Any]:
    rights = event.rights
    place = {"institution": rights.institution, "acts_for": rights.acts_for, "county": event.county}
    return {"role": rights.role, "withheld": (), **place}


_CHANGES: dict[type[Event], Callable[[Any, Any], dict[str, Any]]] = {
    events.InvitationResent: _resent,
    events.InvitationExpired: lambda _, __: {"status": AccountStatus.EXPIRED},
    events.AccountActivated: lambda _, event: {"status": AccountStatus.ACTIVE, "activated_at": event.timestamp},
    events.AccountRightsChanged: _rights_changed,
    events.AccountRightsAdjusted: lambda _, event: {"acts_for": event.rights.acts_for, "withheld": event.withheld},
    events.AccountDisabled: lambda row, event: {
        "status": AccountStatus.DISABLED,
        "before": row.before or row.status,
        "disabled_because": event.reason,
    },
    events.AccountEnabled: lambda row, _: {"status": row.before, "before": None, "disabled_because": None},
    events.SessionOpened: lambda _, event: {"signed_in_at": event.timestamp},
}


class Accounts(ReadModel[AccountRow]):
    """One row an account."""

    context = "identity"
    table = Table(
        "accounts",
        row=AccountRow,
        key=("id",),
        indexes=(("county", "invited_at", "id"), ("invited_at", "id"), ("institution",)),
    )
    folds = (events.AccountInvited, *_CHANGES)

    def keys(self, event: Event) -> Iterable[Key]:
        """The account; of a session its own, where it has one."""
        if isinstance(event, events.SessionOpened):
            return () if event.account is None else ((event.account,),)
        return ((event.originator_id,),)

    def evolve(self, key: Key, row: AccountRow | None, event: Event) -> AccountRow | None:  # noqa: ARG002 - the event names its row
        """The account after the event."""
        if isinstance(event, events.AccountInvited):
            return _invited(event)
        return None if row is None else replace(row, **_CHANGES[type(event)](row, event))


@dataclass(frozen=True)
class AccountSearch:
    """帳號查詢: every account that the caller answers for, or only some of them."""

    role: Role | None = None
    status: AccountStatus | None = None
    institution: str = ""


class _Place(msgspec.Struct, frozen=True):
    """Where a page of the list ends."""

    invited_at: datetime
    id: UUID


_OWN = "(%(all)s or county = %(county)s)"
_PAGE = f"""
select * from accounts
where {_OWN} and (%(role)s::text is null or role = %(role)s) and (%(status)s::text is null or status = %(status)s)
    and (%(institution)s = '' or institution = %(institution)s)
    and (%(invited_at)s::timestamptz is null or (invited_at, id) < (%(invited_at)s, %(id)s))
order by invited_at desc, id desc limit %(rows)s
"""
_ONE = f"select * from accounts where id = %(id)s and ({_OWN} or id = %(mine)s)"


def accounts_of(  # noqa: PLR0913 - with what, for whom, which, and which page
    reader: Reader,
    opener: Opener,
    principal: Principal,
    search: AccountSearch,
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[AccountListed]:
    """A page of the accounts of a manager's county, or of all for operators and auditors; the newest first.

    Refuses with `PageTooLong` and `CursorUnknown`.
    """
    check_limit(limit)
    after = place_of(cursor, _Place) if cursor else None
    parameters = {
        **_scope(principal),
        "role": search.role,
        "status": search.status,
        "institution": search.institution.strip(),
        "invited_at": after.invited_at if after else None,
        "id": after.id if after else None,
        "rows": limit + 1,
    }
    found = page_of(reader.rows(AccountRow, _PAGE, parameters), limit, lambda row: _Place(row.invited_at, row.id))
    opener.prepare(row.subject for row in found.entries)
    return Page(tuple(_listed(row, opener) for row in found.entries), found.following)


def account_of(principal: Principal) -> UUID | None:
    """The caller's own account; None of whoever has none."""
    kind, _, account = principal.id.partition("/")
    return UUID(account) if kind == "account" else None


def account_seen_by(reader: Reader, principal: Principal, account_id: UUID | None) -> AccountRow | None:
    """The account, where it is the caller's own or one that the caller answers for."""
    own = account_id is not None and account_id == account_of(principal)
    parameters = {**_scope(principal), "id": account_id, "mine": account_id if own else None}
    return reader.one(AccountRow, _ONE, parameters)


def account_listed(reader: Reader, opener: Opener, principal: Principal, account_id: UUID) -> AccountListed | None:
    """One line of the list; None where the caller does not answer for it."""
    row = account_seen_by(reader, principal, account_id)
    return None if row is None else _listed(row, opener)


def _scope(principal: Principal) -> dict[str, object]:
    """What somebody answers for: a manager the own county, operators and auditors everything, others nothing."""
    sees_all = principal.role in {Role.OPERATOR, Role.AUDITOR}
    county = principal.jurisdiction if principal.role is Role.BUREAU_MANAGER else None
    return {"all": sees_all, "county": county}


def _listed(row: AccountRow, opener: Opener) -> AccountListed:
    shown = {name: getattr(row, name) for name in AccountListed.__struct_fields__ if name != "holder"}
    return AccountListed(**shown, holder=opener.open(row.holder, events.AccountHolder))
