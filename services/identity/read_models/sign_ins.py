"""登入紀錄: when somebody came in by an account, from where, how it ended; and who did not come in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.identity import events
from shared.read_models.model import Key, ReadModel, Table
from shared.read_models.paging import Page, check_limit, page_of, place_of
from shared.sealing import Opener, Sealed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.identity.read_models.accounts import AccountRow
    from shared.events import Event
    from shared.read_models.reader import Reader


class SignInKind(StrEnum):
    """What happened."""

    SIGNED_IN = "signed_in"
    REFUSED = "refused"
    LOCKED_OUT = "locked_out"


class SignIn(msgspec.Struct, frozen=True, gc=False):
    """One line: `how` are the proofs of a session, or the way that was tried; `reason` why it was refused or ended."""

    id: UUID
    account: UUID
    kind: SignInKind
    how: tuple[str, ...]
    at: datetime
    place: Sealed[events.Whereabouts] | None = None
    reason: str = ""
    until: datetime | None = None
    """When a session was ended; until when somebody was locked out."""


class SignInListed(msgspec.Struct, frozen=True):
    """One line of the record; `where` is None where it is not known, or cannot be read any more."""

    kind: SignInKind
    how: tuple[str, ...]
    at: datetime
    where: events.Whereabouts | None
    reason: str
    until: datetime | None


class SignIns(ReadModel[SignIn]):
    """One row a session of an account, a refusal and a lock. Parents have no account, and no record here."""

    context = "identity"
    table = Table("sign_ins", row=SignIn, key=("id",), indexes=(("account", "at", "id"),))
    folds = (
        events.SessionOpened,
        events.SessionProofAdded,
        events.SessionClosed,
        events.LoginRefused,
        events.LockedOut,
    )

    def keys(self, event: Event) -> Iterable[Key]:
        """The session or the record, where it is about an account."""
        if isinstance(event, events.SessionProofAdded) or getattr(event, "account", None) is not None:
            return ((event.originator_id,),)
        return ()

    def evolve(self, key: Key, row: SignIn | None, event: Event) -> SignIn | None:
        """The line after the event."""
        match event:
            case events.SessionOpened(account=UUID() as account):
                proofs = tuple(str(proof.assurance) for proof in event.proofs)
                return SignIn(key[0], account, SignInKind.SIGNED_IN, proofs, event.timestamp, event.where)
            case events.LoginRefused(account=UUID() as account):
                way = (str(event.way),)
                return SignIn(key[0], account, SignInKind.REFUSED, way, event.timestamp, event.where, event.reason)
            case events.LockedOut(account=UUID() as account):
                way = (str(event.way),)
                locked = SignIn(key[0], account, SignInKind.LOCKED_OUT, way, event.timestamp, event.where)
                return replace(locked, until=event.until)
            case events.SessionProofAdded() if row is not None:
                return replace(row, how=(*row.how, event.proof.assurance))
            case events.SessionClosed() if row is not None:
                return replace(row, reason=event.end, until=event.timestamp)
        return row


class _Place(msgspec.Struct, frozen=True):
    """Where a page of the record ends."""

    at: datetime
    id: UUID


_PAGE = """
select * from sign_ins
where account = %(account)s and (%(at)s::timestamptz is null or (at, id) < (%(at)s, %(id)s))
order by at desc, id desc limit %(rows)s
"""


def sign_ins_of(
    reader: Reader, opener: Opener, account: AccountRow, *, limit: int = 50, cursor: str | None = None
) -> Page[SignInListed]:
    """A page of the record of an account, the newest first; who may see the account (`account_seen_by`) sees it.

    Refuses with `PageTooLong` and `CursorUnknown`.
    """
    check_limit(limit)
    after = place_of(cursor, _Place) if cursor else None
    parameters = {
        "account": account.id,
        "at": after.at if after else None,
        "id": after.id if after else None,
        "rows": limit + 1,
    }
    found = page_of(reader.rows(SignIn, _PAGE, parameters), limit, lambda row: _Place(row.at, row.id))
    return Page(tuple(_listed(row, opener) for row in found.entries), found.following)


def _listed(row: SignIn, opener: Opener) -> SignInListed:
    where = opener.open(row.place, events.Whereabouts) if row.place is not None else None
    return SignInListed(row.kind, row.how, row.at, where, row.reason, row.until)
