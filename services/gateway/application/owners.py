"""Whose something is that is kept: the account or phone of the caller, and the person behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from services.gateway.domain.refusals import PersonUnknown

if TYPE_CHECKING:
    from shared.principal import Principal
    from shared.sealing import SubjectId


class Owner(NamedTuple):
    """The caller's account or phone, as `Principal.id` names it, and the person whose key seals what is kept."""

    id: str
    subject: SubjectId


def owner_of(principal: Principal) -> Owner:
    """The caller as an owner; refuses with `PersonUnknown`."""
    if principal.subject is None:
        raise PersonUnknown
    return Owner(principal.id, principal.subject)
