"""What every answer carries so that browsers keep pages and their callers safe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from services.gateway.web.asking import caller, cookie_name

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask, Response

    from services.gateway.web.front import Front

CONTENT_SECURITY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""What a page may load, from where, and who may show it; a page that needs more sets its own."""
_YEAR = 31_536_000
FORM_LIMIT = 256 * 1024
"""Bytes of a posted form; a file that is imported has its own limit at its page."""


def protect(app: Flask, front: Front) -> CSRFProtect:
    """Set cookies, tokens and headers up; what it returns exempts the API, which takes no cookies."""
    app.config |= {
        "SECRET_KEY": front.key,
        "SESSION_COOKIE_NAME": "__Host-caretrail_page" if front.is_protected else "caretrail_page",
        "SESSION_COOKIE_SECURE": front.is_protected,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "MAX_CONTENT_LENGTH": FORM_LIMIT,
        "WTF_CSRF_TIME_LIMIT": None,  # a form may lie open all day; its session ends by itself
        "WTF_CSRF_SSL_STRICT": front.is_protected,
    }
    if front.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # as Flask's own documentation does
            app.wsgi_app, x_for=front.proxies, x_proto=front.proxies, x_host=front.proxies
        )

    def guarded(response: Response) -> Response:
        return _guarded(response, front)

    app.after_request(guarded)
    return CSRFProtect(app)


def _guarded(response: Response, front: Front) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers.setdefault("Referrer-Policy", "same-origin")  # a page whose address holds a secret tells less
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(self)"
    headers["X-Correlation-Id"] = caller().trace.correlation_id
    if front.is_protected:
        headers["Strict-Transport-Security"] = f"max-age={_YEAR}; includeSubDomains"
    if request.endpoint != "assets.file" and "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"  # nobody else finds it by the back button of a shared computer
    return response


def let_in(response: Response, front: Front, token: str, ends_at: datetime) -> Response:
    """Give the browser the session's token."""
    response.set_cookie(
        cookie_name(front),
        token,
        expires=ends_at,
        path="/",
        secure=front.is_protected,
        httponly=True,
        samesite="Lax",
    )
    return response


def let_out(response: Response, front: Front) -> Response:
    """Take the session's token away from the browser."""
    response.delete_cookie(cookie_name(front), path="/", secure=front.is_protected, httponly=True, samesite="Lax")
    return response
