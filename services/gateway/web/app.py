"""The web application, put together: the site's areas and its API."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from flask import Flask, g, request
from flask_compress import Compress

from services.gateway.web import assets, failing, gallery, limits
from services.gateway.web.accounts import ACCOUNTS
from services.gateway.web.api import api
from services.gateway.web.areas import EVERYBODY, open_to
from services.gateway.web.asking import caller
from services.gateway.web.bureau import BUREAU
from services.gateway.web.cards import CARDS
from services.gateway.web.clinic import CLINIC
from services.gateway.web.console import CONSOLE
from services.gateway.web.languages import LANGUAGES
from services.gateway.web.messages import MESSAGES
from services.gateway.web.notices import NOTICES
from services.gateway.web.organisations import ORGANISATIONS
from services.gateway.web.parents import PARENTS
from services.gateway.web.practice import PRACTICE
from services.gateway.web.register import REGISTER
from services.gateway.web.rendering import prepare
from services.gateway.web.security import protect
from services.gateway.web.sign_in import SIGN_IN
from services.gateway.web.support import SUPPORT
from services.gateway.web.support_lists import SUPPORT_LISTS
from services.gateway.web.support_review import SUPPORT_REVIEW
from services.gateway.web.wording import UNANSWERED, RemoteWords
from shared.metrics import REQUESTS
from shared.tracing import span

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

    from services.gateway.web.front import Front

PAGES = (
    PARENTS,
    SIGN_IN,
    CARDS,
    CLINIC,
    BUREAU,
    REGISTER,
    MESSAGES,
    NOTICES,
    ACCOUNTS,
    PRACTICE,
    ORGANISATIONS,
    SUPPORT,
    SUPPORT_LISTS,
    SUPPORT_REVIEW,
    CONSOLE,
    LANGUAGES,
    gallery.GALLERY,
)

_HEALTH_SECONDS = 2.0
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_log = structlog.get_logger()


def web_app(front: Front) -> Flask:
    """The site and its API."""
    app = Flask(__name__, static_folder=None)
    app.extensions |= {"front": front, "words": RemoteWords(front.rpc)}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.before_request(_begun)
    limits.guard(app)  # before a form's token is looked at: what is false costs as much
    csrf = protect(app, front)
    prepare(app)
    assets.serve(app)
    app.config["COMPRESS_EVALUATE_CONDITIONAL_REQUEST"] = False  # a version says what to change, not what is shown
    Compress(app)
    for area in PAGES:
        app.register_blueprint(area)
    programs = api()
    app.register_blueprint(programs)
    csrf.exempt(programs)
    app.add_url_rule("/health", "health", health)
    failing.prepare(app)
    app.after_request(_answered)
    app.teardown_request(_ended)
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
    g.closing = ExitStack()
    within = g.closing.enter_context(span(f"{_method()} {_rule()}", "", "server"))
    caller().trace = replace(caller().trace, traceparent=within.traceparent)


def _ended(_: BaseException | None) -> None:
    if "closing" in g:
        g.closing.close()


def _method() -> str:
    """The request's method; anybody can make up another, and each would be a series of measures."""
    return request.method if request.method in _METHODS else "other"


def _rule() -> str:
    """The address of the page as it is written in the code; never that of the request, with what may stand in it."""
    return request.url_rule.rule if request.url_rule else ""


def _answered(response: Response) -> Response:
    """One line a request, and its measure."""
    caller().settle()
    seconds = time.perf_counter() - g.begun
    REQUESTS.labels(_method(), _rule(), response.status_code).observe(seconds)
    _log.info(
        "request_answered",
        method=_method(),
        page=_rule(),
        status=response.status_code,
        milliseconds=round(seconds * 1000, 1),
        correlation_id=caller().trace.correlation_id,
    )
    return response
