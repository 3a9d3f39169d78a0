"""健保卡登入: the card in the reader, whose number the agent reads, and the password that was registered for it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import request

from services.gateway.web.areas import EVERYBODY
from services.gateway.web.asking import caller
from services.gateway.web.cards.agent import show_with_agent
from services.gateway.web.cards.area import CARDS
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.rendering import t
from services.gateway.web.sign_in.already_in import already_in
from services.gateway.web.sign_in.devices import client
from services.gateway.web.sign_in.front_desk import at_the_front_desk, come_in
from services.gateway.web.sign_in.questions import answered, question_after
from services.gateway.web.sign_in.returning import path_back
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from services.gateway.web.sign_in.questions import Question


@CARDS.page("/sign-in/nhi-card", EVERYBODY, ("GET", "POST"))
def by_nhi_card() -> ResponseReturnValue:
    """National ID, the card, and its password."""
    if caller().known:
        return already_in()
    if is_opened():
        return _page(HTTPStatus.OK, Faults())
    if faults := objections_to_card():
        return _page(HTTPStatus.UNPROCESSABLE_ENTITY, faults)
    try:
        signed_in = at_the_front_desk(
            "log_in_by_nhi_card",
            {
                "identifier": request.form.get("identifier", ""),
                "card_number": request.form["card_number"],
                "password": request.form.get("password", ""),
                "client": client(),
                "question": answered(),
            },
        )
    except RemoteRefusal as refusal:
        question = question_after(refusal)
        return _page(HTTPStatus.UNPROCESSABLE_ENTITY, Faults.of(refusal), question)
    return come_in(signed_in, path_back(request.form))


def objections_to_card() -> Faults:
    """What is wrong where the agent has read no card."""
    faults = Faults()
    if not request.form.get("card_number"):
        faults.add("card", t("cards.nhi.card-missing"))
    return faults


def _page(status: HTTPStatus, faults: Faults, question: Question | None = None) -> ResponseReturnValue:
    form = typed()
    return show_with_agent(
        "cards/nhi_card.html",
        status,
        back=path_back(form),
        identifier=form.get("identifier", ""),
        faults=faults,
        question=question,
    )
