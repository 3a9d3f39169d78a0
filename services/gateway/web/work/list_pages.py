"""The small pages beside every work list: the search by one box, and the filters kept under a name."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request

from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.rendering import refused, show, t, today
from services.gateway.web.work.saved_filters import drop_filter, keep_filter
from services.gateway.web.work.searching import case_no_in, mother_in, remember_mother
from shared.refusals import Refusal
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from services.gateway.web.work.filters import Filters


def search_page(queue: str, everything: str) -> ResponseReturnValue:
    """A case by its number, or the cases of a mother by hers; `everything` is the address of the unfiltered list."""
    text = typed().get("q", "")
    page: dict[str, Any] = {"back": everything, "typed": text}
    if is_opened():
        return show("work/search.html", **page, faults=Faults())
    if case_no := case_no_in(text):
        return redirect(f"{everything}&case_no={case_no}", HTTPStatus.SEE_OTHER)
    faults = Faults()
    try:
        remember_mother(queue, mother_in(text, today()))
    except Refusal as refusal:
        faults.refuse(refusal)
        return refused("work/search.html", **page, faults=faults)
    return redirect(f"{everything}&sought=mother", HTTPStatus.SEE_OTHER)


def keep_page(queue: str, filters: Filters, back: str) -> ResponseReturnValue:
    """儲存篩選條件: the filters in force, under a name; one of that name is replaced."""
    given = typed()
    page: dict[str, Any] = {"back": back, "typed": given, "filters": filters}
    if is_opened():
        return show("work/keep_filter.html", **page, faults=Faults())
    name = given.get("name", "").strip()
    try:
        keep_filter(queue, name, filters)
    except RemoteRefusal as refusal:
        return refused("work/keep_filter.html", **page, faults=Faults.of(refusal))
    flash(t("work.filters.kept", name=name), "done")
    return redirect(back + filters.address(), HTTPStatus.SEE_OTHER)


def drop_page(queue: str, back: str) -> ResponseReturnValue:
    """刪除篩選條件."""
    if not is_opened():
        name = request.form.get("name", "")
        drop_filter(queue, name)
        flash(t("work.filters.dropped", name=name), "done")
    return redirect(back, HTTPStatus.SEE_OTHER)
