"""The question as sound: a WAV file in either language, made by a program of its own and handed out by the desk."""

from __future__ import annotations

import io
import wave
from datetime import timedelta

import pytest

from services.identity import commands
from services.identity.adapters.speech import spoken
from services.identity.domain.accounts import refusals
from shared.words import Language
from tests.integration.identity.accounts.door import ELSEWHERE, HOME

TEXTS = {
    Language.CHINESE: "這裡有六個詞：蘋果、鋼琴、火車、香蕉、手套、星期一。請輸入其中所有的水果。",
    Language.ENGLISH: "Here are six words: apple, piano, train, banana, gloves, Monday. Type each one that is a fruit.",
}


@pytest.mark.parametrize("language", list(Language), ids=str)
def test_a_question_is_read_aloud_slowly_enough_and_is_not_silence(language):
    with wave.open(io.BytesIO(spoken(TEXTS[language], language))) as sound:
        seconds = sound.getnframes() / sound.getframerate()
        samples = sound.readframes(sound.getnframes())
    assert 4 < seconds < 25
    assert max(samples[1::2]) > 10


def test_two_questions_sound_different():
    assert spoken("apple", Language.ENGLISH) != spoken("piano", Language.ENGLISH)


def test_a_question_may_be_heard_as_often_as_one_likes_until_it_is_answered(door):
    asked = door.ask(commands.AskQuestion(Language.ENGLISH, HOME))
    for _ in range(2):
        assert door.ask(commands.SpeakQuestion(asked.token, HOME)).wav == asked.text.encode()
    door.request_code(question=commands.Answered(asked.token, "4"))
    with pytest.raises(refusals.AnswerWrong):
        door.ask(commands.SpeakQuestion(asked.token, HOME))


def test_a_question_is_not_read_after_its_time(door):
    asked = door.ask(commands.AskQuestion(Language.CHINESE, HOME))
    door.wait(timedelta(minutes=10))
    with pytest.raises(refusals.AnswerWrong):
        door.ask(commands.SpeakQuestion(asked.token, HOME))


def test_one_place_is_asked_thirty_questions_in_ten_minutes(door):
    for _ in range(30):
        door.ask(commands.AskQuestion(Language.CHINESE, HOME))
    with pytest.raises(refusals.TooManyQuestions) as refused:
        door.ask(commands.AskQuestion(Language.CHINESE, HOME))
    assert refused.value.params["at"] == door.now + timedelta(minutes=10)
    assert door.ask(commands.AskQuestion(Language.CHINESE, ELSEWHERE))


def test_one_place_has_twenty_questions_read_aloud_in_ten_minutes(door):
    asked = door.ask(commands.AskQuestion(Language.ENGLISH, HOME))
    for _ in range(20):
        door.ask(commands.SpeakQuestion(asked.token, HOME))
    with pytest.raises(refusals.TooManyQuestions):
        door.ask(commands.SpeakQuestion(asked.token, HOME))
