"""驗證問題 where they are kept: asked, read aloud, and answered once."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from services.identity.application.accounts.tokens import hash_of, new_token
from services.identity.domain.accounts import refusals
from services.identity.domain.accounts.failures import Answer
from services.identity.messages.questions import comparable, compose
from shared.words import Language

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from services.identity.application.accounts.keys import Keys
    from services.identity.commands.accounts import Answered
    from services.identity.domain.accounts.policies import Policy
    from services.identity.messages.questions import Question
    from shared.blocking import Elsewhere
    from shared.postgres import Connection, Connections

    Speaker = Callable[[str, Language], bytes]
    """Reads a text aloud: a WAV file."""

_KEEP = """
insert into question (token, spoken, language, answers, expires_at) values (%s, %s, %s, %s, %s)
on conflict do nothing
"""
_SWEEP = "delete from question where expires_at < %s"
_TEXT = "select spoken, language from question where token = %s and expires_at > %s"
_TAKE = "delete from question where token = %s returning answers, expires_at, language"


class Asked(NamedTuple):
    """A question that has been asked: by its token it is heard and answered."""

    token: str
    text: str
    expires_at: datetime


def surprising(language: Language) -> Question:
    """A question that the system's generator chooses."""
    return compose(language, random.SystemRandom())


class QuestionDesk:
    """Questions, each good once; `speak` is where their sound is made, on nobody's hub."""

    def __init__(
        self,
        connections: Connections,
        keys: Keys,
        speak: Speaker,
        elsewhere: Elsewhere,
        think_of: Callable[[Language], Question] = surprising,
    ) -> None:
        self._connections = connections
        self._keys = keys
        self._speak = speak
        self._elsewhere = elsewhere
        self._think_of = think_of

    def ask(self, language: Language, now: datetime, policy: Policy) -> Asked:
        """A question that has never been asked, as far as chance goes."""
        question = self._think_of(language)
        asked = Asked(new_token(), question.text, now + policy.question_lifetime)
        answers = [self._keys.answer(asked.token, comparable(answer, language)) for answer in question.answers]
        row = (hash_of(asked.token), question.text, language, answers, asked.expires_at)

        def keep(connection: Connection) -> None:
            connection.execute(_KEEP, row)
            connection.execute(_SWEEP, (now,))

        self._connections.transact(keep)
        return asked

    def speak(self, token: str, now: datetime) -> bytes:
        """The question as a WAV file, as often as one likes; refuses with `AnswerWrong` where there is none."""
        rows = self._connections.fetch(_TEXT, (hash_of(token), now))
        if not rows:
            raise refusals.AnswerWrong("question.token")
        text, language = rows[0]
        return self._elsewhere(partial(self._speak, text, Language(language)))

    def take(self, answered: Answered | None, now: datetime) -> Answer:
        """What became of the question; whatever it is, it is used."""
        if answered is None:
            return Answer.NOT_ASKED
        row = self._connections.transact(
            lambda connection: connection.execute(_TAKE, (hash_of(answered.token),)).fetchone()
        )
        if row is None:
            return Answer.WRONG
        answers, expires_at, language = row
        given = self._keys.answer(answered.token, comparable(answered.answer, Language(language)))
        return Answer.RIGHT if now < expires_at and given in {bytes(answer) for answer in answers} else Answer.WRONG
