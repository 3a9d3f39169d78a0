"""批次匯出幼兒個案資料: the file is downloaded first, and told to be taken once it is there."""

from __future__ import annotations

from base64 import b64decode
from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import flash, make_response, redirect, request, session, url_for

from services.gateway.web.areas import CLINICS
from services.gateway.web.asking import caller
from services.gateway.web.clinic.area import CLINIC
from services.gateway.web.clinic.offers import Standing, offers
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.rendering import refused, show, t, today
from services.gateway.web.work.ticked import chosen
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask.typing import ResponseReturnValue

FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_DOWNLOADED = "downloaded"
"""In the browser's own session: the digest of the file downloaded last, and of which cases it was. Nothing personal."""


@CLINIC.page("/clinic/export", CLINICS)
def export() -> ResponseReturnValue:
    """The chosen cases: those that can be exported, and those that cannot."""
    return show("clinic/export.html", **_page(chosen(request.args.getlist("case"))))


@CLINIC.page("/clinic/export/file", CLINICS)
def export_file() -> ResponseReturnValue:
    """The file of the chosen cases."""
    case_ids = chosen(request.args.getlist("case"))
    file_format = request.args.get("file_format", "")
    asked = {"case_ids": [str(one) for one in case_ids], "file_format": file_format}
    file = caller().ask("matching.export_file", asked)
    session[_DOWNLOADED] = {"digest": file["digest"], "cases": _cases(UUID(one) for one in file["case_ids"])}
    response = make_response(b64decode(file["content"]))
    response.content_type = FORMATS[file_format]
    name = f"caretrail-{today():%Y%m%d}-{len(file['case_ids'])}.{file_format}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@CLINIC.page("/clinic/export/taken", CLINICS, methods=("GET", "POST"))
def exported() -> ResponseReturnValue:
    """The file is safe: the log tells which cases were in it, and by which digest it is known."""
    case_ids = chosen(typed().getlist("case_id"))
    if is_opened():
        return show("clinic/export.html", **_page(case_ids))
    downloaded = session.get(_DOWNLOADED, {})
    faults = Faults()
    if downloaded.get("cases") != _cases(case_ids):
        faults.add("", t("clinic.export.not-downloaded"))
        return refused("clinic/export.html", **_page(case_ids, faults))
    told = {"case_ids": [str(one) for one in case_ids], "digest": downloaded["digest"]}
    try:
        caller().command("matching.export_cases", told, request.form.get("idempotency_key", ""))
    except RemoteRefusal as refusal:
        return refused("clinic/export.html", **_page(case_ids, Faults.of(refusal)))
    flash(t("clinic.export.done", count=len(case_ids)), "done")
    return redirect(url_for("clinic.queue", tab="notice"), HTTPStatus.SEE_OTHER)


def _page(case_ids: Iterable[UUID], faults: Faults | None = None) -> dict[str, Any]:
    """What the page shows: `offers` can be exported, `left_out` cannot."""
    found = offers(case_ids)
    ready = {Standing.NOTICE, Standing.NOTICE_PAST}
    now = caller().now
    return {
        "offers": [one for one in found if one.standing(now) in ready],
        "left_out": [one for one in found if one.standing(now) not in ready],
        "formats": tuple(FORMATS),
        "faults": faults or Faults(),
    }


def _cases(case_ids: Iterable[UUID]) -> str:
    """By which a set of cases is known again."""
    return sha256("".join(sorted(one.hex for one in case_ids)).encode()).hexdigest()
