"""What managers and users of an organisation see, and whoever holds the card of the organisation itself."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from services.gateway.web.areas import Area
from services.gateway.web.asking import caller
from services.gateway.web.menu import staff_menu
from services.gateway.web.organisations.grants import own_grants
from services.gateway.web.rendering import label
from shared.principal import Role

ORGANISATIONS = Area("organisations", __name__)

NAMING = frozenset({Role.INSTITUTION, Role.CENTRE})
"""醫事機構憑證卡, or the 政府憑證卡 of a 長照中心: names managers."""
MANAGERS = frozenset({Role.INSTITUTION_MANAGER, Role.CENTRE_MANAGER})
"""機構管理者: add users and grant services."""
KEEPERS = NAMING | MANAGERS
SERVED = MANAGERS | {Role.INSTITUTION_USER, Role.CENTRE_USER}
"""Who may be granted services."""


@ORGANISATIONS.context_processor
def menu_of_services() -> dict[str, Any]:
    """The menu: what the role has, and of the services those alone that are granted to the caller (S002)."""
    if caller().role not in SERVED:
        return staff_menu()
    here = (request.view_args or {}).get("service") if request.endpoint == "organisations.service" else None
    granted = [
        {
            "text": label(one.service),
            "href": url_for("organisations.service", service=one.service),
            "current": one.service == here,
        }
        for one in own_grants()
    ]
    return {"menu": [*_of_the_role(), *granted]}


def _of_the_role() -> list[dict[str, Any]]:
    """Without the mark of a first entry on the pages of services, which have entries of their own."""
    entries: list[dict[str, Any]] = staff_menu()["menu"]
    if (request.endpoint or "").startswith("organisations.service"):
        return [one | {"current": False} for one in entries]
    return entries
