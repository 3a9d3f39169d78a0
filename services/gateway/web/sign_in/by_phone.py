"""手機驗證: a code by SMS brings families in. The attempt stays in the signed cookie, never in an address."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import redirect, request, session, url_for

from services.gateway.web.areas import EVERYBODY
from services.gateway.web.asking import caller
from services.gateway.web.code_attempts import Attempt, entered_code
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.rendering import refused, show
from services.gateway.web.sign_in.already_in import already_in
from services.gateway.web.sign_in.area import SIGN_IN
from services.gateway.web.sign_in.devices import client
from services.gateway.web.sign_in.front_desk import at_the_front_desk, come_in
from services.gateway.web.sign_in.questions import answered, question_after
from services.gateway.web.sign_in.returning import BACK, path_back, path_on_this_site
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

ATTEMPT = "attempt"
"""Where the signed cookie keeps what is known of the code that was sent last."""

_LOG_IN = "log_in"


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
    session[ATTEMPT] = Attempt.begun(sent, mobile).to_keep
    session[BACK] = back
    return redirect(url_for("sign_in.by_code"), HTTPStatus.SEE_OTHER)


@SIGN_IN.page("/sign-in/phone/code", EVERYBODY, ("GET", "POST"))
def by_code() -> ResponseReturnValue:
    """The code that was sent."""
    attempt, back = Attempt.kept(session.get(ATTEMPT)), path_on_this_site(session.get(BACK, ""))
    if caller().known:
        return already_in()
    if attempt is None:
        return redirect(url_for("sign_in.by_phone", back=path_back(request.form) or None), HTTPStatus.SEE_OTHER)
    if is_opened():
        return show("sign_in/code.html", **attempt.shown(), back=back, faults=Faults())
    code = entered_code()
    if faults := attempt.objections_to(code):
        return refused("sign_in/code.html", **attempt.shown(), back=back, faults=faults)
    try:
        signed_in = at_the_front_desk("verify_code", {"attempt": attempt.token, "code": code, "client": client()})
    except RemoteRefusal as refusal:
        attempt = attempt.after(refusal)
        session[ATTEMPT] = attempt.to_keep
        return refused("sign_in/code.html", **attempt.shown(), back=back, faults=Faults.of(refusal))
    return come_in(signed_in, back)
