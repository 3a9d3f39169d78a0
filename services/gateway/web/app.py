"""The web application: its areas, and what is answered where a page cannot be."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from flask import Flask, g, redirect, request
from flask_compress import Compress
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from services.gateway.web import assets, gallery, limits, shown
from services.gateway.web.api import API
from services.gateway.web.areas import EVERYBODY, open_to
from services.gateway.web.asking import caller
from services.gateway.web.bureau import BUREAU
from services.gateway.web.clinic import CLINIC
from services.gateway.web.holding import hold_what_was_typed
from services.gateway.web.messages import MESSAGES
from services.gateway.web.notices import NOTICES
from services.gateway.web.parents import PARENTS
from services.gateway.web.rendering import has_phrase, language, prepare, show, t, today, words_of
from services.gateway.web.security import protect
from services.gateway.web.sign_in import SIGN_IN
from services.gateway.web.wording import UNANSWERED, RemoteWords
from shared.rpc.wire import RemoteRefusal
from shared.trouble import reason

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

    from services.gateway.web.front import Front

PAGES = (PARENTS, SIGN_IN, CLINIC, BUREAU, MESSAGES, NOTICES, gallery.GALLERY)

_STATUS = {
    "role-not-allowed": HTTPStatus.FORBIDDEN,
    "not-your-institution": HTTPStatus.FORBIDDEN,
    "not-your-jurisdiction": HTTPStatus.FORBIDDEN,
    "case-unknown": HTTPStatus.NOT_FOUND,
    "case-not-yours": HTTPStatus.NOT_FOUND,
    "enrolment-unknown": HTTPStatus.NOT_FOUND,
    "enrolment-not-yours": HTTPStatus.NOT_FOUND,
    "account-unknown": HTTPStatus.NOT_FOUND,
    "message-unknown": HTTPStatus.NOT_FOUND,
    "page-unknown": HTTPStatus.NOT_FOUND,
}
"""With which status a page answers that was refused; any other refusal is 422."""

_HEALTH_SECONDS = 2.0

_log = structlog.get_logger()


def web_app(front: Front) -> Flask:
    """The site and its API."""
    app = Flask(__name__, static_folder=None)
    app.extensions |= {"front": front, "words": RemoteWords(front.rpc)}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    limits.guard(app)  # before a form's token is looked at: what is false costs as much
    csrf = protect(app, front)
    prepare(app)
    assets.serve(app)
    Compress(app)
    for area in PAGES:
        app.register_blueprint(area)
    app.register_blueprint(API)
    csrf.exempt(API)
    app.add_url_rule("/health", "health", health)
    app.register_error_handler(CSRFError, _page_too_old)
    app.register_error_handler(RemoteRefusal, _refused)
    app.register_error_handler(limits.TooOften, _too_often)
    app.register_error_handler(HTTPException, _wrong)
    for cannot in UNANSWERED:
        app.register_error_handler(cannot, _unanswered)
    app.register_error_handler(Exception, _failed)
    app.before_request(_begun)
    app.after_request(_answered)
    return app


@open_to(EVERYBODY)
def health() -> ResponseReturnValue:
    """Whether pages can be answered, for whoever supervises: somebody has to be able to come in."""
    try:
        caller().front.rpc.call("identity.health", timeout=_HEALTH_SECONDS)
    except UNANSWERED as fault:
        return {"ready": False, "cause": type(fault).__name__}, HTTPStatus.SERVICE_UNAVAILABLE
    return {"ready": True}


def _begun() -> None:
    g.begun = time.perf_counter()


def _answered(response: Response) -> Response:
    """One line a request: the page it was for, never the address with what may stand in it."""
    _log.info(
        "request_answered",
        method=request.method,
        page=request.url_rule.rule if request.url_rule else "",
        status=response.status_code,
        milliseconds=round((time.perf_counter() - g.begun) * 1000, 1),
        correlation_id=caller().trace.correlation_id,
    )
    return response


def _page_too_old(_: CSRFError) -> ResponseReturnValue:
    """The form was not made by this browser, or too long ago: it opens again with what was typed."""
    return redirect(hold_what_was_typed(), HTTPStatus.SEE_OTHER)


def _refused(refusal: RemoteRefusal) -> ResponseReturnValue:
    status = _STATUS.get(refusal.code, HTTPStatus.UNPROCESSABLE_ENTITY)
    return show("faults/fault.html", status, title=t(_title(status)), told=words_of(refusal))


def _too_often(fault: limits.TooOften) -> ResponseReturnValue:
    told = t("faults.429.again", at=shown.moment(fault.again_at, language(), today()))
    page = show("faults/fault.html", HTTPStatus.TOO_MANY_REQUESTS, title=t("faults.429.title"), told=told)
    page.headers["Retry-After"] = str(fault.seconds(caller().now))
    return page


def _wrong(fault: HTTPException) -> ResponseReturnValue:
    status = HTTPStatus(fault.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if status < HTTPStatus.BAD_REQUEST:
        return fault.get_response()
    told = f"faults.{status}.told"
    page = show(
        "faults/fault.html", status, title=t(_title(status)), told=t(told if has_phrase(told) else "faults.other.told")
    )
    if retry := dict(fault.get_headers()).get("Retry-After"):
        page.headers["Retry-After"] = retry
    return page


def _unanswered(fault: Exception) -> ResponseReturnValue:
    _log.warning("page_unanswerable", cause=type(fault).__name__, correlation_id=caller().trace.correlation_id)
    return _apology(HTTPStatus.SERVICE_UNAVAILABLE)


def _failed(fault: Exception) -> ResponseReturnValue:
    _log.error("page_failed", reason=reason(fault), correlation_id=caller().trace.correlation_id)
    return _apology(HTTPStatus.INTERNAL_SERVER_ERROR)


def _apology(status: HTTPStatus) -> Response:
    incident = caller().trace.correlation_id
    page = show(
        "faults/fault.html", status, title=t(_title(status)), told=t(f"faults.{status}.told"), incident=incident
    )
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        page.headers["Retry-After"] = "5"
    return page


def _title(status: HTTPStatus) -> str:
    key = f"faults.{status}.title"
    return key if has_phrase(key) else "faults.other.title"
