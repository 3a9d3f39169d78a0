"""審核清單: what waits for the bureau, the longest waiting first, with whom it lies and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from flask import request

from services.gateway.web.areas import BUREAUS
from services.gateway.web.asking import caller
from services.gateway.web.counties import Choice
from services.gateway.web.paging import cursor_asked
from services.gateway.web.rendering import label, show
from services.gateway.web.support.shapes import applications_in
from services.gateway.web.support_review.area import SUPPORT_REVIEW
from services.gateway.web.support_review.reviewers import reviewer_choices
from services.gateway.web.work.filters import Filter, Filters, Kind

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PAGE = 50
PARTS = ("all", "yours", "unassigned", "overdue")
"""Which part of it."""
KINDS = ("registration", "amendment", "cancellation")
FILTERS = (
    Filter("kinds", Kind.CODES, KINDS),
    Filter("case_no", Kind.TEXT),
    Filter("institution", Kind.TEXT),
    Filter("place", Kind.TEXT),
    Filter("reviewer", Kind.TEXT),
)


class Standing(msgspec.Struct, frozen=True):
    """How much waits in all, past its day, for nobody in particular, and for the reader."""

    waiting: int
    overdue: int
    unassigned: int
    yours: int


@SUPPORT_REVIEW.page("/bureau/support", BUREAUS)
def queue() -> ResponseReturnValue:
    """What waits for the bureau."""
    part = request.args.get("tab", "")
    filters = Filters.read(FILTERS, request.args.to_dict(flat=False), part if part in PARTS else PARTS[0])
    cursor = cursor_asked()
    asked = {**filters.asked(), "part": filters.tab, "limit": PAGE, "cursor": cursor}
    found = caller().ask("support.review_queue", asked)
    reviewers = reviewer_choices()
    return show(
        "support_review/queue.html",
        applications=applications_in(found),
        following=found["following"],
        standing=msgspec.convert(caller().ask("support.review_standing"), Standing),
        filters=filters,
        parts=PARTS,
        is_first=cursor is None,
        ticks_all=request.args.get("tick") == "all",
        kinds=[Choice(kind, label(kind)) for kind in KINDS],
        reviewers=reviewers,
        names={one.value: one.label for one in reviewers},
    )
