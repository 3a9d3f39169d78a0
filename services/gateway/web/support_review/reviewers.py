"""承辦人: who reviews a case, as the reader may know it."""

from __future__ import annotations

from typing import Any

import msgspec

from services.gateway.web.asking import caller
from services.gateway.web.counties import Choice
from shared.principal import Role

_ACCOUNT = "account/"
"""What principals of accounts begin with."""
_PAGE = 200


class _Holder(msgspec.Struct, frozen=True):
    name: str


class _Account(msgspec.Struct, frozen=True):
    id: str
    holder: _Holder | None


def reviewer_choices() -> list[Choice]:
    """Whom a manager can name: those of the bureau who can come in. Nobody else is shown accounts."""
    if caller().role is not Role.BUREAU_MANAGER:
        return []
    found: list[dict[str, Any]] = []
    for role in (Role.BUREAU_OFFICER, Role.BUREAU_MANAGER):
        asked = {"sought": {"role": role, "status": "active"}, "limit": _PAGE}
        found.extend(caller().ask("identity.find_accounts", asked)["entries"])
    accounts = msgspec.convert(found, list[_Account])
    return [Choice(f"{_ACCOUNT}{one.id}", one.holder.name) for one in accounts if one.holder]
