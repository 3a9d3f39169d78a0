"""Every refusal has words in both languages, which name only figures that it carries."""

from datetime import UTC, date, datetime
from enum import StrEnum

import pytest

import services.support
import shared
from services.support import events
from services.support.commands import ScheduleKind
from services.support.domain import refusals, states
from services.support.messages import catalogue, words
from services.support.read_models.place_search import PlaceStanding
from shared.words import Language
from tests.controls.wording import CATALOGUES, every_refusal, figures_differing, figures_given, placeholders


def codes():
    """Every closed choice that support tells of."""
    for module in (events, states):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, StrEnum) and value is not StrEnum:
                yield from value
    yield from ScheduleKind
    yield from PlaceStanding


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_refusal_has_words_and_every_word_its_refusal(language):
    told = {entry.split(".without-")[0] for entry in catalogue(language).refusals}
    assert told == {refusal.code for refusal in every_refusal(services.support, shared)}


@pytest.mark.parametrize("language", CATALOGUES)
def test_words_name_only_figures_that_the_refusal_carries(language):
    given = figures_given(services.support, shared) | {"InvalidForm": {"fields"}}
    known = catalogue(language).refusals
    for refusal in every_refusal(services.support, shared):
        assert placeholders(known[refusal.code]) <= given.get(refusal.__name__, set()), refusal.code


def test_both_languages_say_the_same_things():
    chinese, english = catalogue(Language.CHINESE), catalogue(Language.ENGLISH)
    assert chinese.values.keys() == english.values.keys()
    assert chinese.refusals.keys() == english.refusals.keys()
    assert figures_differing(chinese, english) == set()


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_closed_choice_has_words(language):
    assert {str(code) for code in codes()} - catalogue(language).values.keys() == set()


def test_states_times_and_days_are_told_in_words():
    ended = refusals.SupportOver(ended_at=datetime(2025, 5, 29, 13, tzinfo=UTC))
    assert "2025-05-29 21:00" in words(ended.code, ended.params, Language.ENGLISH)
    decided = refusals.ApplicationNotUnderReview(state=states.ApplicationState.APPROVED)
    assert "已核准" in words(decided.code, decided.params, Language.CHINESE)
    twice = {"days": (date(2025, 3, 4), date(2025, 3, 6))}
    assert "2025-03-04、2025-03-06" in words("days-repeated", twice, Language.CHINESE)


def test_whoever_is_locked_out_is_told_how_many_supports_hold_them_and_what_to_do():
    locked = refusals.MoveLocked(institution="3531012346", count=2)
    told = words(locked.code, locked.params, Language.CHINESE)
    assert "2 筆" in told
    assert "整批註銷" in told
