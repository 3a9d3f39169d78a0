"""The first page of the site: what it is for, where to begin, what happens afterwards, and how long that takes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from services.gateway.web.areas import EVERYBODY
from services.gateway.web.asking import caller
from services.gateway.web.parents.area import PARENTS
from services.gateway.web.parents.rules import rules_today
from services.gateway.web.rendering import language, show, t
from services.gateway.web.wording import UNANSWERED
from shared.rpc.wire import RemoteRefusal
from shared.words import Language

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

_NOTICES = 3


@PARENTS.page("/", EVERYBODY)
def home() -> ResponseReturnValue:
    """三大功能: 申請, 查詢, 變更; and the doors of institutions and agencies."""
    consent = caller().ask("matching.consent_time")
    return show(
        "parents/home.html",
        rules=rules_today(),
        consent=consent,
        consent_month=_month(consent["first_day"]),
        notices=_notices(),
    )


def _month(first_day: str) -> str:
    day = date.fromisoformat(first_day)
    return t("parents.home.month", year=day.year, month=f"{day:%B}" if language() is Language.ENGLISH else day.month)


def _notices() -> list[dict[str, Any]]:
    """最新消息; a first page without them is better than none."""
    try:
        asked = {"kind": "notice", "language": language(), "limit": _NOTICES}
        entries: list[dict[str, Any]] = caller().ask("gateway.pages", asked)["entries"]
    except (RemoteRefusal, *UNANSWERED):
        return []
    return entries
