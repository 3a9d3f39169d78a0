"""修改志願: the preferences that have not been asked yet, in another order or with other doctors."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for

from services.gateway.web.areas import FAMILIES
from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened
from services.gateway.web.parents.about import page_about
from services.gateway.web.parents.answers import preferences
from services.gateway.web.parents.area import PARENTS
from services.gateway.web.parents.choosing import Bench, saved_or_why_not
from services.gateway.web.parents.doctors import Search
from services.gateway.web.parents.drafts import Draft
from services.gateway.web.parents.matters import matter
from services.gateway.web.parents.possible import not_now
from services.gateway.web.parents.rules import rules_today
from services.gateway.web.rendering import refused, show, t
from services.gateway.web.rendering import words_of as words
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from services.gateway.web.parents.matters import Matter


def _draft_of(case: Matter) -> Draft:
    """The order that the family is making; begun from the case's own."""
    draft = Draft.opened(f"preferences/{case.case_no}")
    return draft if draft.version else Draft(draft.kind, chosen=case.choices)


def _bench(case: Matter) -> Bench:
    """The first preference stays (S000, 申請 3/4), and so does whatever was asked."""
    asked = [one.rank for one in case.choices if not one.is_waiting]
    return Bench(most=rules_today().preferences, fixed=max([1, *asked]), former=case.former)


@PARENTS.page("/cases/<ref>/preferences", FAMILIES, methods=("GET", "POST"))
def amend(ref: str) -> ResponseReturnValue:
    """The doctors, those fixed marked as such, and a search for others."""
    case = matter(ref)
    if closed := not_now(case, "amend_preferences"):
        return closed
    draft, bench = _draft_of(case), _bench(case)
    if is_opened():
        return show("parents/amend.html", **_page(case, draft, bench))
    chosen, objection = bench.pressed(draft.chosen)
    if not objection and "press" in request.form:
        objection = saved_or_why_not(draft, chosen)
    if objection:
        return refused("parents/amend.html", **_page(case, draft, bench, objection))
    if "press" in request.form:
        return redirect(request.full_path, HTTPStatus.SEE_OTHER)
    return redirect(url_for("parents.amend_check", ref=case.ref), HTTPStatus.SEE_OTHER)


@PARENTS.page("/cases/<ref>/preferences/check", FAMILIES, methods=("GET", "POST"))
def amend_check(ref: str) -> ResponseReturnValue:
    """Before and after, and the button."""
    case = matter(ref)
    if closed := not_now(case, "amend_preferences"):
        return closed
    draft = _draft_of(case)
    if is_opened():
        return show("parents/amend_check.html", **_check_page(case, draft))
    if request.form.get("draft", "") != draft.version:
        return refused("parents/amend_check.html", **_check_page(case, draft, [t("parents.check.changed")]))
    try:
        caller().command(
            "matching.amend_preferences",
            {"case_id": str(case.id), "preferences": preferences(draft.chosen)},
            request.form.get("idempotency_key", ""),
        )
    except RemoteRefusal as refusal:
        told = [words(one) for one in refusal.objections]
        return refused("parents/amend_check.html", **_check_page(case, draft, told))
    draft.dropped()
    flash(t("parents.amend.done"), "done")
    return redirect(url_for("parents.case", ref=case.ref), HTTPStatus.SEE_OTHER)


def _page(case: Matter, draft: Draft, bench: Bench, objection: str = "") -> dict[str, Any]:
    faults = Faults({"doctors": objection} if objection else {})
    home = Search.around(case.child.residence if case.child else None)
    return page_about(case, faults, draft=draft, **bench.page(draft.chosen, home))


def _check_page(case: Matter, draft: Draft, told: Sequence[str] = ()) -> dict[str, Any]:
    return page_about(case, draft=draft, before=case.choices, after=draft.chosen) | {"whole": told}
