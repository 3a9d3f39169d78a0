"""One's own account: the devices it is signed in on, who has come in or tried to, its password; and the way out."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from flask import current_app, flash, redirect, request, session, url_for

from services.gateway.web.areas import ANYBODY_IN, EVERYBODY, STAFF
from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened
from services.gateway.web.paging import cursor_asked
from services.gateway.web.rendering import refused, show, t
from services.gateway.web.security import let_out
from services.gateway.web.sign_in.area import SIGN_IN
from services.gateway.web.sign_in.devices import client
from services.gateway.web.sign_in.front_desk import come_in
from services.gateway.web.sign_in.questions import answered, question_after
from services.gateway.web.wording import UNANSWERED
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@SIGN_IN.page("/account", ANYBODY_IN)
def own_account() -> ResponseReturnValue:
    """Where one's own things are."""
    return redirect(url_for("sign_in.own_sessions"), HTTPStatus.SEE_OTHER)


@SIGN_IN.page("/account/sessions", ANYBODY_IN)
def own_sessions() -> ResponseReturnValue:
    """登入中的裝置."""
    has_account = caller().role in STAFF
    return show("sign_in/sessions.html", sessions=caller().ask("identity.own_sessions"), has_account=has_account)


@SIGN_IN.page("/account/sessions/<uuid:session_id>/sign-out", ANYBODY_IN, ("POST",))
def sign_out_there(session_id: UUID) -> ResponseReturnValue:
    """登出 on another device."""
    caller().command("identity.sign_out", {"session": str(session_id)}, request.form["idempotency_key"])
    flash(t("sign_in.sessions.out"), "done")
    return redirect(url_for("sign_in.own_sessions"), HTTPStatus.SEE_OTHER)


@SIGN_IN.page("/account/sessions/sign-out", ANYBODY_IN, ("POST",))
def sign_out_everywhere() -> ResponseReturnValue:
    """登出所有裝置, this one too."""
    caller().command("identity.sign_out_everywhere", {}, request.form["idempotency_key"])
    return _out()


@SIGN_IN.page("/account/sign-ins", STAFF)
def own_sign_ins() -> ResponseReturnValue:
    """登入紀錄 of the own account."""
    found = caller().ask("identity.sign_ins", {"cursor": cursor_asked()})
    return show("sign_in/sign_ins.html", entries=found["entries"], following=found["following"])


@SIGN_IN.page("/account/password", STAFF, ("GET", "POST"))
def change_password() -> ResponseReturnValue:
    """變更密碼, by who knows the present one."""
    if is_opened():
        return show("sign_in/change_password.html", faults=Faults(), question=None)
    try:
        signed_in = caller().deed(
            "identity.change_password",
            {
                "session": caller().token,
                "present": request.form.get("present", ""),
                "password": request.form.get("password", ""),
                "client": client(),
                "question": answered(),
            },
        )
    except RemoteRefusal as refusal:
        question = question_after(refusal)
        return refused("sign_in/change_password.html", faults=Faults.of(refusal), question=question)
    onward = come_in(signed_in, url_for("sign_in.own_sessions"))
    flash(t("sign_in.change.done"), "done")
    return onward


@SIGN_IN.page("/account/stay", EVERYBODY)
def stay() -> ResponseReturnValue:
    """Keep the session: to be asked is enough. Whoever is out already is not led away from what they have typed."""
    return "", HTTPStatus.NO_CONTENT if caller().known else HTTPStatus.UNAUTHORIZED


@SIGN_IN.page("/sign-out", EVERYBODY, ("POST",))
def sign_out() -> ResponseReturnValue:
    """登出 here; where identity cannot be asked, the browser forgets its session nevertheless."""
    with suppress(RemoteRefusal, *UNANSWERED):
        if known := caller().known:
            caller().command("identity.sign_out", {"session": known.session_id}, str(uuid4()))
    return _out()


@SIGN_IN.page("/signed-out", EVERYBODY)
def signed_out() -> ResponseReturnValue:
    """It is over, and what to do on somebody else's computer."""
    return show(
        "sign_in/told.html",
        title=t("sign_in.signed-out.title"),
        told=(t("sign_in.signed-out.told"),),
        onward="/",
        onward_text=t("sign_in.signed-out.onward"),
    )


def _out() -> ResponseReturnValue:
    session.clear()
    return let_out(redirect(url_for("sign_in.signed_out"), HTTPStatus.SEE_OTHER), current_app.extensions["front"])  # type: ignore[arg-type]  # Flask's own
