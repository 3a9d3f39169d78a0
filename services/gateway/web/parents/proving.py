"""聯絡方式驗證: a code goes to the new phone or mail address, and changes nothing before it is entered."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import abort, redirect, session, url_for

from services.gateway.web.areas import FAMILIES
from services.gateway.web.asking import caller
from services.gateway.web.code_attempts import Attempt, entered_code
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened
from services.gateway.web.parents.about import page_about
from services.gateway.web.parents.answers import Answers
from services.gateway.web.parents.area import PARENTS
from services.gateway.web.parents.contact import changed, entered
from services.gateway.web.parents.matters import matter
from services.gateway.web.parents.possible import not_now
from services.gateway.web.rendering import refused, show
from services.gateway.web.sign_in.devices import client
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from services.gateway.web.parents.matters import Matter

WAYS = ("mobile", "email")
_ATTEMPT = "contact_attempt"
_NEW_CONTACT = "new_contact"


@PARENTS.page("/cases/<ref>/contact/<way>", FAMILIES, methods=("GET", "POST"))
def prove_contact(ref: str, way: str) -> ResponseReturnValue:
    """What is to be proved, to be read once more before a code goes there."""
    one, answers = _what_is_entered(ref, way)
    to = answers.text(f"contact.{way}")
    if not to:
        return redirect(url_for("parents.change_contact", ref=one.ref), HTTPStatus.SEE_OTHER)
    if closed := not_now(one, "change_contact"):
        return closed
    if is_opened():
        return show("parents/prove_contact.html", **page_about(one, way=way, to=to))
    asked = {way: to, "purpose": _NEW_CONTACT, "session": caller().token, "client": client()}
    try:
        sent = caller().deed("identity.request_code", {"mobile": "", **asked})
    except RemoteRefusal as refusal:
        return refused("parents/prove_contact.html", **page_about(one, Faults.of(refusal), way=way, to=to))
    session[_ATTEMPT] = Attempt.begun(sent, to).to_keep
    return redirect(url_for("parents.contact_code", ref=one.ref, way=way), HTTPStatus.SEE_OTHER)


@PARENTS.page("/cases/<ref>/contact/<way>/code", FAMILIES, methods=("GET", "POST"))
def contact_code(ref: str, way: str) -> ResponseReturnValue:
    """The code that was sent there; the right one, and the contact is changed, or the next part of it is proved."""
    one, answers = _what_is_entered(ref, way)
    attempt = Attempt.kept(session.get(_ATTEMPT))
    if attempt is None or attempt.to != answers.text(f"contact.{way}"):
        return redirect(url_for("parents.prove_contact", ref=one.ref, way=way), HTTPStatus.SEE_OTHER)
    if is_opened():
        return show("parents/contact_code.html", **_page(one, way, attempt, Faults()))
    code = entered_code()
    if faults := attempt.objections_to(code):
        return refused("parents/contact_code.html", **_page(one, way, attempt, faults))
    given = {"attempt": attempt.token, "code": code, "session": caller().token, "client": client()}
    try:
        caller().deed("identity.verify_code", given)
    except RemoteRefusal as refusal:
        attempt = attempt.after(refusal)
        session[_ATTEMPT] = attempt.to_keep
        return refused("parents/contact_code.html", **_page(one, way, attempt, Faults.of(refusal)))
    session.pop(_ATTEMPT)
    caller().look_again()  # what signs for the family tells from now on what it has proved
    return changed(one, answers)


def _what_is_entered(ref: str, way: str) -> tuple[Matter, Answers]:
    if way not in WAYS:
        abort(HTTPStatus.NOT_FOUND)
    one = matter(ref)
    return one, Answers(entered(one).fields)


def _page(one: Matter, way: str, attempt: Attempt, faults: Faults) -> dict[str, Any]:
    return page_about(one, faults, way=way, **attempt.shown())
