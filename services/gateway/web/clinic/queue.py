"""家長媒合工具申請案件查詢: the clinic's work queue, nearest deadline first, with filters that can be seen."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from flask import flash, redirect, request, url_for

from services.gateway.web.areas import CLINICS
from services.gateway.web.asking import caller
from services.gateway.web.clinic.area import CLINIC
from services.gateway.web.clinic.offers import Offer
from services.gateway.web.faults import Faults
from services.gateway.web.holding import typed
from services.gateway.web.rendering import refused, show, t, today
from services.gateway.web.work.choosing import BIRTH_ORDERS, birth_order_choices, county_choices, district_choices
from services.gateway.web.work.filters import Filter, Filters, Kind
from services.gateway.web.work.saved_filters import drop_filter, keep_filter, saved_filters
from services.gateway.web.work.searching import SOUGHT, case_no_in, mother_in, remember_mother, sought_mother
from shared.refusals import Refusal
from shared.rpc.wire import RemoteRefusal

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
    page = {"order": "deadline", "limit": size, "cursor": request.args.get("cursor") or None}
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
    text = typed().get("q", "")
    if request.method == "GET":
        return show("work/search.html", back=url_for("clinic.queue"), typed=text, faults=Faults())
    if case_no := case_no_in(text):
        return redirect(url_for("clinic.queue", tab="all", case_no=case_no), HTTPStatus.SEE_OTHER)
    faults = Faults()
    try:
        remember_mother(QUEUE, mother_in(text, today()))
    except Refusal as refusal:
        faults.refuse(refusal)
        return refused("work/search.html", back=url_for("clinic.queue"), typed=text, faults=faults)
    return redirect(url_for("clinic.queue", tab="all", sought="mother"), HTTPStatus.SEE_OTHER)


@CLINIC.page("/clinic/filters", CLINICS, methods=("GET", "POST"))
def keep() -> ResponseReturnValue:
    """儲存篩選條件: the filters in force, under a name; one of that name is replaced."""
    given = typed()
    filters = Filters.read(FILTERS, given.to_dict(flat=False), _tab(given.get("tab", "")))
    page: dict[str, Any] = {"back": url_for("clinic.queue"), "typed": given, "filters": filters}
    if request.method == "GET":
        return show("work/keep_filter.html", **page, faults=Faults())
    name = given.get("name", "").strip()
    try:
        keep_filter(QUEUE, name, filters)
    except RemoteRefusal as refusal:
        return refused("work/keep_filter.html", **page, faults=Faults.of(refusal))
    flash(t("work.filters.kept", name=name), "done")
    return redirect(url_for("clinic.queue") + filters.address(), HTTPStatus.SEE_OTHER)


@CLINIC.page("/clinic/filters/drop", CLINICS, methods=("GET", "POST"))
def drop() -> ResponseReturnValue:
    """刪除篩選條件."""
    if request.method == "POST":
        drop_filter(QUEUE, request.form.get("name", ""))
        flash(t("work.filters.dropped", name=request.form.get("name", "")), "done")
    return redirect(url_for("clinic.queue"), HTTPStatus.SEE_OTHER)
