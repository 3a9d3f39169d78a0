"""家長媒合工具申請案件查詢: the clinic's work queue, nearest deadline first, with filters that can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from flask import request, url_for

from services.gateway.web.areas import CLINICS
from services.gateway.web.asking import caller
from services.gateway.web.clinic.area import CLINIC
from services.gateway.web.clinic.offers import Offer
from services.gateway.web.counties import county_choices, district_choices
from services.gateway.web.holding import typed
from services.gateway.web.paging import cursor_asked
from services.gateway.web.rendering import show
from services.gateway.web.work.choosing import BIRTH_ORDERS, birth_order_choices
from services.gateway.web.work.filters import Filter, Filters, Kind
from services.gateway.web.work.list_pages import drop_page, keep_page, search_page
from services.gateway.web.work.saved_filters import saved_filters
from services.gateway.web.work.searching import SOUGHT, sought_mother

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

QUEUE = "clinic"
PAGE_SIZES = (50, 200)

TABS: Mapping[str, Mapping[str, list[str]]] = {
    "waiting": {"statuses": ["offered"]},
    "notice": {"statuses": ["accepted"], "enrolments": ["not_enrolled"]},
    "enrolled": {"statuses": ["accepted"], "enrolments": ["enrolled"]},
    "closed": {"statuses": ["declined", "expired", "lapsed", "taken_back", "released"]},
    "all": {},
}
"""What each tab asks for, beside the filters."""

FILTERS = (
    Filter("county", Kind.TEXT),
    Filter("district", Kind.TEXT),
    Filter("birth_from", Kind.DAY),
    Filter("birth_until", Kind.DAY),
    Filter("applied_from", Kind.DAY),
    Filter("applied_until", Kind.DAY),
    Filter("birth_orders", Kind.NUMBERS, BIRTH_ORDERS),
    Filter("doctor", Kind.TEXT),
    Filter("case_no", Kind.TEXT),
    SOUGHT,
)
"""DOMAIN §1.1 row 22; the statuses of that row are the tabs."""


@CLINIC.page("/clinic", CLINICS)
def queue() -> ResponseReturnValue:
    """The work queue; empty filters show everything that the caller's doctors were asked."""
    filters = Filters.read(FILTERS, request.args.to_dict(flat=False), _tab(request.args.get("tab", "")))
    size = request.args.get("size", PAGE_SIZES[0], int)
    size = size if size in PAGE_SIZES else PAGE_SIZES[0]
    asked = _asked(filters)
    page = {"order": "deadline", "limit": size, "cursor": cursor_asked()}
    found = caller().ask("matching.clinic_worklist", {**asked, **TABS[filters.tab], **page})
    return show(
        "clinic/queue.html",
        tabs=TABS,
        counts=caller().ask("matching.worklist_counts", asked),
        offers=msgspec.convert(found["entries"], list[Offer]),
        following=found["following"],
        filters=filters,
        size=size,
        is_first=page["cursor"] is None,
        saved=saved_filters(QUEUE, FILTERS),
        ticks_all=request.args.get("tick") == "all",
        counties=county_choices(),
        districts=district_choices(filters.one("county")),
        birth_orders=birth_order_choices(),
    )


def _tab(given: str) -> str:
    return given if given in TABS else next(iter(TABS))


def _asked(filters: Filters) -> dict[str, Any]:
    """The fields of the query; the mother's number comes from where it is held, never from the address."""
    asked = filters.asked()
    if asked.pop(SOUGHT.name, None):
        mother = sought_mother(QUEUE)
        asked["mother"] = msgspec.to_builtins(mother) if mother else None
    return asked


@CLINIC.page("/clinic/search", CLINICS, methods=("GET", "POST"))
def search() -> ResponseReturnValue:
    """A case by its number, or the cases of a mother by hers."""
    return search_page(QUEUE, url_for("clinic.queue", tab="all"))


@CLINIC.page("/clinic/filters", CLINICS, methods=("GET", "POST"))
def keep() -> ResponseReturnValue:
    """儲存篩選條件."""
    given = typed().to_dict(flat=False)
    filters = Filters.read(FILTERS, given, _tab(next(iter(given.get("tab", ())), "")))
    return keep_page(QUEUE, filters, url_for("clinic.queue"))


@CLINIC.page("/clinic/filters/drop", CLINICS, methods=("GET", "POST"))
def drop() -> ResponseReturnValue:
    """刪除篩選條件."""
    return drop_page(QUEUE, url_for("clinic.queue"))
