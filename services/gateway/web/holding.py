"""Keeps what was typed where it could not be taken: the session was over, or the page too old to be believed."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import flash, request, session
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from services.gateway.web.asking import caller
from services.gateway.web.rendering import t
from services.gateway.web.wording import UNANSWERED
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.gateway.web.known import Known

HELD = "held"
"""The query parameter by which a form comes back filled in."""

_OWNER = "owner"
"""Under which the mark of who is in lies in the browser's own session, and beside a form that is held."""

_NOT_HELD = frozenset(
    {"owner", "csrf_token", "idempotency_key", "password", "present", "code", "link", "token", "card_number", "born_on"}
)
"""What belongs to one page, or is too secret to lie anywhere."""


def is_part() -> bool:
    """Whether htmx asks for a part of a page that is open: no other page may come in its place, and no form be held."""
    return "HX-Request" in request.headers


def is_opened() -> bool:
    """Whether the page is opened, and no form was sent."""
    return request.method != "POST"


def note_who_types() -> None:
    """Remember in this browser who is in: what they type is given back to nobody else who comes in here."""
    mark = _mark_of(caller().known)
    if session.get(_OWNER) != mark:
        session[_OWNER] = mark


def _mark_of(known: Known | None) -> str:
    """Tells one person from another, and nobody who either is."""
    if known is None:
        return ""
    told = "|".join((known.role, known.institution or "", known.badge.name, known.badge.mobile))
    return hmac.digest(caller().front.key, told.encode(), "sha256").hex()


def hold_what_was_typed() -> str:
    """The path by which this page opens again with what was typed into it; the bare path where that was too much.

    A button without a page of its own leads back to the page on which it was pressed.
    """
    if request.url_rule is None or "GET" not in (request.url_rule.methods or ()):
        flash(t("faults.press-again"), "alert")
        return _pressed_on()
    token = hold(request.path, what_was_typed())
    return f"{request.path}?{HELD}={token}" if token else request.path


def what_was_typed() -> dict[str, list[str]]:
    """What this page was sent, without what is not for keeping; nothing where it was too much to be read."""
    try:
        form = request.form
    except RequestEntityTooLarge:
        return {}
    return {name: values for name, values in form.lists() if name not in _NOT_HELD}


def hold(path: str, fields: Mapping[str, list[str]]) -> str:
    """Keep what was typed into the page of this path; the token under which it lies, empty where it was too much."""
    whose = {_OWNER: [session[_OWNER]]} if session.get(_OWNER) else {}
    form = {"path": path, "fields": {**fields, **whose}, "client": caller().client}
    try:
        held = caller().deed("gateway.hold_form", form)
    except (RemoteRefusal, *UNANSWERED):
        return ""
    token: str = held["token"]
    return token


def _pressed_on() -> str:
    """The page of this site on which the button stood; the first page where the browser does not say."""
    page = urlsplit(request.referrer or "")
    return f"/{page.path.lstrip('/')}" if page.netloc == request.host else "/"


def typed() -> MultiDict[str, Any]:
    """What stands in the form of this page: what was sent, or what was held for it; empty when it is opened anew."""
    if not is_opened():
        return MultiDict(request.form)
    token = request.args.get(HELD)
    if not token:
        return MultiDict()
    try:
        held = caller().deed("gateway.held_form", {"token": token})
    except (RemoteRefusal, *UNANSWERED):
        return MultiDict()
    [owner] = held["fields"].pop(_OWNER, [""])
    if held["path"] != request.path or owner not in {"", _mark_of(caller().known)}:
        return MultiDict()
    flash(t("faults.not-sent"), "alert")
    return MultiDict([(name, value) for name, values in held["fields"].items() for value in values])
