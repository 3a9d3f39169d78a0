"""承辦人: who reviews a case, as the reader may know it."""

from __future__ import annotations

from typing import Any

import msgspec

from services.gateway.web.asking import caller
from services.gateway.web.counties import Choice
from services.gateway.web.rendering import t, value
from shared.principal import Role

_ACCOUNT = "account/"
"""What principals of accounts begin with."""
_PAGE = 200


class _Holder(msgspec.Struct, frozen=True):
    name: str


class _Account(msgspec.Struct, frozen=True):
    id: str
    holder: _Holder | None
    role: Role
    status: str


def reviewer_choices() -> list[Choice]:
    """Whom a manager can name: those of the bureau who can come in. Nobody else is shown accounts."""
    if caller().role is not Role.BUREAU_MANAGER:
        return []
    found: list[dict[str, Any]] = []
    for role in (Role.BUREAU_OFFICER, Role.BUREAU_MANAGER):
        asked = {"sought": {"role": role, "status": "active"}, "limit": _PAGE}
        found.extend(caller().ask("identity.find_accounts", asked)["entries"])
    accounts = msgspec.convert(found, list[_Account])
    return [
        Choice(f"{_ACCOUNT}{one.id}", t("support_review.assign.named", name=one.holder.name, role=value(one.role)))
        for one in accounts
        if one.holder
    ]
