"""帳號登入 of staff: mail address and password, the question where it is asked; the password again, where it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from services.gateway.web.areas import EVERYBODY, STAFF
from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.rendering import refused, show
from services.gateway.web.sign_in.already_in import already_in
from services.gateway.web.sign_in.area import SIGN_IN
from services.gateway.web.sign_in.devices import client
from services.gateway.web.sign_in.front_desk import at_the_front_desk, come_in, go_on
from services.gateway.web.sign_in.questions import answered, question_after
from services.gateway.web.sign_in.returning import path_back
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@SIGN_IN.page("/sign-in", EVERYBODY, ("GET", "POST"))
def by_password() -> ResponseReturnValue:
    """Mail address and password."""
    if caller().known:
        return already_in()
    form = typed()
    email, back = form.get("email", ""), path_back(form)
    if is_opened():
        return show("sign_in/password.html", back=back, email=email, faults=Faults(), question=None)
    try:
        signed_in = at_the_front_desk(
            "log_in",
            {
                "email": email,
                "password": request.form.get("password", ""),
                "client": client(),
                "question": answered(),
            },
        )
    except RemoteRefusal as refusal:
        question = question_after(refusal)
        return refused("sign_in/password.html", back=back, email=email, faults=Faults.of(refusal), question=question)
    return come_in(signed_in, back)


@SIGN_IN.page("/sign-in/prove", STAFF, ("GET", "POST"))
def prove() -> ResponseReturnValue:
    """再驗證: the password again, before something that this session has not proved enough for."""
    back, by_card = path_back(typed()), request.values.get("other") == "card"
    if is_opened():
        return show("sign_in/prove.html", back=back, by_card=by_card, faults=Faults(), question=None)
    try:
        signed_in = caller().deed(
            "identity.prove_password",
            {
                "session": caller().token,
                "password": request.form.get("password", ""),
                "client": client(),
                "question": answered(),
            },
        )
    except RemoteRefusal as refusal:
        question = question_after(refusal)
        return refused("sign_in/prove.html", back=back, by_card=by_card, faults=Faults.of(refusal), question=question)
    return go_on(signed_in, back)
