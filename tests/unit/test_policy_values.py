"""Policy values are told in words, each with what was before, and those of days to come are marked."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import NamedTuple

import pytest

from operate.contexts import served, service_of
from shared.policy_values import Standing, policy_values
from shared.words import Language, PolicyWords

TODAY = date(2026, 3, 13)


class Limit(NamedTuple):
    most: int
    period: timedelta


@dataclass(frozen=True)
class Rules:
    effective_from: date
    days: int
    wait: timedelta
    limits: tuple[Limit, ...]
    strict: bool
    opens: time


def rules(since, days=5, wait=timedelta(days=7), limits=()):
    return Rules(since, days, wait, limits, strict=True, opens=time(9))


NAMES = ("days", "wait", "limits", "strict", "opens")
WORDS = PolicyWords(
    titles={name: name.title() for name in NAMES},
    sources=dict.fromkeys(NAMES, "ours"),
    forms={"Limit": "{most} in {period}"},
    units={"yes": "yes", "no": "no", **{unit: f"{{count}} {unit}" for unit in ("days", "hours", "minutes", "seconds")}},
    values={},
    separator=": ",
)


def told(name, *policies):
    [value] = [value for value in policy_values(policies, WORDS, TODAY) if value.name == name]
    return [("; ".join(version.value), version.since, version.standing) for version in value.versions]


def test_a_value_has_its_versions_from_the_last_back():
    before, now, later = date(2025, 1, 1), date(2026, 1, 1), date(2027, 1, 1)
    assert told("days", rules(later, 8), rules(before, 5), rules(now, 6)) == [
        ("8", later, Standing.FUTURE),
        ("6", now, Standing.IN_FORCE),
        ("5", before, Standing.PAST),
    ]


def test_a_set_that_leaves_a_value_as_it_was_begins_no_version_of_it():
    before, now = date(2025, 1, 1), date(2026, 1, 1)
    assert told("wait", rules(before, 5), rules(now, 6)) == [("7 days", before, Standing.IN_FORCE)]


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (timedelta(days=2), "2 days"),
        (timedelta(days=1), "24 hours"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(seconds=90), "90 seconds"),
        (timedelta(0), "0 seconds"),
    ],
)
def test_a_duration_is_told_in_its_largest_whole_unit(wait, words):
    assert told("wait", rules(TODAY, wait=wait))[0][0] == words


def test_figures_that_belong_together_have_a_sentence_of_their_own():
    limits = (Limit(5, timedelta(hours=1)), Limit(10, timedelta(days=1)))
    assert told("limits", rules(TODAY, limits=limits))[0][0] == "5 in 1 hours; 10 in 24 hours"
    assert told("strict", rules(TODAY))[0][0] == "yes"
    assert told("opens", rules(TODAY))[0][0] == "09:00"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", served())
def test_every_value_of_every_context_has_its_words_and_no_words_are_left_over(name, language):
    service = service_of(name)
    words = service.words.policy_words(language)
    values = policy_values(service.policies, words, TODAY)
    assert {value.name for value in values} == words.titles.keys()
    assert all(value.title and value.source and all(value.versions[-1].value) for value in values)
