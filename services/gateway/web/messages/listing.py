"""訊息紀錄: what was sent in the caller's matters, what became of each, and one message as it was written."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from flask import request, url_for

from services.gateway.web.asking import caller
from services.gateway.web.letters import letter_in_words, letters
from services.gateway.web.messages.area import MESSAGES, READERS
from services.gateway.web.paging import cursor_asked
from services.gateway.web.rendering import language, show, today
from services.gateway.web.work.filters import Filter, Filters, Kind
from shared.calendar import TAIPEI

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from flask.typing import ResponseReturnValue

TABS: Mapping[str, tuple[str, ...]] = {
    "": (),
    "unreached": ("failed", "uncertain", "suppressed", "expired"),
    "on-its-way": ("waiting", "sending"),
    "sent": ("sent",),
    "delivered": ("delivered",),
}
"""What the list can be narrowed to, by statuses of the notifier; the first has all."""

FILTERS = (
    Filter("case_no", Kind.TEXT),
    Filter("channel", Kind.CODES, ("mail", "sms")),
    Filter("audience", Kind.CODES, ("family", "institution", "bureau", "account")),
    Filter("queued_from", Kind.DAY),
    Filter("queued_until", Kind.DAY),
)
_SINGLE = ("channel", "audience")
"""Of these the notifier takes one."""
_SHOWN = timedelta(days=30)
"""So far back the list goes where nobody asks for more."""


@MESSAGES.page("/messages", READERS)
def listed() -> ResponseReturnValue:
    """The caller's messages, the newest first."""
    tab = request.args.get("tab", "") if request.args.get("tab", "") in TABS else ""
    filters = Filters.read(FILTERS, request.args.to_dict(flat=False), tab)
    since = _from(filters)
    asked = _asked(filters, since)
    found = letters(**asked, cursor=cursor_asked())
    counted = caller().ask("notifier.message_counts", {"since": since, "language": language()})
    counts = {one["status"]: one["messages"] for one in counted}
    return show(
        "messages/listed.html",
        messages=found.entries,
        following=filters.address(cursor=found.following) if found.following else None,
        filters=filters,
        since=since,
        tabs=[
            (name, filters.on_tab(name), sum(counts[status] for status in statuses or counts))
            for name, statuses in TABS.items()
        ],
    )


@MESSAGES.page("/messages/<uuid:message_id>", READERS)
def letter(message_id: UUID) -> ResponseReturnValue:
    """One message, in the words in which it went; codes and links stay hidden."""
    return show("messages/letter.html", letter=letter_in_words(message_id), back=url_for("messages.listed"))


def start_of(day: date) -> str:
    """When a day begins in Taipei."""
    return datetime.combine(day, time(), TAIPEI).isoformat()


def _from(filters: Filters) -> str:
    given = filters.one("queued_from")
    return start_of(date.fromisoformat(given) if given else today() - _SHOWN)


def _asked(filters: Filters, since: str) -> dict[str, object]:
    asked = {name: value for name, value in filters.asked().items() if name not in {"queued_from", "queued_until"}}
    for name in _SINGLE:
        if filters.one(name):
            asked[name] = filters.one(name)
    if until := filters.one("queued_until"):
        asked["queued_until"] = start_of(date.fromisoformat(until) + timedelta(days=1))
    return {**asked, "queued_from": since, "statuses": list(TABS[filters.tab])}
