"""Institutions entered by bureaus, by operators and, their hours, by themselves."""

from datetime import date, time

import pytest

from services.identity import commands
from services.identity.commands import HolidayEntry, HoursEntry, Standing, StandingEntry
from services.identity.domain.registry import refusals
from services.identity.domain.registry.institution import Institution, institution_id
from services.identity.events import InstitutionKind, Programme, Session, StandingReason
from shared.application import Result
from shared.refusals import FieldMissing, InvalidForm, RoleNotAllowed
from shared.taiwan.codes import UnknownDepartment
from shared.taiwan.places import UnknownCounty
from tests.controls.family import BANQIAO_CLINIC, DAAN_CLINIC, taipei
from tests.integration.identity.registry.office import (
    BUREAU,
    CASE_MANAGER,
    OPERATOR,
    TAIPEI_BUREAU,
    institution,
    taking_part,
)

TODAY = date(2025, 2, 18)
MONDAY = (HoursEntry(1, Session.EVENING, "1800", "21:30"), HoursEntry(1, Session.MORNING, "0900", "1200"))


def faults(refused):
    return [(type(refusal), refusal.field) for refusal in refused.value.refusals]


def test_an_entry_registers_an_institution_and_the_same_again_changes_nothing(office):
    first = office.ask(institution(hours=MONDAY), BUREAU)
    again = office.ask(institution(hours=MONDAY), BUREAU)
    assert (first.result, again.result) == (Result.DONE, Result.UNCHANGED)
    assert first.number == BANQIAO_CLINIC
    assert office.told(first.id) == ["InstitutionRegistered"]
    profile = office.registry.load(Institution, first.id).profile
    assert profile.departments == ("01", "04")
    assert profile.address.postal_code == "220"
    [monday] = profile.hours
    assert [hours.opens for hours in monday.sessions] == [time(9), time(18)]


def test_an_entry_tells_the_standing_and_the_programmes_too(office):
    suspended = StandingEntry(Standing.SUSPENDED, TODAY, None, StandingReason.ORDERED)
    entered = institution(standing=suspended, programmes=taking_part(date(2025, 1, 1)))
    outcome = office.ask(entered)
    assert office.ask(entered).result == Result.UNCHANGED
    assert office.told(outcome.id) == ["InstitutionRegistered", "ProgrammeJoined", "InstitutionSuspended"]
    office.ask(institution(standing=StandingEntry(Standing.OPEN)))
    assert office.ask(institution(standing=StandingEntry(Standing.OPEN))).result == Result.UNCHANGED
    office.ask(institution(standing=StandingEntry(Standing.CLOSED)))
    assert office.ask(institution(standing=StandingEntry(Standing.CLOSED))).result == Result.UNCHANGED
    assert office.told(outcome.id)[3:] == ["InstitutionResumed", "InstitutionClosed"]


def test_every_fault_of_an_entry_is_told_and_nothing_is_stored(office):
    hours = (HoursEntry(8, Session.MORNING, "0900", "1200"),)
    entry = institution(name=" ", county="天龍國", phone="打給我", latitude="25", departments=("04", "ZZ"), hours=hours)
    with pytest.raises(InvalidForm) as refused:
        office.ask(entry)
    assert set(faults(refused)) == {
        (FieldMissing, "name"),
        (UnknownCounty, "county"),
        (refusals.PhoneMalformed, "phone"),
        (refusals.CoordinatesMalformed, "longitude"),
        (UnknownDepartment, "departments.1"),
        (refusals.WeekdayUnknown, "hours.0.weekday"),
    }
    assert office.told(institution_id(BANQIAO_CLINIC)) == []


@pytest.mark.parametrize(
    ("entries", "refusal"),
    [
        ((HoursEntry(1, Session.MORNING, "0903", "1200"),), refusals.HoursNotInSteps),
        ((HoursEntry(1, Session.MORNING, "1200", "0900"),), refusals.SessionClosesBeforeItOpens),
        ((MONDAY[0], MONDAY[0]), refusals.SessionRepeated),
    ],
)
def test_hours_that_cannot_be_are_refused(office, entries, refusal):
    with pytest.raises(InvalidForm) as refused:
        office.ask(institution(hours=entries))
    assert [kind for kind, _ in faults(refused)] == [refusal]


def test_a_check_digit_that_does_not_fit_is_only_noticed(office):
    outcome = office.ask(institution("3501200000", county="臺北市", district=""))
    assert [notice.code for notice in outcome.notices] == ["institution-code-doubtful"]


def test_an_entry_without_hours_keeps_those_that_are_known(office):
    office.ask(institution(hours=MONDAY))
    office.ask(institution(phone="02-29600000"))
    known = office.registry.load(Institution, office.ask(institution(phone="02-29600000")).id)
    assert known.profile.hours
    assert known.profile.phone == "02-29600000"


def test_a_bureau_keeps_its_own_county_and_takes_nobody_elses(office):
    with pytest.raises(refusals.NotYourJurisdiction):
        office.ask(institution(), TAIPEI_BUREAU)
    office.ask(institution(), BUREAU)
    closing = commands.CloseInstitution(BANQIAO_CLINIC, TODAY, StandingReason.OWN_REQUEST)
    with pytest.raises(refusals.NotYourJurisdiction):
        office.ask(closing, TAIPEI_BUREAU)
    assert office.ask(closing, BUREAU).result == Result.DONE


def test_a_case_manager_changes_the_hours_and_the_phone_of_the_own_institution_only(office):
    office.ask(institution())
    office.ask(institution(DAAN_CLINIC, county="臺北市", district="大安區"))
    closed_at_new_year = (HolidayEntry(date(2025, 1, 29), Session.MORNING),)
    change = commands.ChangeServiceHours(BANQIAO_CLINIC, "02-29600000", MONDAY, closed_at_new_year)
    outcome = office.ask(change, CASE_MANAGER)
    profile = office.registry.load(Institution, outcome.id).profile
    assert profile.phone == "02-29600000"
    assert profile.holiday_hours[0].sessions == ()
    with pytest.raises(refusals.NotYourInstitution):
        office.ask(commands.ChangeServiceHours(DAAN_CLINIC, "02-1"), CASE_MANAGER)
    with pytest.raises(RoleNotAllowed):
        office.ask(institution(), CASE_MANAGER)


def test_an_institution_leaves_a_programme_on_its_last_day(office):
    office.ask(institution(programmes=taking_part(date(2025, 1, 1))))
    last = date(2025, 6, 30)
    leaving = commands.LeaveProgramme(BANQIAO_CLINIC, Programme.DEDICATED_DOCTOR, last)
    joining = commands.JoinProgramme(BANQIAO_CLINIC, Programme.VACCINATION, TODAY)
    assert [office.ask(leaving).result, office.ask(leaving).result] == [Result.DONE, Result.UNCHANGED]
    known = office.registry.load(Institution, office.ask(joining, BUREAU).id)
    assert known.programmes[Programme.DEDICATED_DOCTOR].until == last


def test_an_institution_that_nobody_registered_is_unknown(office):
    with pytest.raises(refusals.InstitutionUnknown):
        office.ask(commands.ResumeInstitution(BANQIAO_CLINIC, TODAY))


def test_suspending_and_resuming_go_by_the_taipei_day(office):
    office.ask(institution())
    office.ask(commands.SuspendInstitution(BANQIAO_CLINIC, date(2025, 3, 1), StandingReason.OWN_REQUEST))
    resume = commands.ResumeInstitution(BANQIAO_CLINIC, date(2025, 3, 2))
    with pytest.raises(refusals.DateNotReached):
        office.ask(resume, now=taipei(3, 1, 23, 59))
    assert office.ask(resume, now=taipei(3, 2, 0)).result == Result.DONE


def test_the_same_command_under_the_same_key_is_answered_as_before(office):
    entered = institution(kind=InstitutionKind.HOSPITAL)
    assert office.ask(entered, OPERATOR, "once") == office.ask(entered, OPERATOR, "once")
