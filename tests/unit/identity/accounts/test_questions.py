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
    assert len(words) == len(set(map(comparable, words)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_more_questions_than_anybody_can_list(language):
    assert perm(len(words_of(language)), 5) > 10**9
    asked = {composed(language, seed).text for seed in range(2_000)}
    assert len(asked) == 2_000


def shown(question, language):
    """The five words of a question."""
    word = "|".join(map(re.escape, sorted(words_of(language), key=len, reverse=True)))
    separator = vocabulary(language).separator
    [listed] = re.findall(f"(?:{word})(?:{separator}(?:{word})){{4}}", question.text)
    return listed.split(separator)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("seed", range(60))
def test_the_answer_is_one_of_the_words_or_counts_those_of_the_kind_asked_for(language, seed):
    question = composed(language, seed)
    words = shown(question, language)
    [answer, *_] = question.answers
    if answer.isdecimal():
        asked = question.text.replace(vocabulary(language).separator.join(words), "")
        [kind] = [kind for kind in vocabulary(language).kinds if kind in asked]
        assert int(answer) == len(set(words) & set(vocabulary(language).kinds[kind]))
    else:
        assert answer in words


@given(st.sampled_from(Language), st.integers())
def test_every_question_is_answered_by_what_it_names_however_it_is_typed(language, seed):
    question = composed(language, seed)
    for answer in question.answers:
        typed = f"  {answer.upper()}。 "
        assert comparable(typed) in set(map(comparable, question.answers))


def test_width_case_spaces_and_marks_do_not_matter():
    assert comparable(" ４ ") == comparable("4.")
    assert comparable("Monday!") == comparable("ＭＯＮＤＡＹ")
    assert comparable("兩個") != comparable("三個")
