"""機構管理者與使用者 as identity tells them: who, from when to when, and what is granted to them."""

from __future__ import annotations

from uuid import UUID  # noqa: TC003 - msgspec reads the annotations at run time

import msgspec
from werkzeug.exceptions import NotFound

from services.gateway.web.asking import caller
from services.gateway.web.organisations.area import MANAGERS
from services.gateway.web.organisations.grants import Grant, Period
from shared.principal import Role, Service  # noqa: TC001 - as above

_AT_ONCE = 200


class Member(Period, frozen=True, kw_only=True):
    """Somebody of the organisation; who has been forgotten has no name and no number."""

    member: UUID
    role: Role
    name: str | None = None
    identifier: str | None = None
    mobile: str | None = None
    grants: tuple[Grant, ...] = ()

    @property
    def is_manager(self) -> bool:
        """Whether this is a manager, whom the card of the organisation itself has named."""
        return self.role in MANAGERS

    def grant(self, service: Service) -> Grant | None:
        """What is granted of this service; None where nothing is."""
        return next((one for one in self.grants if one.service == service), None)


class Members(msgspec.Struct, frozen=True):
    """A page of an organisation's people."""

    entries: tuple[Member, ...]
    following: str | None = None


def own_organisation() -> str:
    """The key of the organisation that the caller has come in for."""
    known = caller().known
    if known is None:
        return ""
    return f"institution/{known.institution}" if known.institution else f"centre/{known.jurisdiction}"


def members_of_own(cursor: str | None, limit: int = _AT_ONCE) -> Members:
    """A page of them. Raises `RemoteRefusal`."""
    asked = {"organisation": own_organisation(), "limit": limit, "cursor": cursor}
    return msgspec.convert(caller().ask("identity.organisation_users", asked), Members)


def member_of_own(wanted: UUID) -> Member:
    """One of them. Raises NotFound."""
    cursor = None
    while True:
        found = members_of_own(cursor)
        for one in found.entries:
            if one.member == wanted:
                return one
        cursor = found.following
        if cursor is None:
            raise NotFound
