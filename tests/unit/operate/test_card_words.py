"""Whatever the card agent refuses is said to a person in both languages, and whatever it checks has a name."""

import re

import pytest

from operate.card.commands import refused
from operate.card.environment import Outcome
from operate.card.refusals import CardRefusal
from operate.card.serving import is_origin
from operate.words import Words
from shared.cards.agent import PORTS, CheckLine
from shared.words import Language


def below(kind):
    """Every refusal there is."""
    return [found for one in kind.__subclasses__() for found in (one, *below(one))]


@pytest.mark.parametrize("language", Language)
def test_every_refusal_has_its_sentence_and_no_sentence_is_left_over(language):
    sentences = {
        key.removeprefix("card-refusals.") for key in Words(language).sentences if key.startswith("card-refusals.")
    }
    assert sentences == {kind.code for kind in below(CardRefusal)} | {"pin-wrong.unknown"}


@pytest.mark.parametrize("language", Language)
def test_every_line_and_outcome_of_the_check_has_its_words(language):
    keys = Words(language).sentences
    assert {f"card-lines.{line}" for line in CheckLine} <= keys.keys()
    assert {f"card-outcomes.{outcome}" for outcome in Outcome} <= keys.keys()


@pytest.mark.parametrize("language", Language)
def test_the_ports_that_people_are_told_of_are_those_where_pages_look(language):
    told = Words(language).sentences["help.caretrail card agent --port"]
    assert [int(number) for number in re.findall(r"\d{2,}", told)] == list(PORTS)


def test_a_wrong_pin_is_told_with_the_tries_left_where_they_are_known():
    words = Words(Language.ENGLISH)
    assert "2 more times" in refused("pin-wrong", {"left": 2}, words)
    assert "does not tell" in refused("pin-wrong", {"left": None}, words)


@pytest.mark.parametrize(
    "origin",
    [
        "https://care.example.tw",
        "https://care.example.tw:8443",
        "http://localhost:8000",
        "http://127.0.0.1",
        "http://[::1]:8000",
    ],
)
def test_an_origin_is_what_a_browser_would_name(origin):
    assert is_origin(origin)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "null",
        "care.example.tw",
        "http://care.example.tw",
        "https://",
        "https://care.example.tw/",
        "https://care.example.tw/x",
        "https://care.example.tw?x",
        "https://u@care.example.tw",
        "https://care.example.tw:0",
        "https://care.example.tw:x",
        "https://CARE.example.tw",
        "ftp://localhost",
        "https://[::1",
        " https://care.example.tw",
    ],
)
def test_what_a_browser_would_not_name_is_no_origin(text):
    assert not is_origin(text)
