"""衛生局案件查詢: every case of the jurisdiction, by filters that can be seen and removed; also as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from flask import request, url_for

from services.gateway.web import shown
from services.gateway.web.areas import BUREAUS
from services.gateway.web.asking import caller
from services.gateway.web.bureau.area import BUREAU
from services.gateway.web.bureau.listed import CaseListed
from services.gateway.web.counties import Choice, district_choices
from services.gateway.web.holding import typed
from services.gateway.web.paging import cursor_asked
from services.gateway.web.rendering import language, show, t, today, value
from services.gateway.web.sheets import sheet
from services.gateway.web.work.filters import Filter, Filters, Kind
from services.gateway.web.work.list_pages import drop_page, keep_page, search_page
from services.gateway.web.work.saved_filters import saved_filters
from services.gateway.web.work.searching import SOUGHT, sought_mother

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask.typing import ResponseReturnValue

QUEUE = "bureau"
PAGE = 50
FILE_PAGE = 200

TABS: Mapping[str, Mapping[str, list[str]]] = {
    "all": {},
    "awaiting_closure": {"statuses": ["awaiting_closure"]},
    "matching": {"statuses": ["matching"]},
    "awaiting_notice": {"statuses": ["awaiting_notice"]},
    "matched": {"statuses": ["matched"]},
    "unmatched": {"statuses": ["unmatched"]},
    "withdrawn": {"statuses": ["withdrawn"]},
}
"""媒合狀態: what each tab asks for, beside the filters."""

KINDS = ("new", "change")
FLAGS = ("overdue", "mismatch")

FILTERS = (
    Filter("district", Kind.TEXT),
    Filter("institution", Kind.TEXT),
    Filter("kinds", Kind.CODES, KINDS),
    Filter("flags", Kind.CODES, FLAGS),
    Filter("applied_from", Kind.DAY),
    Filter("applied_until", Kind.DAY),
    Filter("birth_from", Kind.DAY),
    Filter("birth_until", Kind.DAY),
    Filter("case_no", Kind.TEXT),
    SOUGHT,
)


@BUREAU.page("/bureau/cases", BUREAUS)
def cases() -> ResponseReturnValue:
    """The cases of the jurisdiction, the newest application first."""
    filters, asked = _asked()
    cursor = cursor_asked()
    found = caller().ask("matching.bureau_cases", {**asked, **TABS[filters.tab], "limit": PAGE, "cursor": cursor})
    known = caller().known
    return show(
        "bureau/cases.html",
        cases=msgspec.convert(found["entries"], list[CaseListed]),
        following=found["following"],
        counts=caller().ask("matching.bureau_case_counts", asked),
        filters=filters,
        is_first=cursor is None,
        saved=saved_filters(QUEUE, FILTERS),
        tabs=TABS,
        districts=district_choices(known.jurisdiction or "" if known else ""),
        kinds=[Choice(kind, value(kind)) for kind in KINDS],
        flags=[Choice("overdue", t("bureau.flags.overdue")), Choice("mismatch", t("bureau.flags.mismatch"))],
    )


@BUREAU.page("/bureau/cases.csv", BUREAUS)
def cases_file() -> ResponseReturnValue:
    """The same cases as a file, all pages of them; names masked as on the page."""
    filters, asked = _asked()
    return sheet(f"caretrail-cases-{today():%Y%m%d}.csv", _rows({**asked, **TABS[filters.tab]}))


def _rows(asked: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    headings = ("case-no", "kind", "applied", "status", "enrolment", "district", "child", "clinic", "since", "due")
    yield tuple(t(f"bureau.file.{name}") for name in headings)
    cursor = None
    while True:
        found = caller().ask("matching.bureau_cases", {**asked, "limit": FILE_PAGE, "cursor": cursor})
        for one in msgspec.convert(found["entries"], list[CaseListed]):
            yield (
                one.case_no,
                value(one.kind),
                shown.table_day(one.applied_at.isoformat(), language()),
                value(one.match),
                value(one.enrolment),
                f"{one.county}{one.district or ''}",
                shown.masked_name(one.child_name) if one.child_name else "",
                one.institution_name,
                shown.table_day(one.lies_since.isoformat(), language()),
                shown.table_day(one.due_by.isoformat(), language()) if one.due_by else "",
            )
        cursor = found["following"]
        if cursor is None:
            return


def _asked() -> tuple[Filters, dict[str, Any]]:
    """The filters of the address, and the fields of the query; the mother's number is held elsewhere."""
    filters = Filters.read(FILTERS, request.args.to_dict(flat=False), _tab(request.args.get("tab", "")))
    asked = filters.asked()
    if asked.pop(SOUGHT.name, None):
        mother = sought_mother(QUEUE)
        asked["mother"] = msgspec.to_builtins(mother) if mother else None
    return filters, asked


def _tab(given: str) -> str:
    return given if given in TABS else next(iter(TABS))


@BUREAU.page("/bureau/search", BUREAUS, methods=("GET", "POST"))
def search() -> ResponseReturnValue:
    """A case by its number, or the cases of a mother by hers."""
    return search_page(QUEUE, url_for("bureau.cases", tab="all"))


@BUREAU.page("/bureau/filters", BUREAUS, methods=("GET", "POST"))
def keep() -> ResponseReturnValue:
    """儲存篩選條件."""
    given = typed().to_dict(flat=False)
    filters = Filters.read(FILTERS, given, _tab(next(iter(given.get("tab", ())), "")))
    return keep_page(QUEUE, filters, url_for("bureau.cases"))


@BUREAU.page("/bureau/filters/drop", BUREAUS, methods=("GET", "POST"))
def drop() -> ResponseReturnValue:
    """刪除篩選條件."""
    return drop_page(QUEUE, url_for("bureau.cases"))
