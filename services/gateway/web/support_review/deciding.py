"""審查結果: 核准, 不核准 or 退回, for one application or for many, each told what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for

from services.gateway.web.areas import BUREAUS
from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.rendering import refused, show, t
from services.gateway.web.support_review.area import SUPPORT_REVIEW
from services.gateway.web.support_review.evidence import evidence_of, flags_of, rule_today
from services.gateway.web.support_review.printed import MOST_APPLICATIONS, whole
from services.gateway.web.wording import UNANSWERED
from services.gateway.web.work.ticked import chosen
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from services.gateway.web.support.shapes import ApplicationTold
    from services.gateway.web.support_review.evidence import Flag, Rule


class Verdict(StrEnum):
    """What a bureau decides, by the command that says it."""

    APPROVE = "approve_application"
    """核准"""
    RETURN = "return_application"
    """退回"""
    DENY = "deny_application"
    """不核准"""


REASONS: Mapping[Verdict, tuple[str, ...]] = {
    Verdict.RETURN: ("documents", "schedule", "place", "purpose", "other"),
    Verdict.DENY: ("overlap", "share_exceeded", "home_understaffed", "licence", "not_permitted", "other"),
}
"""退回原因 and 不核准原因, in the order in which they are offered."""
REASON_FIELDS: Mapping[Verdict, str] = {Verdict.RETURN: "return_reason", Verdict.DENY: "denial_reason"}


@dataclass(frozen=True)
class Ticked:
    """One of many that are to be decided, with what there is to look at."""

    told: ApplicationTold
    flags: tuple[Flag, ...]

    @property
    def id(self) -> str:
        """Which application."""
        return self.told.listed.id

    @property
    def seen(self) -> str:
        """Which submission of it was looked at."""
        return submission_of(self.told)

    @property
    def is_open(self) -> bool:
        """Whether the caller can decide it now."""
        return self.told.listed.may(Verdict.APPROVE)


@dataclass(frozen=True)
class Decided:
    """What became of one of many; nothing is at fault where the decision was taken."""

    told: ApplicationTold
    faults: Faults

    @property
    def why_not(self) -> str:
        """Why it was not decided; empty where it was."""
        return next(iter(self.faults.sentences.values()), "")


def submission_of(told: ApplicationTold) -> str:
    """Which submission a reviewer looks at: a case that was returned and came again is another one to decide."""
    at = told.listed.submitted_at
    return at.isoformat() if at else ""


def opinion_in(given: Mapping[str, str], faults: Faults) -> tuple[Verdict, dict[str, str]] | None:
    """The decision of the form, and what its command takes besides the case; None where `faults` has heard of more."""
    verdict = given.get("verdict", "")
    if verdict not in set(Verdict):
        faults.add("verdict", t("support_review.decide.verdict-missing"))
        return None
    decision = Verdict(verdict)
    if decision is Verdict.APPROVE:
        return decision, {}
    field = REASON_FIELDS[decision]
    reason, explanation = given.get(field, ""), given.get("explanation", "").replace("\r\n", "\n")
    if reason not in REASONS[decision]:
        faults.add(field, t("support_review.decide.reason-missing"))
        return None
    return decision, {"reason": reason, "explanation": explanation}


def decide(told: ApplicationTold, given: Mapping[str, str], faults: Faults) -> Verdict | None:
    """The decision that was given and taken; None where it was not, of which `faults` has heard."""
    opinion = opinion_in(given, faults)
    if opinion is None:
        return None
    decision, words = opinion
    if given.get("seen", "") != submission_of(told):
        faults.add("", t("support_review.decide.came-again"))
        return None
    command = {"application_id": told.listed.id, **words}
    try:
        caller().command(f"support.{decision}", command, given.get("idempotency_key", ""))
    except RemoteRefusal as refusal:
        for name, sentence in Faults.of(refusal).sentences.items():
            faults.add(REASON_FIELDS.get(decision, name) if name == "reason" else name, sentence)
        return None
    return decision


@SUPPORT_REVIEW.page("/bureau/support/decide", BUREAUS, methods=("GET", "POST"))
def decide_many() -> ResponseReturnValue:
    """整批審查: those that were ticked, to be looked at once more, and then each decided by itself."""
    return _looked_at() if is_opened() else _decide_each()


def _looked_at() -> ResponseReturnValue:
    given, rule = typed(), rule_today()
    ids = chosen(request.args.getlist("application") or given.getlist("application"))
    if not ids:
        return redirect(url_for("support_review.queue"), HTTPStatus.SEE_OTHER)
    if len(ids) > MOST_APPLICATIONS:
        told = t("support_review.many.too-many", count=len(ids), limit=MOST_APPLICATIONS)
        title = t("support_review.many.not-decided")
        return show("faults/fault.html", HTTPStatus.UNPROCESSABLE_ENTITY, title=title, told=told)
    return show("support_review/decide_many.html", **_page(_ticked(ids), given, Faults(), rule))


def _decide_each() -> ResponseReturnValue:
    given, faults, rule = typed(), Faults(), rule_today()
    ids = chosen(request.form.getlist("application"))[:MOST_APPLICATIONS]
    if opinion_in(given, faults) is None:
        return refused("support_review/decide_many.html", **_page(_ticked(ids), given, faults, rule))
    results = [_decided(application_id, given) for application_id in ids]
    if results and all(one.faults.errors for one in results):
        page = _page(_ticked(ids), given, results[0].faults, rule)
        return refused("support_review/decide_many.html", **page)
    if any(one.faults for one in results):
        return refused("support_review/decided_many.html", results=results, verdict=given.get("verdict", ""))
    flash(t(f"support_review.many.done.{given.get('verdict')}", count=len(results)), "done")
    return redirect(url_for("support_review.queue"), HTTPStatus.SEE_OTHER)


def _ticked(ids: Sequence[UUID]) -> list[Ticked]:
    told = (whole(application_id) for application_id in ids)
    return [Ticked(one, flags_of(evidence_of(one))) for one in told]


def _decided(application_id: UUID, given: Mapping[str, str]) -> Decided:
    """Decide one of them; a refusal, or a service that does not answer, says so and leaves the others alone."""
    told, faults = whole(application_id), Faults()
    key, seen = given.get(f"key-{application_id}", ""), given.get(f"seen-{application_id}", "")
    try:
        decide(told, {**given, "idempotency_key": key, "seen": seen}, faults)
    except UNANSWERED:
        faults.add("", t("support_review.many.unanswered"))
    return Decided(told, faults)


def _page(ticked: Sequence[Ticked], given: Mapping[str, str], faults: Faults, rule: Rule) -> dict[str, Any]:
    return {
        "open": [one for one in ticked if one.is_open],
        "closed": [one for one in ticked if not one.is_open],
        "typed": given,
        "faults": faults,
        "verdicts": tuple(Verdict),
        "reasons": REASONS,
        "limit": rule.remarks_limit,
    }
