"""案件查詢, 報備支援名單: the cases on one tab, each with what can be done to it as the server says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from services.gateway.web.asking import caller
from services.gateway.web.paging import cursor_asked
from services.gateway.web.rendering import show
from services.gateway.web.support.shapes import applications_in
from services.gateway.web.support_lists.area import APPLICANTS, SUPPORT_LISTS
from services.gateway.web.support_lists.filters import place_sought
from services.gateway.web.support_lists.tabs import ALL, USUAL, Tab, tab_counts
from services.gateway.web.work.filters import Filter, Filters, Kind

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PAGE = 50
FILTERS = (
    Filter("case_no", Kind.TEXT),
    Filter("supported", Kind.TEXT),
    Filter("first", Kind.DAY),
    Filter("last", Kind.DAY),
    Filter("starts", Kind.TIME),
    Filter("ends", Kind.TIME),
)
"""案件編號, 被支援機構, 支援日期, 支援時間; 申請進度 is the tab (DOMAIN §1.2 row 14)."""


@SUPPORT_LISTS.page("/support/applications", APPLICANTS)
def applications() -> ResponseReturnValue:
    """A page of the cases on a tab, the last changed first."""
    given = request.args.get("tab", USUAL)
    tab = given if given in {*Tab, ALL} else USUAL
    filters = Filters.read(FILTERS, request.args.to_dict(flat=False), tab)
    cursor = cursor_asked()
    asked = {**place_sought(filters), **({} if tab == ALL else Tab(tab).asked)}
    found = caller().ask("support.applications", {**asked, "limit": PAGE, "cursor": cursor})
    return show(
        "support_lists/applications.html",
        tabs=(*Tab, ALL),
        counts=tab_counts(),
        filters=filters,
        applications=applications_in(found),
        following=found["following"],
        is_first=cursor is None,
    )
