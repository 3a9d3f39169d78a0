"""What somebody who is in already is told at a way in."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import redirect, request

from services.gateway.web.asking import caller
from services.gateway.web.holding import is_opened
from services.gateway.web.rendering import show
from services.gateway.web.sign_in.returning import landing, path_back

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def already_in() -> ResponseReturnValue:
    """On with it, or out first; a form sent twice, or from a second tab, simply leads on."""
    onward = path_back(request.form) or landing(caller().role)
    if is_opened():
        return show("sign_in/already_in.html", onward=onward)
    return redirect(onward, HTTPStatus.SEE_OTHER)
