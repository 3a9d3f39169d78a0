"""熟悉的裝置: by what identity knows a browser in which somebody has come in, so that strangers keep nobody out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, request

from services.gateway.web.asking import caller

if TYPE_CHECKING:
    from flask import Response

    from services.gateway.web.front import Front

_COOKIE = "caretrail_devices"
_PROTECTED_COOKIE = f"__Host-{_COOKIE}"
_KEPT = 5
"""People who come in by one browser, and are each known again: a family's, or a clinic's at one desk."""
_BETWEEN = "."
_SECONDS = 200 * 86_400
"""As long as identity knows a device again."""


def client() -> dict[str, object]:
    """From where somebody would come in: what `Caller.client` tells, and the devices that this browser is known as."""
    return {**caller().client, "devices": _devices()}


def remember(response: Response, device: str) -> Response:
    """Let the browser keep what it is known again by, the latest first."""
    if not device:
        return response
    front: Front = current_app.extensions["front"]
    kept = [device, *(one for one in _devices() if one != device)]
    response.set_cookie(
        _name(),
        _BETWEEN.join(kept[:_KEPT]),
        max_age=_SECONDS,
        path="/",
        secure=front.is_protected,
        httponly=True,
        samesite="Lax",
    )
    return response


def _devices() -> list[str]:
    return [one for one in request.cookies.get(_name(), "").split(_BETWEEN)[:_KEPT] if one]


def _name() -> str:
    front: Front = current_app.extensions["front"]
    return _PROTECTED_COOKIE if front.is_protected else _COOKIE
