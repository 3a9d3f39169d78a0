"""撤回: the family asks no further; why, and that it cannot be undone, on one page."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for

from services.gateway.web.areas import FAMILIES
from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.parents.about import page_about
from services.gateway.web.parents.area import PARENTS
from services.gateway.web.parents.matters import matter
from services.gateway.web.parents.objections import faults_of, missing
from services.gateway.web.parents.possible import not_now
from services.gateway.web.rendering import refused, show, t
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from services.gateway.web.parents.matters import Matter

REASONS = ("found_otherwise", "not_needed", "moved", "mistake", "other")


@PARENTS.page("/cases/<ref>/withdraw", FAMILIES, methods=("GET", "POST"))
def withdraw(ref: str) -> ResponseReturnValue:
    """The reason, and the button."""
    case = matter(ref)
    if closed := not_now(case, "withdraw"):
        return closed
    if is_opened():
        return show("parents/withdraw.html", **_page(case, Faults()))
    if request.form.get("reason") not in REASONS:
        return refused("parents/withdraw.html", **_page(case, faults_of([missing("reason")])))
    try:
        caller().command(
            "matching.withdraw",
            {"case_id": str(case.id), "reason": request.form["reason"]},
            request.form.get("idempotency_key", ""),
        )
    except RemoteRefusal as refusal:
        return refused("parents/withdraw.html", **_page(case, Faults.of(refusal)))
    flash(t("parents.withdraw.done"), "done")
    return redirect(url_for("parents.case", ref=case.ref), HTTPStatus.SEE_OTHER)


def _page(case: Matter, faults: Faults) -> dict[str, Any]:
    return page_about(case, faults, reasons=REASONS, reason=typed().get("reason"))
