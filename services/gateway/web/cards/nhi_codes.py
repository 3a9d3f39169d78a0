"""簡訊驗證 of those who hold an NHI card: to come in without a reader, to register a card, to set a forgotten password.

Each is a way of three pages: who one is, the code that was sent, and what the code makes possible. What is known in
between stays in the signed cookie, which has no national ID.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import redirect, request, session, url_for

from services.gateway.web.areas import EVERYBODY, PERSONS_BY_CARD
from services.gateway.web.asking import caller
from services.gateway.web.cards.agent import show_with_agent
from services.gateway.web.cards.area import CARDS
from services.gateway.web.cards.nhi_card import objections_to_card
from services.gateway.web.code_attempts import Attempt, entered_code
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.rendering import refused, show, t
from services.gateway.web.sign_in.already_in import already_in
from services.gateway.web.sign_in.devices import client
from services.gateway.web.sign_in.front_desk import at_the_front_desk, come_in
from services.gateway.web.sign_in.questions import answered, question_after
from services.gateway.web.sign_in.returning import BACK, path_back, path_on_this_site
from shared.principal import Assurance
from shared.rpc.wire import RemoteRefusal
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

_ATTEMPTS = "nhi_attempts"
_PROOFS = "nhi_proofs"
"""Where the signed cookie keeps, by errand, what is known of the code that was sent and of the one that was right."""


@dataclass(frozen=True)
class Errand:
    """What a code is asked for: its name among identity's, and among the pages' words."""

    purpose: str
    words: str
    view: str
    """Of its first page; those of the others are named after it."""

    @property
    def steps(self) -> tuple[str, str, str]:
        """The views of its three pages."""
        return self.view, f"{self.view}_code", f"{self.view}_card"


_LOG_IN = Errand("log_in", "nhi-number", "cards.by_nhi_number")
_REGISTER = Errand("register", "nhi-register", "cards.register_nhi")
_NEW_PASSWORD = Errand("new_password", "nhi-forgotten", "cards.nhi_forgotten")


@CARDS.page("/sign-in/nhi-number", EVERYBODY, ("GET", "POST"))
def by_nhi_number() -> ResponseReturnValue:
    """健保卡登入(無卡): national ID and phone."""
    return already_in() if caller().known else _ask(_LOG_IN)


@CARDS.page("/sign-in/nhi-number/code", EVERYBODY, ("GET", "POST"))
def by_nhi_number_code() -> ResponseReturnValue:
    """The code, at every log-in."""
    return already_in() if caller().known else _enter(_LOG_IN)


@CARDS.page("/sign-in/nhi-number/card", EVERYBODY, ("GET", "POST"))
def by_nhi_number_card() -> ResponseReturnValue:
    """The card's number, which is worth nothing without the code before it."""
    if caller().known:
        return already_in()
    proof = _proof(_LOG_IN)
    if not proof:
        return _from_the_start(_LOG_IN)
    if is_opened():
        return show("cards/nhi_number_card.html", faults=Faults())
    try:
        signed_in = at_the_front_desk(
            "log_in_by_nhi_number", {"proof": proof, "card_number": _card_number(), "client": client()}
        )
    except RemoteRefusal as refusal:
        return refused("cards/nhi_number_card.html", faults=Faults.of(refusal))
    return come_in(signed_in, path_on_this_site(session.get(BACK, "")))


@CARDS.page("/sign-in/nhi-card/register", EVERYBODY, ("GET", "POST"))
def register_nhi() -> ResponseReturnValue:
    """申請健保卡註冊密碼: who it is. Whoever is in by a card of their own sends no code."""
    if _is_in_by_card():
        return redirect(url_for("cards.register_nhi_card"), HTTPStatus.SEE_OTHER)
    return _ask(_REGISTER)


@CARDS.page("/sign-in/nhi-card/register/code", EVERYBODY, ("GET", "POST"))
def register_nhi_code() -> ResponseReturnValue:
    """The code."""
    return _enter(_REGISTER)


@CARDS.page("/sign-in/nhi-card/register/card", EVERYBODY, ("GET", "POST"))
def register_nhi_card() -> ResponseReturnValue:
    """The card, as the agent reads it, and the password for it: after the code, or in a session by card and PIN."""
    proof = _proof(_REGISTER)
    by_own_card = _is_in_by_card()
    if not proof and not by_own_card:
        return _from_the_start(_REGISTER)
    if is_opened():
        return _register_page(HTTPStatus.OK, Faults())
    if faults := objections_to_card():
        return _register_page(HTTPStatus.UNPROCESSABLE_ENTITY, faults)
    try:
        at_the_front_desk(
            "register_nhi_card",
            {
                "identifier": request.form.get("identifier", ""),
                "card_number": request.form["card_number"],
                "born_on": request.form.get("born_on", ""),
                "password": request.form.get("password", ""),
                "client": client(),
                "proof": proof,
                "session": caller().token if by_own_card else "",
            },
        )
    except RemoteRefusal as refusal:
        return _register_page(HTTPStatus.UNPROCESSABLE_ENTITY, Faults.of(refusal))
    return _done(_REGISTER)


@CARDS.page("/sign-in/nhi-card/register/done", EVERYBODY)
def nhi_registered() -> ResponseReturnValue:
    """The card has a password."""
    return _told(_REGISTER)


@CARDS.page("/sign-in/nhi-card/forgotten", EVERYBODY, ("GET", "POST"))
def nhi_forgotten() -> ResponseReturnValue:
    """忘記健保卡註冊密碼: who it is."""
    return _ask(_NEW_PASSWORD)


@CARDS.page("/sign-in/nhi-card/forgotten/code", EVERYBODY, ("GET", "POST"))
def nhi_forgotten_code() -> ResponseReturnValue:
    """The code."""
    return _enter(_NEW_PASSWORD)


@CARDS.page("/sign-in/nhi-card/forgotten/card", EVERYBODY, ("GET", "POST"))
def nhi_forgotten_card() -> ResponseReturnValue:
    """The card's number, and another password."""
    proof = _proof(_NEW_PASSWORD)
    if not proof:
        return _from_the_start(_NEW_PASSWORD)
    if is_opened():
        return show("cards/nhi_new_password.html", faults=Faults())
    try:
        at_the_front_desk(
            "set_nhi_password",
            {
                "proof": proof,
                "card_number": _card_number(),
                "password": request.form.get("password", ""),
                "client": client(),
            },
        )
    except RemoteRefusal as refusal:
        return refused("cards/nhi_new_password.html", faults=Faults.of(refusal))
    return _done(_NEW_PASSWORD)


@CARDS.page("/sign-in/nhi-card/forgotten/done", EVERYBODY)
def nhi_password_set() -> ResponseReturnValue:
    """Another password is set, and every session has ended."""
    return _told(_NEW_PASSWORD)


# The three pages of every errand -------------------------------------------------------------------------------------


def _ask(errand: Errand) -> ResponseReturnValue:
    """Who one is, and to which phone the code goes; the same answer whoever that is."""
    form = typed()
    identifier, mobile, back = form.get("identifier", ""), form.get("mobile", ""), path_back(form)
    page = {"errand": errand, "identifier": identifier, "mobile": mobile, "back": back}
    if is_opened():
        return show("cards/nhi_ask.html", **page, faults=Faults(), question=None)
    try:
        sent = at_the_front_desk(
            "ask_nhi_code",
            {
                "purpose": errand.purpose,
                "identifier": identifier,
                "mobile": mobile,
                "client": client(),
                "question": answered(),
            },
        )
    except RemoteRefusal as refusal:
        question = question_after(refusal)
        return refused("cards/nhi_ask.html", **page, faults=Faults.of(refusal), question=question)
    _keep(_ATTEMPTS, errand, Attempt.begun(sent, mobile).to_keep)
    _keep(_PROOFS, errand, "")
    session[BACK] = back
    return redirect(url_for(errand.steps[1]), HTTPStatus.SEE_OTHER)


def _enter(errand: Errand) -> ResponseReturnValue:
    """The code that was sent; right, it is worth the next page."""
    attempt = Attempt.kept(session.get(_ATTEMPTS, {}).get(errand.purpose))
    if attempt is None:
        return _from_the_start(errand)
    if is_opened():
        return show("cards/nhi_code.html", errand=errand, **attempt.shown(), faults=Faults())
    code = entered_code()
    if faults := attempt.objections_to(code):
        return refused("cards/nhi_code.html", errand=errand, **attempt.shown(), faults=faults)
    try:
        proved = at_the_front_desk("verify_nhi_code", {"attempt": attempt.token, "code": code, "client": client()})
    except RemoteRefusal as refusal:
        attempt = attempt.after(refusal)
        _keep(_ATTEMPTS, errand, attempt.to_keep)
        return refused("cards/nhi_code.html", errand=errand, **attempt.shown(), faults=Faults.of(refusal))
    _keep(_PROOFS, errand, proved["proof"])
    return redirect(url_for(errand.steps[2]), HTTPStatus.SEE_OTHER)


def _from_the_start(errand: Errand) -> ResponseReturnValue:
    return redirect(url_for(errand.steps[0], back=path_back(request.form) or None), HTTPStatus.SEE_OTHER)


def _done(errand: Errand) -> ResponseReturnValue:
    """Nothing of it is kept, and reloading does nothing again."""
    for place in (_ATTEMPTS, _PROOFS):
        session.pop(place, None)
    done = "cards.nhi_registered" if errand is _REGISTER else "cards.nhi_password_set"
    return redirect(url_for(done), HTTPStatus.SEE_OTHER)


def _told(errand: Errand) -> ResponseReturnValue:
    return show(
        "sign_in/told.html",
        title=t(f"cards.{errand.words}.done-title"),
        told=(t(f"cards.{errand.words}.done"),),
        onward=url_for("cards.by_nhi_card"),
        onward_text=t("cards.nhi.title"),
    )


def _keep(place: str, errand: Errand, value: object) -> None:
    session[place] = {**session.get(place, {}), errand.purpose: value}


def _proof(errand: Errand) -> str:
    found: str = session.get(_PROOFS, {}).get(errand.purpose, "")
    return found


def _card_number() -> str:
    return folded(request.form.get("card_number", "")).replace("-", "")


def _is_in_by_card() -> bool:
    """Whether the caller is a person who has come in by a card of their own and its PIN."""
    known = caller().known
    return known is not None and known.role in PERSONS_BY_CARD and Assurance.CARD_PIN in known.assurances


def _register_page(status: HTTPStatus, faults: Faults) -> Response:
    return show_with_agent("cards/nhi_register.html", status, by_own_card=_is_in_by_card(), faults=faults)
