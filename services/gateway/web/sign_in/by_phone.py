"""手機驗證: a code by SMS brings families in. The attempt stays in the signed cookie, never in an address."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import redirect, request, session, url_for

from services.gateway.web.areas import EVERYBODY
from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.rendering import refused, show, t
from services.gateway.web.sign_in.already_in import already_in
from services.gateway.web.sign_in.area import SIGN_IN
from services.gateway.web.sign_in.devices import client
from services.gateway.web.sign_in.front_desk import at_the_front_desk, come_in
from services.gateway.web.sign_in.questions import answered, question_after
from services.gateway.web.sign_in.returning import BACK, path_back, path_on_this_site
from shared.calendar import TAIPEI
from shared.rpc.wire import RemoteRefusal
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

ATTEMPT = "attempt"
"""Where the signed cookie keeps what is known of the code that was sent last."""

_LOG_IN = "log_in"
_OVER = frozenset({"code-void", "code-used", "code-used-up", "code-expired"})
"""The code that was sent is good for nothing any more."""


@SIGN_IN.page("/sign-in/phone", EVERYBODY, ("GET", "POST"))
def by_phone() -> ResponseReturnValue:
    """The phone that a code is sent to."""
    if caller().known:
        return already_in()
    form = typed()
    mobile, back = form.get("mobile", ""), path_back(form)
    if is_opened():
        return show("sign_in/phone.html", back=back, mobile=mobile, faults=Faults(), question=None)
    try:
        sent = at_the_front_desk(
            "request_code",
            {"mobile": mobile, "purpose": _LOG_IN, "client": client(), "question": answered()},
        )
    except RemoteRefusal as refusal:
        question = question_after(refusal)
        return refused("sign_in/phone.html", back=back, mobile=mobile, faults=Faults.of(refusal), question=question)
    session[ATTEMPT] = {
        "token": sent["attempt"],
        "mobile": mobile,
        "expires_at": sent["expires_at"],
        "resend_at": sent["resend_at"],
        "digits": sent["digits"],
        "tries": sent["tries"],
        "tries_left": sent["tries"],
        BACK: back,
    }
    return redirect(url_for("sign_in.by_code"), HTTPStatus.SEE_OTHER)


@SIGN_IN.page("/sign-in/phone/code", EVERYBODY, ("GET", "POST"))
def by_code() -> ResponseReturnValue:
    """The code that was sent."""
    attempt = session.get(ATTEMPT)
    if caller().known:
        return already_in()
    if attempt is None:
        return redirect(url_for("sign_in.by_phone", back=path_back(request.form) or None), HTTPStatus.SEE_OTHER)
    if is_opened():
        return show("sign_in/code.html", **_shown(attempt), faults=Faults())
    code = folded(request.form.get("code", "")).replace(" ", "").replace("-", "")
    if faults := _objections(code, attempt["digits"]):
        return refused("sign_in/code.html", **_shown(attempt), faults=faults)
    try:
        signed_in = at_the_front_desk("verify_code", {"attempt": attempt["token"], "code": code, "client": client()})
    except RemoteRefusal as refusal:
        session[ATTEMPT] = attempt = _after(attempt, refusal)
        return refused("sign_in/code.html", **_shown(attempt), faults=Faults.of(refusal))
    return come_in(signed_in, path_on_this_site(attempt[BACK]))


def _objections(code: str, digits: int) -> Faults:
    """What is wrong with a code before it costs a try."""
    faults = Faults()
    if not code:
        faults.add("code", t("sign_in.code.missing", digits=digits))
    elif not (code.isascii() and code.isdigit()):
        faults.add("code", t("sign_in.code.not-digits", digits=digits))
    elif len(code) < digits:
        faults.add("code", t("sign_in.code.short", digits=digits, missing=digits - len(code)))
    elif len(code) > digits:
        faults.add("code", t("sign_in.code.long", digits=digits, surplus=len(code) - digits))
    return faults


def _after(attempt: dict[str, Any], refusal: RemoteRefusal) -> dict[str, Any]:
    """What is known of the code once it was refused."""
    left = 0 if refusal.code in _OVER else attempt["tries_left"] - (refusal.code == "code-wrong")
    return {**attempt, "tries_left": max(left, 0)}


def _shown(attempt: dict[str, Any]) -> dict[str, Any]:
    """What the page tells of the code: which phone, how long it is good, and when another can be sent."""
    expires_at = datetime.fromisoformat(attempt["expires_at"])
    resend_at = datetime.fromisoformat(attempt["resend_at"])
    now = caller().now
    is_over = now >= expires_at or attempt["tries_left"] == 0
    return {
        "mobile": attempt["mobile"],
        "back": attempt[BACK],
        "expires_at": _clock(expires_at),
        "minutes": max(1, (expires_at - now) // timedelta(minutes=1)),
        "digits": attempt["digits"],
        "tries": attempt["tries"],
        "tries_left": attempt["tries_left"],
        "resend_at": _clock(resend_at),
        "can_resend": now >= resend_at,
        "is_over": is_over,
    }


def _clock(moment: datetime) -> str:
    """By Taipei's clock, to the second: within minutes the day is clear."""
    return f"{moment.astimezone(TAIPEI):%H:%M:%S}"
