"""Who is told for an institution or a bureau: the active accounts, with the sealed mail addresses of their holders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.identity import events
from shared.principal import Role
from shared.read_models.model import Key, ReadModel, Table
from shared.sealing import Sealed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.read_models.reader import Reader


class Address(msgspec.Struct, frozen=True, gc=False):
    """An account, what it is for, and its holder; its mailbox is proved once it is activated.

    `institution` and `jurisdiction` are empty where it has none.
    """

    account: UUID
    holder: Sealed[events.AccountHolder]
    role: Role
    institution: str
    acts_for: tuple[str, ...]
    jurisdiction: str
    activated: bool = False
    disabled: bool = False


class Addresses(ReadModel[Address]):
    """The accounts that messages to institutions and bureaus go to, as identity tells of them."""

    context = "identity"
    table = Table("addresses", row=Address, key=("account",), indexes=(("institution",), ("jurisdiction",)))
    folds = (
        events.AccountInvited,
        events.InvitationResent,
        events.AccountActivated,
        events.AccountRightsChanged,
        events.AccountRightsAdjusted,
        events.AccountDisabled,
        events.AccountEnabled,
    )

    def keys(self, event: Event) -> Iterable[Key]:
        """The account."""
        return ((event.originator_id,),)

    def evolve(self, key: Key, row: Address | None, event: Event) -> Address | None:
        """The account after the event."""
        if isinstance(event, events.AccountInvited):
            return Address(key[0], event.holder, **_where(event.rights))
        if row is None:
            raise LookupError(f"{type(event).__name__} without an invitation")
        return replace(row, **_changes(event))


def _changes(event: Event) -> dict[str, Any]:
    match event:
        case events.InvitationResent():
            return {"holder": event.holder}
        case events.AccountActivated():
            return {"activated": True}
        case events.AccountRightsChanged() | events.AccountRightsAdjusted():
            return _where(event.rights)
    return {"disabled": isinstance(event, events.AccountDisabled)}


def _where(rights: events.Rights) -> dict[str, Any]:
    return {
        "role": rights.role,
        "institution": rights.institution or "",
        "acts_for": rights.acts_for,
        "jurisdiction": rights.jurisdiction or "",
    }


_ACTIVE = "select * from addresses where activated and not disabled"


def of_institution(reader: Reader, institution: str) -> list[Address]:
    """The active accounts of an institution."""
    return reader.rows(Address, f"{_ACTIVE} and institution = %s order by account", (institution,))


def of_bureau(reader: Reader, county: str) -> list[Address]:
    """The active accounts of a county's health bureau."""
    roles = [Role.BUREAU_MANAGER, Role.BUREAU_OFFICER]
    return reader.rows(Address, f"{_ACTIVE} and jurisdiction = %s and role = any(%s) order by account", (county, roles))
