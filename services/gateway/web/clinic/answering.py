"""同意收案 and 未能同意收案: one case or many, each answer with its own key, each with its own result."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for

from services.gateway.web.areas import CLINICS
from services.gateway.web.asking import caller
from services.gateway.web.clinic.area import CLINIC
from services.gateway.web.clinic.offers import Offer, offer, offers
from services.gateway.web.family_forms import EXPLANATION_LIMIT
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.rendering import refused, show, t, words_of
from services.gateway.web.wording import UNANSWERED
from services.gateway.web.work.ticked import chosen
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from flask.typing import ResponseReturnValue

DECLINE_REASONS = (
    "capacity_full",
    "out_of_area",
    "specialty",
    "doctor_unavailable",
    "already_enrolled",
    "unreachable",
    "other",
)
"""未能同意收案原因, in the order in which they are offered."""

LISTED = 50
"""So many cases that were accepted at once are listed again; the address of more would be too long for some proxies."""


@dataclass(frozen=True)
class Answered:
    """What became of one acceptance; `why_not` is empty where it was taken."""

    offer: Offer
    key: str
    why_not: str = ""


@CLINIC.page("/clinic/accept", CLINICS, methods=("GET", "POST"))
def accept() -> ResponseReturnValue:
    """同意收案: the cases that were ticked, to be looked at once more, and then each accepted by itself."""
    if is_opened():
        asked = offers(chosen(request.args.getlist("case") or typed().getlist("case_id")))
        return show("clinic/accept.html", offers=asked)
    keyed = _keyed()
    results = [_accepted(asked, keyed[asked.case_id]) for asked in offers(keyed)]
    if any(one.why_not for one in results):
        return refused("clinic/accept_results.html", results=results)
    if len(results) > LISTED:
        flash(t("clinic.accepted.title", count=len(results)), "done")
        return redirect(url_for("clinic.queue", tab="notice"), HTTPStatus.SEE_OTHER)
    taken = [one.offer.case_id.hex for one in results]
    return redirect(url_for("clinic.accepted", case=taken), HTTPStatus.SEE_OTHER)


@CLINIC.page("/clinic/accepted", CLINICS)
def accepted() -> ResponseReturnValue:
    """What follows once cases have been accepted."""
    return show("clinic/accepted.html", offers=offers(chosen(request.args.getlist("case"))))


def _keyed() -> dict[UUID, str]:
    """The cases of the form, each with the key that was made for it."""
    case_ids = chosen(request.form.getlist("case_id"))
    return {case_id: request.form.get(f"key-{case_id}", "") for case_id in case_ids}


def _accepted(asked: Offer, key: str) -> Answered:
    """Accept one case; a refusal, or a service that does not answer, says so and leaves the others alone."""
    try:
        caller().command("matching.accept_offer", {"case_id": str(asked.case_id), "rank": asked.rank}, key)
    except RemoteRefusal as refusal:
        return Answered(asked, key, words_of(refusal))
    except UNANSWERED:
        return Answered(asked, key, t("clinic.accept.unanswered"))
    return Answered(asked, key)


@CLINIC.page("/clinic/cases/<uuid:case_id>/decline", CLINICS, methods=("GET", "POST"))
def decline(case_id: UUID) -> ResponseReturnValue:
    """未能同意收案, with a coded reason and a text; what has been written so far can be kept for later."""
    asked = offer(case_id)
    given: Mapping[str, str] = typed()
    if is_opened():
        return show("clinic/decline.html", **_form(asked, given or _draft(asked), Faults()))
    if "later" in given:
        _keep_draft(asked, given)
        flash(t("clinic.decline.kept"), "done")
        return redirect(url_for("clinic.offer", case_id=case_id), HTTPStatus.SEE_OTHER)
    answer = {
        "case_id": str(case_id),
        "rank": asked.rank,
        "reason": given.get("reason") or None,
        "explanation": given.get("explanation", "").replace("\r\n", "\n"),
    }
    try:
        caller().command("matching.decline_offer", answer, given.get("idempotency_key", ""))
    except RemoteRefusal as refusal:
        return refused("clinic/decline.html", **_form(asked, given, Faults.of(refusal)))
    caller().deed("gateway.drop_draft", {"kind": _draft_of(asked)})
    flash(t("clinic.decline.done", case_no=asked.case_no), "done")
    return redirect(url_for("clinic.queue"), HTTPStatus.SEE_OTHER)


def _form(asked: Offer, given: Mapping[str, str], faults: Faults) -> dict[str, Any]:
    return {
        "offer": asked,
        "typed": given,
        "faults": faults,
        "reasons": DECLINE_REASONS,
        "limit": EXPLANATION_LIMIT,
    }


def _draft_of(asked: Offer) -> str:
    return f"decline/{asked.case_no}"


def _draft(asked: Offer) -> dict[str, str]:
    kept = caller().ask("gateway.draft", {"kind": _draft_of(asked)})
    return kept["content"] if kept else {}


def _keep_draft(asked: Offer, given: Mapping[str, str]) -> None:
    kept = caller().ask("gateway.draft", {"kind": _draft_of(asked)})
    content = {name: given.get(name, "") for name in ("reason", "explanation")}
    version = kept["version"] if kept else None
    caller().deed("gateway.save_draft", {"kind": _draft_of(asked), "content": content, "based_on": version})
