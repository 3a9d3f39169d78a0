"""A practitioner of the registry: moves, suspensions, licences, credits, programmes."""

from datetime import date

import pytest

from services.identity.domain.registry import refusals
from services.identity.domain.registry.policies import CREDITS_NEEDED
from services.identity.domain.registry.practitioner import Practitioner
from services.identity.events import Licence, Programme, StandingReason
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, sealed, taipei
from tests.controls.registry import LICENCE, PRACTITIONER, PRACTITIONERS_ID

NOW = taipei(2, 18, 10)
TODAY = date(2025, 2, 18)
DOCTORS = Programme.DEDICATED_DOCTOR
ENDING = Licence("執字第1號", date(2020, 1, 1), date(2025, 3, 10))


@pytest.fixture
def practitioner():
    practitioner = Practitioner.register(
        BANQIAO_DOCTOR,
        name="陳安康",
        profession="A",
        institution=BANQIAO_CLINIC,
        identity=sealed(PRACTITIONER, PRACTITIONERS_ID),
        now=NOW,
    )
    practitioner.collect_events()
    return practitioner


def recorded(practitioner):
    return [type(fact).__name__ for fact in practitioner.collect_events()]


def test_an_entry_that_says_the_same_changes_nothing(practitioner):
    practitioner.change("陳安康", "A", None, NOW)
    practitioner.change("陳安康", "A", sealed(PRACTITIONER, PRACTITIONERS_ID), NOW)
    practitioner.move(BANQIAO_CLINIC, TODAY, NOW)
    assert recorded(practitioner) == []


def test_another_name_is_a_change(practitioner):
    practitioner.change("陳安寧", "A", None, NOW)
    assert recorded(practitioner) == ["PractitionerChanged"]
    assert practitioner.subject == PRACTITIONER


def test_a_move_names_both_places(practitioner):
    practitioner.move(DAAN_CLINIC, TODAY, NOW)
    [fact] = practitioner.collect_events()
    assert (fact.former_institution, fact.institution, fact.since) == (BANQIAO_CLINIC, DAAN_CLINIC, TODAY)


def test_a_move_is_recorded_when_its_day_has_come(practitioner):
    with pytest.raises(refusals.DateNotReached):
        practitioner.move(DAAN_CLINIC, date(2025, 2, 19), NOW)


def test_a_suspension_ends_by_a_resumption(practitioner):
    with pytest.raises(refusals.PractitionerNotSuspended):
        practitioner.resume(TODAY, NOW)
    practitioner.suspend(TODAY, None, StandingReason.ORDERED, NOW)
    practitioner.resume(TODAY, NOW)
    assert recorded(practitioner) == ["PractitionerSuspended", "PractitionerResumed"]


def test_a_licence_is_warned_of_once_in_its_last_thirty_days_and_expires_after_its_last(practitioner):
    practitioner.record_licence(ENDING, NOW)
    practitioner.record_licence(ENDING, NOW)
    with pytest.raises(refusals.DateNotReached):
        practitioner.warn_of_licence(ENDING.number, taipei(2, 7, 10))
    for _ in range(2):
        practitioner.warn_of_licence(ENDING.number, taipei(2, 8, 10))
    with pytest.raises(refusals.DateNotReached):
        practitioner.expire_licence(ENDING.number, taipei(3, 10, 23))
    for _ in range(2):
        practitioner.expire_licence(ENDING.number, taipei(3, 11, 0))
    assert recorded(practitioner) == ["LicenceRecorded", "LicenceExpiring", "LicenceExpired"]


def test_a_licence_is_not_missed_while_another_holds_longer(practitioner):
    practitioner.record_licence(ENDING, NOW)
    practitioner.record_licence(LICENCE, NOW)
    practitioner.collect_events()
    practitioner.warn_of_licence(ENDING.number, taipei(3, 1, 10))
    practitioner.expire_licence(ENDING.number, taipei(3, 11, 10))
    assert recorded(practitioner) == []


def test_a_licence_that_nobody_recorded_is_unknown(practitioner):
    with pytest.raises(refusals.LicenceUnknown):
        practitioner.warn_of_licence("執字第2號", NOW)


def test_credits_add_up_until_the_programme_asks_for_no_more(practitioner):
    needed = CREDITS_NEEDED[DOCTORS]
    practitioner.credit(DOCTORS, "基礎課程", needed - 1, TODAY, NOW)
    practitioner.credit(Programme.VACCINATION, "接種課程", 1, TODAY, NOW)
    practitioner.credit(DOCTORS, "進階課程", 1, TODAY, NOW)
    first, other, second = practitioner.collect_events()
    assert (first.total, first.complete) == (needed - 1, False)
    assert (other.total, other.complete) == (1, True)
    assert (second.total, second.complete) == (needed, True)


def test_a_course_counts_once_a_day(practitioner):
    for _ in range(2):
        practitioner.credit(DOCTORS, "基礎課程", 2, TODAY, NOW)
    assert recorded(practitioner) == ["TrainingCredited"]


def test_credits_of_tomorrow_are_not_earned(practitioner):
    with pytest.raises(refusals.DateNotReached):
        practitioner.credit(DOCTORS, "基礎課程", 2, date(2025, 2, 19), NOW)


def test_taking_part_in_a_programme_has_its_days(practitioner):
    practitioner.join(DOCTORS, TODAY, None, NOW)
    practitioner.leave(DOCTORS, date(2025, 6, 30), NOW)
    with pytest.raises(refusals.ProgrammeNotJoined):
        practitioner.leave(Programme.VACCINATION, TODAY, NOW)
    assert recorded(practitioner) == ["PractitionerJoinedProgramme", "PractitionerLeftProgramme"]
