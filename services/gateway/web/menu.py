"""The menu of those parts that several kinds of staff share: messages, accounts, the agencies' own pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request, url_for

from services.gateway.web.asking import caller
from services.gateway.web.rendering import t
from shared.principal import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLINIC = ("clinic.queue", "messages.listed")
_OVERSEER = ("accounts.listed", "messages.listed")
_MENUS: Mapping[Role, tuple[str, ...]] = {
    Role.DOCTOR: _CLINIC,
    Role.CASE_MANAGER: _CLINIC,
    Role.BUREAU_MANAGER: ("bureau.queue", "messages.listed", "accounts.listed", "notices.edited"),
    Role.BUREAU_OFFICER: ("bureau.queue", "messages.listed"),
    Role.OPERATOR: (*_OVERSEER, "notices.edited"),
    Role.AUDITOR: _OVERSEER,
}
_PATHS: Mapping[str, str] = {"clinic.queue": "/clinic", "bureau.queue": "/bureau"}
"""First pages of parts that have their own menu, by their address."""


def staff_menu() -> dict[str, Any]:
    """What a page shows as its menu: the parts that the caller's role has, the present one marked."""
    part = (request.endpoint or "").partition(".")[0]
    return {
        "menu": [
            {
                "text": t(f"messages.menu.{view.partition('.')[0]}"),
                "href": _PATHS.get(view) or url_for(view),
                "current": view.partition(".")[0] == part,
            }
            for view in _MENUS.get(caller().role, ())
        ]
    }
