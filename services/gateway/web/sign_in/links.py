"""By a link of a mail: an account is activated, or a password is set anew.

The link's secret stands in the address of its first page alone, which tells no other page of it; from there on it goes
with the form.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from services.gateway.web.areas import EVERYBODY
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.rendering import refused, show, t, words_of
from services.gateway.web.sign_in.area import SIGN_IN
from services.gateway.web.sign_in.devices import client, remember
from services.gateway.web.sign_in.front_desk import at_the_front_desk, come_in
from services.gateway.web.sign_in.questions import answered, question_after
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

_LINK_OVER = frozenset(
    {
        "link-unknown",
        "invitation-expired",
        "invitation-used",
        "invitation-not-open",
        "reset-expired",
        "account-is-disabled",
        "account-not-active",
        "person-gone",
    }
)
"""Another password would not help: the link is good for nothing."""


@SIGN_IN.page("/activate/<link>", EVERYBODY)
def invited(link: str) -> ResponseReturnValue:
    """帳號開通: where the mail of an invitation leads."""
    return _offered("activate", link)


@SIGN_IN.page("/activate", EVERYBODY, ("GET", "POST"))
def activate() -> ResponseReturnValue:
    """The password of a new account."""
    return _set("activate_account", "activate")


@SIGN_IN.page("/reset-password/<link>", EVERYBODY)
def reset_offered(link: str) -> ResponseReturnValue:
    """重設密碼: where the mail to somebody who has forgotten the password leads."""
    return _offered("reset", link)


@SIGN_IN.page("/reset-password", EVERYBODY, ("GET", "POST"))
def reset() -> ResponseReturnValue:
    """The new password."""
    return _set("reset_password", "reset")


@SIGN_IN.page("/sign-in/forgotten", EVERYBODY, ("GET", "POST"))
def forgotten() -> ResponseReturnValue:
    """忘記密碼: the mailbox that a link is sent to, where it is an account's."""
    email = typed().get("email", "")
    if is_opened():
        return show("sign_in/forgotten.html", email=email, faults=Faults(), question=None)
    try:
        at_the_front_desk("request_password_reset", {"email": email, "client": client(), "question": answered()})
    except RemoteRefusal as refusal:
        question = question_after(refusal)
        return refused("sign_in/forgotten.html", email=email, faults=Faults.of(refusal), question=question)
    return _onward("sign_in.reset_sent")


@SIGN_IN.page("/sign-in/forgotten/sent", EVERYBODY)
def reset_sent() -> ResponseReturnValue:
    """The same answer whether there is such an account or not."""
    return show(
        "sign_in/told.html",
        title=t("sign_in.reset-sent.title"),
        told=(t("sign_in.reset-sent.told"), t("sign_in.reset-sent.nothing")),
        onward=url_for("sign_in.by_password"),
        onward_text=t("sign_in.to-sign-in"),
    )


@SIGN_IN.page("/reset-password/done", EVERYBODY)
def password_set() -> ResponseReturnValue:
    """The password has been set anew, and every session has ended."""
    return show(
        "sign_in/told.html",
        title=t("sign_in.password-set.title"),
        told=(t("sign_in.password-set.told"),),
        onward=url_for("sign_in.by_password"),
        onward_text=t("sign_in.to-sign-in"),
    )


def _offered(way: str, link: str) -> Response:
    """The page on which a password is set; its address holds a secret, which it tells to no other."""
    page = show("sign_in/set_password.html", way=way, link=link, faults=Faults())
    page.headers["Referrer-Policy"] = "no-referrer"
    return page


def _set(method: str, way: str) -> ResponseReturnValue:
    if is_opened():  # reloaded, or come back to: the link went with the form
        return _link_over(t("sign_in.link-over.again"))
    link = request.form.get("link", "")
    try:
        told = at_the_front_desk(
            method, {"link": link, "password": request.form.get("password", ""), "client": client()}
        )
    except RemoteRefusal as refusal:
        if refusal.code in _LINK_OVER:
            return _link_over(words_of(refusal))
        return refused("sign_in/set_password.html", way=way, link=link, faults=Faults.of(refusal))
    if "session" in told:
        return come_in(told, "")
    return remember(_onward("sign_in.password_set"), told["device"])


def _onward(view: str) -> Response:
    return redirect(url_for(view), HTTPStatus.SEE_OTHER)  # type: ignore[return-value]  # Flask's own


def _link_over(told: str) -> ResponseReturnValue:
    return refused(
        "sign_in/told.html",
        title=t("sign_in.link-over.title"),
        told=(told,),
        onward=url_for("sign_in.by_password"),
        onward_text=t("sign_in.to-sign-in"),
    )
