"""Every refusal of identity has words in both languages, which name only figures that it carries."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import services.identity
from services.identity.domain.accounts import refusals
from services.identity.events import Programme, SessionEnd
from services.identity.messages import catalogue, words
from shared.words import Language
from tests.controls.wording import CATALOGUES, every_refusal, figures_differing, figures_given, placeholders

WITHOUT = {"entrypoints"}  # Nameko's world is not a unit test's


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_refusal_of_identity_has_words(language):
    known = catalogue(language).refusals
    assert not {refusal.code for refusal in every_refusal(services.identity, without=WITHOUT)} - known.keys()


@pytest.mark.parametrize("language", CATALOGUES)
def test_words_of_identity_name_only_figures_that_the_refusal_carries(language):
    known, given = catalogue(language).refusals, figures_given(services.identity, without=WITHOUT)
    for refusal in every_refusal(services.identity, without=WITHOUT):
        assert placeholders(known[refusal.code]) <= given.get(refusal.__name__, set()), refusal.code


def test_both_languages_of_identity_say_the_same_things():
    chinese, english = catalogue(Language.CHINESE), catalogue(Language.ENGLISH)
    assert chinese.values.keys() == english.values.keys()
    assert chinese.refusals.keys() == english.refusals.keys()
    assert figures_differing(chinese, english) == set()


@pytest.mark.parametrize("language", CATALOGUES)
def test_the_coded_figures_of_identity_have_words(language):
    assert {*SessionEnd, *Programme} <= catalogue(language).values.keys()


def test_when_one_may_try_again_is_told_by_the_clock_in_taipei():
    refusal = refusals.LockedOut(until=datetime(2025, 2, 25, 15, 59, tzinfo=UTC))
    assert "2025-02-25 23:59" in words(refusal.code, refusal.params, Language.ENGLISH)
    ended = refusals.SessionEnded(end=SessionEnd.SIGNED_OUT)
    assert "您已登出" in words(ended.code, ended.params, Language.CHINESE)
