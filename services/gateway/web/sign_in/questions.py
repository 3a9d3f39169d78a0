"""驗證問題: the plain-language question, where identity's limits want it; read or heard, answered with the form."""

from __future__ import annotations

import secrets
from base64 import b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, request, session
from werkzeug.exceptions import NotFound

from services.gateway.web.areas import EVERYBODY
from services.gateway.web.limits import limited
from services.gateway.web.rendering import language
from services.gateway.web.sign_in.area import SIGN_IN
from services.gateway.web.sign_in.devices import client
from services.gateway.web.sign_in.front_desk import at_the_front_desk

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from shared.rpc.wire import RemoteRefusal

_ASKS = frozenset({"question-needed", "answer-wrong"})
_FIELD = "question"
_KEPT = 3
"""Questions that a browser has open at once, in so many tabs."""
_SPEECHES = 20
"""Read out to one address within a minute: each is spoken anew."""


@dataclass(frozen=True)
class Question:
    """A question by its number, which means nothing outside of this browser: its token stays in the signed cookie."""

    number: str
    text: str


def question_after(refusal: RemoteRefusal) -> Question | None:
    """A new question, where the next try needs one. Raises `RemoteRefusal` where none is asked at present."""
    return ask() if refusal.code in _ASKS or _FIELD in request.form else None


def ask() -> Question:
    """A question to be answered with the next form. Raises `RemoteRefusal`."""
    asked = at_the_front_desk("ask_question", {"language": language(), "client": client()})
    question = Question(secrets.token_hex(8), asked["text"])
    session["questions"] = [*_open_questions(), [question.number, asked["token"]]][-_KEPT:]
    return question


def answered() -> dict[str, str] | None:
    """The question and its answer, as identity takes them; None where the form had no question."""
    number = request.form.get(_FIELD)
    if number is None:
        return None
    return {"token": _token_of(number), "answer": request.form.get(f"{_FIELD}.answer", "")}


@SIGN_IN.page("/sign-in/questions/<number>.wav", EVERYBODY)
@limited("speech", _SPEECHES)
def spoken_question(number: str) -> ResponseReturnValue:
    """The question as sound, for this browser alone."""
    token = _token_of(number)
    if not token:
        raise NotFound
    spoken = at_the_front_desk("speak_question", {"token": token, "client": client()})
    return Response(b64decode(spoken["wav"]), mimetype="audio/wav")


def _token_of(number: str) -> str:
    return dict(_open_questions()).get(number, "")


def _open_questions() -> list[list[str]]:
    found: list[list[str]] = session.get("questions", [])
    return found
