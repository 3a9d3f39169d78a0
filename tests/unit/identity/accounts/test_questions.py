"""驗證問題: plain words, one answer, too many to be listed."""

from __future__ import annotations

import random
import re
from math import perm

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.messages.questions import comparable, compose, vocabulary
from shared.words import Language

LANGUAGES = [pytest.param(language, id=language.value) for language in Language]


def words_of(language):
    return [word for words in vocabulary(language).kinds.values() for word in words]


def composed(language, seed):
    return compose(language, random.Random(seed))  # noqa: S311 - a test wants the same question again


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_belongs_to_one_kind_only(language):
    words = words_of(language)
    assert len(words) == len({comparable(word, language) for word in words})


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_has_a_joiner_in_it(language):
    assert all(comparable(word, language) == word.casefold() for word in words_of(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_more_questions_than_anybody_can_list(language):
    assert perm(len(words_of(language)), 6) > 10**9
    asked = {composed(language, seed).text for seed in range(2_000)}
    assert len(asked) == 2_000


def shown(question, language):
    """The six words of a question."""
    word = "|".join(map(re.escape, sorted(words_of(language), key=len, reverse=True)))
    separator = vocabulary(language).separator
    [listed] = re.findall(f"(?:{word})(?:{separator}(?:{word})){{5}}", question.text)
    return listed.split(separator)


def wanted(question, language):
    """What the question asks for, worked out from its text alone."""
    known, words = vocabulary(language), shown(question, language)
    asked = question.text.replace(known.separator.join(words), "")
    kinds = [kind for kind in known.kinds if kind in asked]
    if kinds:
        return {word for word in words if word in known.kinds[kinds[0]]}
    return {words[place] for place, ordinal in enumerate(known.ordinals) if ordinal in asked}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("seed", range(60))
def test_the_answer_is_the_two_or_three_words_that_are_asked_for(language, seed):
    question = composed(language, seed)
    words = wanted(question, language)
    assert len(words) in {2, 3}
    assert all(set(answer.split()) == words for answer in question.answers)


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_answers_by_chance_is_right_less_often_than_once_in_thirty(language):
    """Two of the words shown, or three, typed blindly."""
    chance = random.Random(7)  # noqa: S311 - as above
    right = 0
    for seed in range(3_000):
        question = composed(language, seed)
        typed = " ".join(chance.sample(shown(question, language), chance.choice((2, 3))))
        right += comparable(typed, language) in {comparable(answer, language) for answer in question.answers}
    assert right / 3_000 < 1 / 30


@given(st.sampled_from(Language), st.integers())
def test_every_question_is_answered_by_what_it_names_however_it_is_typed(language, seed):
    question = composed(language, seed)
    for answer in question.answers:
        joiner = vocabulary(language).joiners[0]
        for typed in (f"  {answer.upper()}。 ", answer.replace(" ", "、"), answer.replace(" ", f" {joiner} ")):
            assert comparable(typed, language) in {comparable(one, language) for one in question.answers}


def test_width_case_spaces_marks_and_and_do_not_matter():
    assert comparable(" ４ ", Language.ENGLISH) == comparable("4.", Language.ENGLISH)
    assert comparable("Monday and hand", Language.ENGLISH) == comparable("ＭＯＮＤＡＹ, HAND", Language.ENGLISH)
    assert comparable("蘋果和香蕉", Language.CHINESE) == comparable("蘋果、香蕉", Language.CHINESE)
    assert comparable("蘋果", Language.CHINESE) != comparable("香蕉", Language.CHINESE)
