"""變更 and 註銷 of approved supports: chosen by ticks, entered one by one or alike, submitted as a case."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for

from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.paging import cursor_asked
from services.gateway.web.rendering import refused, show, t, words_of
from services.gateway.web.support.applications import application, digest_of, support, told_why_not
from services.gateway.web.support.area import APPLICANTS, SUPPORT
from services.gateway.web.support.calendar_ticks import Months
from services.gateway.web.support.entered import carried, faults_of, fields_of, terms_in
from services.gateway.web.support.lines import previewed
from services.gateway.web.support.locks import own_locks
from services.gateway.web.support.rules import rules_today
from services.gateway.web.support.shapes import supports_in, why_not
from services.gateway.web.work.ticked import chosen
from shared.principal import Role
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue
    from werkzeug.datastructures import MultiDict

    from services.gateway.web.support.shapes import ApplicationTold, SupportTold

    Typed = MultiDict[str, str]

PAGE = 50
AMEND, CANCEL = "amendment", "cancellation"
_COMMANDS = {AMEND: "set_amendments", CANCEL: "name_cancellations"}
_STATES = ["approved", "amend_pending", "cancel_pending"]


@SUPPORT.page("/support/amend", APPLICANTS, ("GET", "POST"))
def amend() -> ResponseReturnValue:
    """單筆變更, 整批變更: which approved supports; each is then entered as it is to become."""
    return _chosen(AMEND)


@SUPPORT.page("/support/cancel", APPLICANTS, ("GET", "POST"))
def cancel() -> ResponseReturnValue:
    """單筆註銷, 整批註銷: which approved supports; then they are looked at once more, and submitted."""
    return _chosen(CANCEL)


@SUPPORT.page("/support/applications/<uuid:application_id>/supports/<uuid:support_id>", APPLICANTS, ("GET", "POST"))
def become(application_id: UUID, support_id: UUID) -> ResponseReturnValue:
    """變更前資料 beside 變更後資料; all those ticked can become the same."""
    told = application(application_id)
    if (elsewhere := told_why_not(told, _COMMANDS[AMEND])) is not None:
        return elsewhere
    held, given, faults = support(support_id), typed(), Faults()
    if is_opened() or "more" in given or "mend" in given:
        return _form(told, held, given or _begun(told, held), faults)
    if given.get("seen", "") != _seen(told, held):
        faults.add("", t("support.mend.changed"))
        return _form(told, held, given, faults)
    terms = terms_in(given, faults)
    if not terms["purposes"]:
        faults.add("purposes", t("support.enter.purposes-missing"))
    preview = None if faults else previewed(given, faults)
    if preview is None:
        return _form(told, held, given, faults)
    if "save" not in given:
        page = {"preview": preview, "carried": carried(given), "rest": _rest(), "seen": given["seen"]}
        return show("support/become_preview.html", told=told, held=held.listed, typed=given, **page)
    return _kept(told, held, given, terms)


def _chosen(kind: str) -> ResponseReturnValue:
    """The supports that can be chosen, or the draft that is begun, or gone on with, for those that were."""
    faults = Faults()
    if not is_opened():
        ticked = chosen(request.form.getlist("support"))
        if not ticked:
            faults.add("support", t("support.change.none-ticked"))
        elif (found := _begun_with(kind, ticked, faults)) is not None:
            return found
    known = caller().known
    ours = known.institution if known and known.role is Role.INSTITUTION else None
    asked = {"states": _STATES, "institution": ours, "limit": PAGE, "cursor": cursor_asked()}
    found = caller().ask("support.supports", asked)
    on: dict[str, Any] = {"application": request.values["application"]} if request.values.get("application") else {}
    here = "support.amend" if kind == AMEND else "support.cancel"
    following = url_for(here, cursor=found["following"], **on)
    answer = refused if faults else show
    return answer(
        "support/choose_supports.html",
        kind=kind,
        supports=supports_in(found),
        following=following if found["following"] else None,
        ticked={str(one) for one in chosen(request.values.getlist("support"))},
        on=on,
        locks=own_locks(),
        faults=faults,
    )


def _begun_with(kind: str, ticked: list[UUID], faults: Faults) -> ResponseReturnValue | None:
    """The page on which the draft about these supports goes on; None where it was refused."""
    key = request.form.get("idempotency_key", "")
    # Nothing is begun about what cannot be changed; of the others the form of each says so.
    objection = why_not(support(ticked[0]).actions, _COMMANDS[kind])
    if objection is not None:
        faults.add("support", words_of(objection))
        return None
    try:
        draft, *_ = chosen(request.form.getlist("application")) or [_drafted(kind, key)]
        if kind == AMEND:
            first, *rest = ticked
            on = url_for("support.become", application_id=draft, support_id=first, rest=[one.hex for one in rest])
            return redirect(on, HTTPStatus.SEE_OTHER)
        asked = {"application_id": str(draft), "support_ids": [str(one) for one in ticked]}
        caller().command("support.name_cancellations", asked, f"{key}/supports")
    except RemoteRefusal as refusal:
        for sentence in Faults.of(refusal).sentences.values():
            faults.add("support", sentence)
        return None
    return redirect(url_for("support.submit", application_id=draft), HTTPStatus.SEE_OTHER)


def _drafted(kind: str, key: str) -> UUID:
    """A new draft of that kind."""
    return caller().command("support.draft_application", {"kind": kind}, key).id


def _rest() -> list[UUID]:
    """Those that were ticked and are still to be entered."""
    return chosen(request.values.getlist("rest"))


def _begun(told: ApplicationTold, held: SupportTold) -> Typed:
    """What was entered so far, else what holds now."""
    entry = told.entry(held.listed.id)
    return fields_of((entry.after if entry else None) or held.listed.terms)


def _seen(told: ApplicationTold, held: SupportTold) -> str:
    """Tells whether the support, and what is asked of it here, are as they were."""
    entry = told.entry(held.listed.id)
    return digest_of(held.listed.terms, entry.after if entry else None)


def _form(told: ApplicationTold, held: SupportTold, given: Typed, faults: Faults) -> ResponseReturnValue:
    objection = why_not(held.actions, _COMMANDS[AMEND])
    if objection is not None and is_opened():
        flash(words_of(objection), "alert")
        return redirect(url_for("support.held", support_id=held.listed.id))
    answer = refused if faults else show
    return answer(
        "support/become.html",
        told=told,
        held=held.listed,
        typed=given,
        faults=faults,
        rules=rules_today(),
        months=Months.of(given),
        seen=_seen(told, held),
        rest=_rest(),
    )


def _kept(told: ApplicationTold, held: SupportTold, given: Typed, terms: dict[str, Any]) -> ResponseReturnValue:
    rest = _rest()
    alike = rest if "alike" in given else []
    amendments = [{"support_id": str(one), "terms": terms} for one in (held.listed.id, *alike)]
    asked = {"application_id": told.listed.id, "amendments": amendments}
    try:
        caller().command("support.set_amendments", asked, given.get("idempotency_key", ""))
    except RemoteRefusal as refusal:
        return _form(told, held, given, faults_of(refusal, given, below="amendments.0."))
    flash(t("support.become.done", name=held.listed.practitioner_name, place=held.listed.place.name), "done")
    if rest and not alike:
        following, *others = rest
        there: dict[str, Any] = {"support_id": following, "rest": [one.hex for one in others]}
        return redirect(url_for("support.become", application_id=told.listed.id, **there), HTTPStatus.SEE_OTHER)
    return redirect(url_for("support.record", application_id=told.listed.id), HTTPStatus.SEE_OTHER)
