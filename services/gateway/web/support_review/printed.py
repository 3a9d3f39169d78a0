"""套印, 整批列印: an application, or those that were ticked, as one PDF for whoever sees them on the site."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec
from flask import Response, render_template, request
from werkzeug.exceptions import NotFound, ServiceUnavailable

from services.gateway.web.areas import BUREAUS
from services.gateway.web.asking import caller
from services.gateway.web.printing import PrinterBusy
from services.gateway.web.rendering import show, t
from services.gateway.web.support.shapes import ApplicationTold
from services.gateway.web.support_review.area import SUPPORT_REVIEW
from services.gateway.web.work.ticked import chosen
from shared.principal import Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from flask.typing import ResponseReturnValue

READERS = BUREAUS | {Role.PRACTITIONER, Role.INSTITUTION, Role.INSURER_OFFICER, Role.OPERATOR, Role.AUDITOR}
"""Whoever sees applications; which of them, support says."""
MOST_APPLICATIONS = 50
"""整批列印: so many applications in one file."""
MOST_LINES = 600
"""So many lines in one file, of half a minute for the printer. A single application is printed however long it is."""
_AGAIN_SECONDS = 30


@SUPPORT_REVIEW.page("/support/applications/<uuid:application_id>.pdf", READERS)
def application_pdf(application_id: UUID) -> ResponseReturnValue:
    """單筆列印."""
    told = whole(application_id)
    if told.listed.submitted_at is None:
        return _not_printed(t("support_review.print.draft", case_no=told.listed.case_no))
    return _pdf([told], told.listed.case_no)


@SUPPORT_REVIEW.page("/support/applications.pdf", READERS)
def applications_pdf() -> ResponseReturnValue:
    """整批列印 of what was ticked, each with pages of its own, in the order of the list."""
    ids = chosen(request.args.getlist("application"))
    if not ids:
        return _not_printed(t("support_review.print.none"))
    if len(ids) > MOST_APPLICATIONS:
        return _not_printed(t("support_review.print.too-many", count=len(ids), limit=MOST_APPLICATIONS))
    told = [whole(application_id) for application_id in ids]
    if drafts := [one.listed.case_no for one in told if one.listed.submitted_at is None]:
        return _not_printed(t("support_review.print.draft", case_no=t("support_review.comma").join(drafts)))
    lines = sum(len(one.entries) for one in told)
    if lines > MOST_LINES and len(told) > 1:
        return _not_printed(t("support_review.print.too-long", count=lines, limit=MOST_LINES))
    return _pdf(told, f"{told[0].listed.case_no}-{len(told)}")


def whole(application_id: UUID) -> ApplicationTold:
    """An application as the caller may see it; of one that they may not there is no page."""
    found = caller().ask("support.application_whole", {"application_id": str(application_id)})
    if found is None:
        raise NotFound
    return msgspec.convert(found, ApplicationTold)


def _pdf(told: Sequence[ApplicationTold], name: str) -> ResponseReturnValue:
    known = caller().known
    by = known.badge.name if known else ""
    documents = [render_template("support_review/print.html", told=one, listed=one.listed, by=by) for one in told]
    try:
        pdf = caller().front.printer.pdf(documents)
    except PrinterBusy:
        raise ServiceUnavailable(retry_after=_AGAIN_SECONDS) from None
    headers = {"Content-Disposition": f'inline; filename="caretrail-{name}.pdf"', "Cache-Control": "no-store"}
    return Response(pdf, mimetype="application/pdf", headers=headers)


def _not_printed(why: str) -> ResponseReturnValue:
    title = t("support_review.print.not-printed")
    return show("faults/fault.html", HTTPStatus.UNPROCESSABLE_ENTITY, title=title, told=why)
