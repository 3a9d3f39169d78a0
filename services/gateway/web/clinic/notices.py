"""待簽通知函: the family is let go before it has signed, or the signed notice is recorded as an enrolment."""

from __future__ import annotations

from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from flask import flash, redirect, request, url_for

from services.gateway.web.areas import CLINICS
from services.gateway.web.clinic.area import CLINIC
from services.gateway.web.clinic.offers import Offer, offer
from services.gateway.web.family_forms import EXPLANATION_LIMIT
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.rendering import refused, show, t, words_of
from services.gateway.web.work.days import day_in
from services.gateway.web.work.giving import given as given_command

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from flask.typing import ResponseReturnValue

SCAN_LIMIT = 20 * 1024 * 1024
"""Bytes of a scanned notice; only its digest leaves this process."""


@CLINIC.url_value_preprocessor
def allow_scans(endpoint: str | None, _: dict[str, Any] | None) -> None:
    """Let the page that takes a scan take a large file."""
    if endpoint == "clinic.enrol":
        request.max_content_length = SCAN_LIMIT


@CLINIC.page("/clinic/cases/<uuid:case_id>/release", CLINICS, methods=("GET", "POST"))
def release(case_id: UUID) -> ResponseReturnValue:
    """解除待簽: the family may ask elsewhere; the next preference is asked."""
    asked, given = offer(case_id), typed()
    page: dict[str, Any] = {"offer": asked, "typed": given, "limit": EXPLANATION_LIMIT}
    faults = Faults()
    if is_opened():
        return show("clinic/release.html", **page, faults=faults)
    explanation = given.get("explanation", "").replace("\r\n", "\n")
    told = {"case_id": str(case_id), "rank": asked.rank, "explanation": explanation}
    if not given_command("matching.release_notice", told, given, faults):
        return refused("clinic/release.html", **page, faults=faults)
    flash(t("clinic.release.done", case_no=asked.case_no), "done")
    return redirect(url_for("clinic.queue", tab="notice"), HTTPStatus.SEE_OTHER)


@CLINIC.page("/clinic/cases/<uuid:case_id>/enrol", CLINICS, methods=("GET", "POST"))
def enrol(case_id: UUID) -> ResponseReturnValue:
    """登錄收案: the notice is signed. What the family has entered goes with it; a child born since is filled in."""
    asked, given = offer(case_id), typed()
    page: dict[str, Any] = {"offer": asked, "typed": given}
    if is_opened():
        return show("clinic/enrol.html", **page, faults=Faults())
    faults = Faults()
    entry = _enrolment(asked, given, faults)
    outcome = None if faults else given_command("matching.record_enrolment", entry, given, faults)
    if outcome is None:
        return refused("clinic/enrol.html", **page, faults=faults)
    flash(t("clinic.enrol.done", case_no=asked.case_no), "done")
    for notice in outcome.notices:
        flash(words_of(notice), "alert")
    return redirect(url_for("clinic.enrolled"), HTTPStatus.SEE_OTHER)


def _enrolment(asked: Offer, given: Mapping[str, str], faults: Faults) -> dict[str, object]:
    """The row of the register that this notice is."""
    scan = request.files.get("evidence")
    content = scan.read() if scan else b""
    return {
        "case_no": asked.case_no,
        "institution": asked.institution,
        "doctor": asked.doctor,
        "enrolled_on": day_in(given, "enrolled_on", faults),
        "mother": msgspec.to_builtins(asked.mother),
        "child": _child(asked, given, faults),
        "evidence": sha256(content).hexdigest() if content else "",
    }


def _child(asked: Offer, given: Mapping[str, str], faults: Faults) -> dict[str, object] | None:
    if asked.child is None:
        return None
    known = msgspec.to_builtins(asked.child)
    if not asked.born:
        known |= {
            "birth_date": day_in(given, "child.birth_date", faults),
            "due_date": None,
            "name": given.get("child.name", "").strip(),
            "sex": given.get("child.sex") or None,
            "identifier": given.get("child.identifier", "").strip(),
        }
    return {**known, "identifier": known["identifier"] or "", "birth_order": asked.birth_order}
