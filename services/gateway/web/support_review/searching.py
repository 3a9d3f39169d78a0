"""衛生局查詢: every application and every support that concerns the county, by filters that can be seen and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request, url_for

from services.gateway.web.areas import BUREAUS
from services.gateway.web.asking import caller
from services.gateway.web.counties import Choice
from services.gateway.web.paging import cursor_asked
from services.gateway.web.rendering import label, language, show, t, today
from services.gateway.web.sheets import sheet
from services.gateway.web.shown import table_day
from services.gateway.web.support.schedules_told import schedule_told
from services.gateway.web.support.shapes import applications_in, supports_in
from services.gateway.web.support_lists.filters import place_sought
from services.gateway.web.support_lists.tabs import ALL, Tab, tab_counts
from services.gateway.web.support_review.area import SUPPORT_REVIEW, department_told
from services.gateway.web.work.filters import Filter, Filters, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask.typing import ResponseReturnValue

    from services.gateway.web.support.shapes import SupportListed

PAGE, PAGE_OF_FILE = 50, 200
TABS = (ALL, Tab.UNDER_REVIEW, Tab.APPROVED, Tab.RETURNED, Tab.DENIED, Tab.CANCELLED)
"""申請進度 of what was ever submitted."""
STATES = ("approved", "amend_pending", "cancel_pending", "cancelled")
_DAYS = (Filter("first", Kind.DAY), Filter("last", Kind.DAY))
OF_APPLICATIONS = (
    Filter("case_no", Kind.TEXT),
    Filter("practitioner", Kind.TEXT),
    Filter("institution", Kind.TEXT),
    Filter("supported", Kind.TEXT),
    *_DAYS,
)
OF_SUPPORTS = (
    Filter("case_no", Kind.TEXT),
    Filter("practitioner", Kind.TEXT),
    Filter("home", Kind.TEXT),
    Filter("supported", Kind.TEXT),
    *_DAYS,
    Filter("states", Kind.CODES, STATES),
)
COLUMNS = ("case-no", "state", "number", "who", "home", "place", "county", "department", "purposes", "when")
"""Of the file of supports."""


@SUPPORT_REVIEW.page("/bureau/support/applications", BUREAUS)
def applications() -> ResponseReturnValue:
    """案件查詢: the last changed first."""
    tab = request.args.get("tab", ALL)
    filters = Filters.read(OF_APPLICATIONS, request.args.to_dict(flat=False), tab if tab in TABS else ALL)
    asked = {**place_sought(filters), **({} if filters.tab == ALL else Tab(filters.tab).asked)}
    cursor = cursor_asked()
    found = caller().ask("support.applications", {**asked, "limit": PAGE, "cursor": cursor})
    return show(
        "support_review/applications.html",
        tabs=TABS,
        counts=tab_counts(),
        filters=filters,
        applications=applications_in(found),
        following=found["following"],
        is_first=cursor is None,
    )


@SUPPORT_REVIEW.page("/bureau/support/supports", BUREAUS)
def supports() -> ResponseReturnValue:
    """報備支援查詢: what was approved, the first to begin first."""
    filters, cursor = _of_supports(), cursor_asked()
    found = caller().ask("support.supports", {**place_sought(filters), "limit": PAGE, "cursor": cursor})
    return show(
        "support_review/supports.html",
        filters=filters,
        states=[Choice(state, label(state)) for state in STATES],
        supports=supports_in(found),
        following=found["following"],
        is_first=cursor is None,
        file=url_for("support_review.supports_file"),
    )


@SUPPORT_REVIEW.page("/bureau/support/supports.csv", BUREAUS)
def supports_file() -> ResponseReturnValue:
    """The same supports as a file, all pages of them."""
    return sheet(f"caretrail-supports-{today():%Y%m%d}.csv", _rows(place_sought(_of_supports())))


def _of_supports() -> Filters:
    return Filters.read(OF_SUPPORTS, request.args.to_dict(flat=False))


def _rows(asked: Mapping[str, object]) -> Iterator[tuple[object, ...]]:
    yield (*(t(f"support_review.{name}") for name in COLUMNS), t("support_review.from"), t("support_review.until"))
    cursor = None
    while True:
        found = caller().ask("support.supports", {**asked, "limit": PAGE_OF_FILE, "cursor": cursor})
        yield from map(_row, supports_in(found))
        cursor = found["following"]
        if cursor is None:
            return
        caller().look_again()


def _row(one: SupportListed) -> tuple[object, ...]:
    return (
        one.case_no,
        label(one.state),
        one.practitioner,
        one.practitioner_name,
        one.institution_name,
        one.place.name,
        one.place.county,
        department_told(one.department),
        t("support_review.comma").join(label(purpose) for purpose in one.terms.purposes),
        schedule_told(one.terms.schedule),
        table_day(one.starts_at, language()),
        table_day(one.ends_at, language()),
    )
