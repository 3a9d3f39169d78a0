"""Keeps what was typed where it could not be taken: the session was over, or the page too old to be believed."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from services.gateway.web.asking import caller
from services.gateway.web.wording import UNANSWERED
from shared.rpc.wire import RemoteRefusal

HELD = "held"
"""The query parameter by which a form comes back filled in."""

_NOT_HELD = frozenset({"csrf_token", "idempotency_key", "password", "present", "code", "link"})
"""What belongs to one page, or is too secret to lie anywhere."""


def hold_what_was_typed() -> str:
    """The path by which this page opens again with what was typed into it; the bare path where that was too much."""
    fields = {name: values for name, values in request.form.lists() if name not in _NOT_HELD}
    try:
        held = caller().deed("gateway.hold_form", {"path": request.path, "fields": fields, "client": caller().client})
    except (RemoteRefusal, *UNANSWERED):
        return request.path
    return f"{request.path}?{HELD}={held['token']}"


def typed() -> MultiDict[str, Any]:
    """What stands in the form of this page: what was sent, or what was held for it; empty when it is opened anew."""
    if request.method == "POST":
        return MultiDict(request.form)
    token = request.args.get(HELD)
    if not token:
        return MultiDict()
    try:
        held = caller().deed("gateway.held_form", {"token": token})
    except (RemoteRefusal, *UNANSWERED):
        return MultiDict()
    if held["path"] != request.path:
        return MultiDict()
    return MultiDict([(name, value) for name, values in held["fields"].items() for value in values])
