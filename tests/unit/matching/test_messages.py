"""Every refusal has words in both languages, which name only figures that it carries."""

from datetime import UTC, date, datetime

import pytest

import services.matching
import shared
from services.matching.domain import refusals
from services.matching.messages import catalogue, words
from shared.principal import Assurance, Role
from shared.words import Language
from tests.controls.wording import CATALOGUES, every_refusal, figures_differing, figures_given, placeholders


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_refusal_has_words_and_every_word_its_refusal(language):
    codes = {entry.split(".without-")[0] for entry in catalogue(language).refusals}
    assert codes == {refusal.code for refusal in every_refusal(services.matching, shared)}


@pytest.mark.parametrize("language", CATALOGUES)
def test_words_name_only_figures_that_the_refusal_carries(language):
    given = figures_given(services.matching, shared) | {"InvalidForm": {"fields"}}
    known = catalogue(language).refusals
    for refusal in every_refusal(services.matching, shared):
        assert placeholders(known[refusal.code]) <= given.get(refusal.__name__, set()), refusal.code


def test_both_languages_say_the_same_things():
    chinese, english = catalogue(Language.CHINESE), catalogue(Language.ENGLISH)
    assert chinese.values.keys() == english.values.keys()
    assert chinese.refusals.keys() == english.refusals.keys()
    assert figures_differing(chinese, english) == set()


@pytest.mark.parametrize("language", CATALOGUES)
def test_the_coded_figures_have_words(language):
    known = catalogue(language).values
    assert {*Role, *Assurance} <= known.keys()


def test_a_time_is_told_by_the_clock_in_taipei():
    refusal = refusals.OfferStillOpen(answer_by=datetime(2025, 2, 25, 15, 59, 59, tzinfo=UTC))
    assert "2025-02-25 23:59" in words(refusal.code, refusal.params, Language.ENGLISH)


def test_dates_codes_and_lists_are_told_in_words():
    ended = refusals.EnrolmentAlreadyClosed(closed_on=date(2025, 6, 12))
    assert "2025-06-12" in words(ended.code, ended.params, Language.CHINESE)
    settled = refusals.OfferNoLongerOpen(rank=1, became="expired")
    assert words(settled.code, settled.params, Language.CHINESE).startswith("第 1 志願的邀請已經結束（逾時未回覆）")
    role = refusals.RoleNotAllowed(roles=(Role.CASE_MANAGER, Role.DOCTOR))
    assert "院所醫師個管、院所醫師" in words(role.code, role.params, Language.CHINESE)
    assert "case managers, doctors" in words(role.code, role.params, Language.ENGLISH)


def test_a_case_number_that_is_not_told_leaves_no_gap():
    told = words("live-case-exists", {"case_no": "250218P1621006"}, Language.ENGLISH)
    untold = words("live-case-exists", {"case_no": ""}, Language.ENGLISH)
    assert "250218P1621006" in told
    assert "Verify the phone" in untold


def test_a_code_without_words_is_an_error():
    with pytest.raises(KeyError):
        words("no-such-code", {}, Language.ENGLISH)
