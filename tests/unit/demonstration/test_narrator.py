"""What is told has words in every language, with the same figures in them."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

from services.matching import demonstration
from services.matching.demonstration.narrator import Narrator, words_in
from services.matching.events import DeclineReason, WithdrawReason
from shared.words import Language

TOLD = re.compile(r"""(?:tell|_former_enrolment_ends|_reached_elsewhere)\((?:[a-z_.]+, )*"([a-z_]+)\"""")


def figures(line: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(line) if name}


def test_both_languages_tell_the_same_things_with_the_same_figures():
    chinese, english = words_in(Language.CHINESE), words_in(Language.ENGLISH)

    assert chinese.told.keys() == english.told.keys()
    assert chinese.values.keys() == english.values.keys()
    for what, line in chinese.told.items():
        assert figures(line) - {"family"} == figures(english.told[what]) - {"family"}, what


def test_everything_that_the_code_tells_has_words():
    sources = [path.read_text("utf-8") for path in Path(demonstration.__file__).parent.glob("*.py")]
    told = {what for source in sources for what in TOLD.findall(source)}

    assert len(told) > 20
    assert told <= words_in(Language.ENGLISH).told.keys()


@pytest.mark.parametrize("language", list(Language))
def test_every_reason_can_be_said(language):
    values = words_in(language).values

    assert {*DeclineReason, WithdrawReason.MOVED} <= values.keys()


def test_a_line_says_the_day_and_puts_codes_into_words():
    said = []
    narrator = Narrator(words_in(Language.ENGLISH), said.append)

    narrator.tell("withdrew", date(2025, 2, 18), family="林7", reason=WithdrawReason.MOVED)

    assert said == ["2025-02-18 Tue  林7    Withdraws: they move."]
