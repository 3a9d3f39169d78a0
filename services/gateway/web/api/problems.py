"""Answers "no" of the API: RFC 9457 problem details, worded in the caller's language, one objection a field."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from flask import Response

from services.gateway.web.asking import caller
from services.gateway.web.rendering import t, words_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from shared.rpc.wire import RemoteRefusal

MEDIA_TYPE = "application/problem+json"

_STATUS = {
    "principal-missing": HTTPStatus.UNAUTHORIZED,
    "session-over": HTTPStatus.UNAUTHORIZED,
    "session-unknown": HTTPStatus.UNAUTHORIZED,
    "session-ended": HTTPStatus.UNAUTHORIZED,
    "session-idle": HTTPStatus.UNAUTHORIZED,
    "role-not-allowed": HTTPStatus.FORBIDDEN,
    "proof-not-accepted": HTTPStatus.FORBIDDEN,
    "changed-meanwhile": HTTPStatus.PRECONDITION_FAILED,
    "page-changed-meanwhile": HTTPStatus.PRECONDITION_FAILED,
    "idempotency-key-reused": HTTPStatus.CONFLICT,
    "busy": HTTPStatus.CONFLICT,
    "log-unsigned": HTTPStatus.SERVICE_UNAVAILABLE,
    "locked-out": HTTPStatus.TOO_MANY_REQUESTS,
    "too-many-sends": HTTPStatus.TOO_MANY_REQUESTS,
    "too-many-card-tries": HTTPStatus.TOO_MANY_REQUESTS,
    "too-many-tries": HTTPStatus.TOO_MANY_REQUESTS,
}
"""By the refusal's code; 404 where something named in the address is not there for the caller, and 422 otherwise."""


def refusal_problem(refusal: RemoteRefusal, named: Collection[str] = ()) -> Response:
    """A context says no: what it said, field by field, in words and as codes with figures.

    `named` are the fields that stand in the address: what they name is not there.
    """
    status = _status_of(refusal, named)
    errors = [
        {"code": one.code, "field": one.field, "detail": words_of(one), "params": one.params}
        for one in refusal.objections
    ]
    return problem(status, refusal.code, words_of(refusal), errors=errors)


def problem(status: HTTPStatus, code: str, detail: str, **members: Any) -> Response:
    """A problem; `code` is stable, `detail` for people."""
    body = {
        "type": f"urn:caretrail:problem:{code}",
        "title": status.phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "correlation_id": caller().trace.correlation_id,
        **members,
    }
    response = Response(msgspec.json.encode(body), status, content_type=MEDIA_TYPE)
    if status is HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="caretrail"'
    return response


def plain_problem(status: HTTPStatus, code: str, **figures: object) -> Response:
    """A problem of the gateway's own, in its words."""
    return problem(status, code, t(f"api.{code}", **figures))


def _status_of(refusal: RemoteRefusal, named: Collection[str]) -> HTTPStatus:
    if refusal.code in _STATUS:
        return _STATUS[refusal.code]
    of_the_address = refusal.field in named or (named and not refusal.field)
    missing = of_the_address and refusal.code.endswith(("-unknown", "-not-yours"))
    return HTTPStatus.NOT_FOUND if missing else HTTPStatus.UNPROCESSABLE_ENTITY
