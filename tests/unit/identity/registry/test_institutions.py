"""An institution of the registry: what each decision records, and what it refuses."""

from datetime import date

import msgspec
import pytest
from msgspec.structs import replace

from services.identity import events
from services.identity.domain.registry import refusals
from services.identity.domain.registry.institution import Institution, institution_id
from services.identity.events import Programme, ProgrammeLeftV1, StandingReason
from shared.events import EventDecoder
from tests.controls.family import BANQIAO_CLINIC, taipei
from tests.controls.registry import PROFILE, programme_left, programme_left_v1

NOW = taipei(2, 18, 10)
TODAY = date(2025, 2, 18)
OWN = StandingReason.OWN_REQUEST


@pytest.fixture
def institution():
    institution = Institution.register(BANQIAO_CLINIC, PROFILE, NOW)
    institution.collect_events()
    return institution


def recorded(institution):
    return [type(fact).__name__ for fact in institution.collect_events()]


def test_there_is_one_institution_for_each_code():
    registered = Institution.register(BANQIAO_CLINIC, PROFILE, NOW)
    assert registered.id == institution_id(BANQIAO_CLINIC)
    assert registered.stream_subject == BANQIAO_CLINIC
    assert institution_id(BANQIAO_CLINIC) != institution_id("3501180055")


def test_an_entry_that_says_the_same_changes_nothing(institution):
    institution.change(PROFILE, NOW)
    assert recorded(institution) == []


def test_an_entry_that_says_something_else_replaces_the_whole_profile(institution):
    moved = replace(PROFILE, phone="02-29600000")
    institution.change(moved, NOW)
    [fact] = institution.collect_events()
    assert isinstance(fact, events.InstitutionChanged)
    assert fact.profile == moved == institution.profile


def test_a_suspension_is_recorded_once_and_set_anew_with_other_days(institution):
    institution.suspend(TODAY, None, OWN, NOW)
    institution.suspend(TODAY, None, OWN, NOW)
    institution.suspend(TODAY, date(2025, 3, 31), OWN, NOW)
    assert recorded(institution) == ["InstitutionSuspended"] * 2


def test_a_suspension_may_lie_ahead_and_be_called_off(institution):
    institution.suspend(date(2025, 4, 1), None, OWN, NOW)
    institution.resume(TODAY, NOW)
    assert recorded(institution) == ["InstitutionSuspended", "InstitutionResumed"]
    assert institution.suspension is None


def test_what_is_open_cannot_be_resumed(institution):
    with pytest.raises(refusals.InstitutionNotSuspended):
        institution.resume(TODAY, NOW)


def test_a_resumption_is_recorded_when_its_day_has_come(institution):
    institution.suspend(TODAY, None, OWN, NOW)
    with pytest.raises(refusals.DateNotReached):
        institution.resume(date(2025, 2, 19), NOW)


def test_a_closed_institution_is_not_suspended_and_closes_once(institution):
    institution.close(TODAY, OWN, NOW)
    institution.close(TODAY, OWN, NOW)
    with pytest.raises(refusals.InstitutionClosedForGood):
        institution.suspend(TODAY, None, OWN, NOW)
    assert recorded(institution) == ["InstitutionClosed"]


def test_a_suspension_does_not_end_before_it_begins(institution):
    with pytest.raises(refusals.EndsBeforeItBegins):
        institution.suspend(TODAY, date(2025, 2, 17), OWN, NOW)


def test_taking_part_in_a_programme_has_its_days(institution):
    institution.join(Programme.DEDICATED_DOCTOR, date(2025, 1, 1), None, NOW)
    institution.join(Programme.DEDICATED_DOCTOR, date(2025, 1, 1), None, NOW)
    institution.leave(Programme.DEDICATED_DOCTOR, date(2025, 6, 30), OWN, NOW)
    institution.leave(Programme.DEDICATED_DOCTOR, date(2025, 6, 30), OWN, NOW)
    joined, left = institution.collect_events()
    assert (joined.since, left.until, left.reason) == (date(2025, 1, 1), date(2025, 6, 30), OWN)
    assert institution.programmes[Programme.DEDICATED_DOCTOR].until == date(2025, 6, 30)


def test_nobody_was_asked_why_before_a_reason_was_recorded():
    stored = msgspec.json.encode(programme_left_v1())
    assert EventDecoder().decode(ProgrammeLeftV1.TOPIC, stored) == programme_left(reason=StandingReason.OTHER)


def test_nobody_leaves_a_programme_that_was_never_joined(institution):
    with pytest.raises(refusals.ProgrammeNotJoined):
        institution.leave(Programme.VACCINATION, TODAY, OWN, NOW)
