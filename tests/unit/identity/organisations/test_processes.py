"""What follows from what organisations grant: events and days in, commands out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.identity import commands
from services.identity.events import CardHolder, HolderKind
from services.identity.processes.have_sessions_follow_what_is_granted import HaveSessionsFollowWhatIsGranted
from shared.calendar import start_of_day
from tests.controls import organisations
from tests.controls.organisations import ADDED_AT, MANAGER, SINCE, UNTIL, USER

DAY = timedelta(days=1)
PROCESS = HaveSessionsFollowWhatIsGranted()


def look_at(subject):
    return commands.CloseVoidCapacities(CardHolder(HolderKind.PERSON, str(subject)))


@pytest.mark.parametrize(
    ("event", "subject"),
    [
        (organisations.manager_named(), MANAGER),
        (organisations.manager_removed(), MANAGER),
        (organisations.user_added(), USER),
        (organisations.user_removed(), USER),
        (organisations.service_granted(), USER),
        (organisations.service_revoked(), USER),
    ],
)
def test_whatever_is_given_or_taken_the_sessions_of_its_person_are_looked_at(event, subject):
    assert list(PROCESS.react(None, event)) == [look_at(subject)]


@pytest.mark.parametrize(
    ("event", "days"),
    [
        (organisations.manager_named(), []),
        (organisations.user_added(), [UNTIL + DAY]),
        (organisations.service_granted(until=None), []),
        (organisations.service_granted(), [UNTIL + DAY]),
        (organisations.service_granted(since=SINCE + DAY), [SINCE + DAY, UNTIL + DAY]),
        (organisations.service_granted(since=date(2025, 1, 1), until=date(2025, 1, 31)), []),
        (organisations.user_removed(), []),
    ],
)
def test_a_person_is_looked_at_again_on_the_first_day_and_after_the_last(event, days):
    assert [key[1] for key in PROCESS.keys(event)] == days


def test_on_the_day_the_persons_sessions_are_looked_at_at_its_first_moment():
    [key] = PROCESS.keys(organisations.user_added())
    row = PROCESS.evolve(key, None, organisations.user_added())
    assert row.begins_at == start_of_day(UNTIL + DAY) > ADDED_AT
    assert list(PROCESS.expire(key, row, row.begins_at)) == [look_at(USER)]


def test_every_event_that_changes_what_somebody_may_use_is_followed():
    unfolded = set(organisations.EXAMPLES) - {fact.TOPIC for fact in PROCESS.folds}
    assert unfolded == {"identity.OrganisationOpened.v1"}
