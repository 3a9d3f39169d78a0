"""未送達: whom somebody should call, as a list to work through and as a file."""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
from flask import Response, request, url_for

from services.gateway.web.asking import caller
from services.gateway.web.letters import Letters
from services.gateway.web.messages.area import CALLERS, MESSAGES
from services.gateway.web.messages.listing import start_of
from services.gateway.web.paging import cursor_asked
from services.gateway.web.rendering import language, show, today

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PERIODS = (1, 7, 30, 90)
"""Days back that the list can go."""
_PERIOD = 7


@MESSAGES.page("/messages/unreached", CALLERS)
def unreached() -> ResponseReturnValue:
    """Names and phones, the newest first."""
    days = _days()
    since = start_of(today() - timedelta(days=days))
    asked = {"since": since, "language": language()}
    found = msgspec.convert(caller().ask("notifier.unreached", {**asked, "cursor": cursor_asked()}), Letters)
    following = url_for("messages.unreached", days=days, cursor=found.following) if found.following else None
    return show(
        "messages/unreached.html",
        messages=found.entries,
        following=following,
        days=days,
        periods=PERIODS,
        since=since,
    )


@MESSAGES.page("/messages/unreached.csv", CALLERS)
def failure_report() -> ResponseReturnValue:
    """未送達名單 for a spreadsheet."""
    since = start_of(today() - timedelta(days=_days()))
    found = caller().ask("notifier.failure_report", {"since": since, "language": language()})
    name = f"unreached-{today().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(b64decode(found["content"]), mimetype="text/csv", headers=headers)


def _days() -> int:
    given = request.args.get("days", default=_PERIOD, type=int)
    return given if given in PERIODS else _PERIOD
