"""What health bureaus see: the cases of their county, and what waits for them."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from services.gateway.web.areas import Area
from services.gateway.web.asking import caller
from services.gateway.web.rendering import t, today
from shared.principal import Role

BUREAU = Area("bureau", __name__)

_INVITING = frozenset({"institutions", "doctors", "invite", "resend", "programme"})


@BUREAU.context_processor
def of_every_page() -> dict[str, Any]:
    """The menu, and the day."""
    return {"today": today(), "menu": _menu()}


def _menu() -> list[dict[str, Any]]:
    here = (request.endpoint or "").partition(".")[2]
    pages = [
        (t("bureau.menu.board"), url_for("bureau.board"), here == "board"),
        (t("bureau.menu.cases"), url_for("bureau.cases"), here in _ABOUT_CASES),
        (t("bureau.menu.statistics"), url_for("bureau.statistics"), here == "statistics"),
        (t("work.menu.messages"), "/messages", False),
    ]
    if caller().role is Role.BUREAU_MANAGER:
        pages.insert(2, (t("bureau.menu.invitations"), url_for("bureau.institutions"), here in _INVITING))
    return [{"text": text, "href": href, "current": current} for text, href, current in pages]


_ABOUT_CASES = frozenset({"cases", "case", "search", "keep", "confirm", "release", "contact"})
