"""What is answered where a page, or the API, cannot: in words that say what happened and what to do."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from flask import redirect, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from services.gateway.web import shown
from services.gateway.web.api.problems import plain_problem, refusal_problem
from services.gateway.web.asking import API_PATH, ProofWanted, caller
from services.gateway.web.holding import hold_what_was_typed, is_part
from services.gateway.web.limits import TooOften
from services.gateway.web.rendering import has_phrase, language, show, t, today, words_of
from services.gateway.web.wording import UNANSWERED
from shared.principal import Assurance
from shared.rpc.wire import RemoteRefusal, ServiceFailed
from shared.trouble import reason

if TYPE_CHECKING:
    from flask import Flask, Response
    from flask.typing import ResponseReturnValue

_STATUS = {
    "role-not-allowed": HTTPStatus.FORBIDDEN,
    "not-your-institution": HTTPStatus.FORBIDDEN,
    "not-your-jurisdiction": HTTPStatus.FORBIDDEN,
    "case-unknown": HTTPStatus.NOT_FOUND,
    "case-not-yours": HTTPStatus.NOT_FOUND,
    "application-unknown": HTTPStatus.NOT_FOUND,
    "support-unknown": HTTPStatus.NOT_FOUND,
    "enrolment-unknown": HTTPStatus.NOT_FOUND,
    "enrolment-not-yours": HTTPStatus.NOT_FOUND,
    "account-unknown": HTTPStatus.NOT_FOUND,
    "message-unknown": HTTPStatus.NOT_FOUND,
    "page-unknown": HTTPStatus.NOT_FOUND,
    "event-unknown": HTTPStatus.NOT_FOUND,
    "log-unsigned": HTTPStatus.SERVICE_UNAVAILABLE,
}
"""With which status a page answers that was refused; any other refusal is 422."""

_CODES = {
    HTTPStatus.BAD_REQUEST: "bad-request",
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method-not-allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-large",
    HTTPStatus.INTERNAL_SERVER_ERROR: "failed",
    HTTPStatus.SERVICE_UNAVAILABLE: "unavailable",
}
"""The problem's code, for programs."""

_log = structlog.get_logger()


def prepare(app: Flask) -> None:
    """Have every failure answered here."""
    app.register_error_handler(CSRFError, _page_too_old)
    app.register_error_handler(RemoteRefusal, _refused)
    app.register_error_handler(ProofWanted, _prove_first)
    app.register_error_handler(TooOften, _too_often)
    app.register_error_handler(HTTPException, _wrong)
    for cannot in UNANSWERED:
        app.register_error_handler(cannot, _unanswered)
    app.register_error_handler(Exception, _failed)


def _is_for_programs() -> bool:
    return request.path.startswith(API_PATH)


def _page_too_old(fault: CSRFError) -> ResponseReturnValue:
    """The form was not made by this browser, or too long ago: it opens again with what was typed."""
    if is_part():
        return _wrong(fault)
    return redirect(hold_what_was_typed(), HTTPStatus.SEE_OTHER)


def _prove_first(wanted: ProofWanted) -> ResponseReturnValue:
    """The password or the card again, then back to the form as it was; a program is told which proof counts."""
    if _is_for_programs():
        return refusal_problem(wanted.refusal)
    by_password, by_card = (way in wanted.ways for way in (Assurance.PASSWORD, Assurance.CARD_PIN))
    door = "sign_in.prove" if by_password else "cards.prove"
    other = "card" if by_password and by_card else None
    return redirect(url_for(door, back=hold_what_was_typed(), other=other), HTTPStatus.SEE_OTHER)


def _refused(refusal: RemoteRefusal) -> ResponseReturnValue:
    if _is_for_programs():
        return refusal_problem(refusal)
    status = _STATUS.get(refusal.code, HTTPStatus.UNPROCESSABLE_ENTITY)
    return show("faults/fault.html", status, title=t(_title(status)), told=words_of(refusal))


def _too_often(fault: TooOften) -> ResponseReturnValue:
    at = shown.moment(fault.again_at, language(), today())
    if _is_for_programs():
        page = plain_problem(HTTPStatus.TOO_MANY_REQUESTS, "too-often", at=at)
    else:
        told = t("faults.429.again", at=at)
        page = show("faults/fault.html", HTTPStatus.TOO_MANY_REQUESTS, title=t("faults.429.title"), told=told)
    page.headers["Retry-After"] = str(fault.seconds(caller().now))
    return page


def _wrong(fault: HTTPException) -> ResponseReturnValue:
    status = HTTPStatus(fault.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if status < HTTPStatus.BAD_REQUEST:
        return fault.get_response()
    if _is_for_programs():
        page = plain_problem(status, _CODES.get(status, "bad-request"))
        page.headers.extend(one for one in fault.get_headers() if one[0] == "Allow")
        return page
    told = f"faults.{status}.told"
    page = show(
        "faults/fault.html", status, title=t(_title(status)), told=t(told if has_phrase(told) else "faults.other.told")
    )
    if retry := dict(fault.get_headers()).get("Retry-After"):
        page.headers["Retry-After"] = retry
    return page


def _unanswered(fault: Exception) -> ResponseReturnValue:
    _log.warning("page_unanswerable", cause=type(fault).__name__, correlation_id=caller().trace.correlation_id)
    # A context that has failed will fail again: its operators find why, and nobody is asked to try once more at once.
    is_broken = isinstance(fault, ServiceFailed)
    return _apology(HTTPStatus.INTERNAL_SERVER_ERROR if is_broken else HTTPStatus.SERVICE_UNAVAILABLE)


def _failed(fault: Exception) -> ResponseReturnValue:
    _log.error("page_failed", reason=reason(fault), correlation_id=caller().trace.correlation_id)
    return _apology(HTTPStatus.INTERNAL_SERVER_ERROR)


def _apology(status: HTTPStatus) -> Response:
    if _is_for_programs():
        page = plain_problem(status, _CODES[status])
    else:
        incident = caller().trace.correlation_id
        told = t(f"faults.{status}.told")
        page = show("faults/fault.html", status, title=t(_title(status)), told=told, incident=incident)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        page.headers["Retry-After"] = "5"
    return page


def _title(status: HTTPStatus) -> str:
    key = f"faults.{status}.title"
    return key if has_phrase(key) else "faults.other.title"
