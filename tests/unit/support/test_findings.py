"""Evidence: what is found of lines when they are submitted, and what they are held against."""

from dataclasses import replace
from datetime import date, time
from uuid import UUID

import pytest

from services.support import events
from services.support.domain.findings import MOST_OVERLAPS, AskedLine, findings_of
from services.support.domain.forty_percent import SOURCE, OwnStrength
from services.support.domain.policies import POLICIES
from services.support.domain.register import Pause, Stay
from services.support.domain.schedules import occurrences_of
from services.support.domain.support import Span
from services.support.events import LicenceFinding, StandingDoubt
from tests.controls.family import DAAN_CLINIC, taipei
from tests.controls.support import DAAN, ONE_DAY, SECOND_SUPPORT, STATION, SUPPORT, WEEKLY
from tests.controls.supporters import BANQIAO, COLLEAGUE, DAAN_FACTS, DOCTOR, ToldDiaries, ToldRegister

RULE = POLICIES[0].quota_rule
OTHER = UUID("3d5e0c1a-0012-4000-8000-000000000009")
EVENINGS = events.Picked((date(2025, 3, 4), date(2025, 3, 6)), time(18), time(21))


def line(schedule=EVENINGS, place=DAAN, line_id=SUPPORT, who=DOCTOR):
    return AskedLine(line_id, who, place, occurrences_of(schedule))


def stay(starts_at, ends_at, who=DOCTOR, place=STATION, support=OTHER):
    return Stay(support, who.number, place, Span(starts_at, ends_at))


def found(*lines, stays=(), register=None, home=BANQIAO):
    return findings_of(lines or (line(),), home, register or ToldRegister(), ToldDiaries(list(stays)), RULE)


def test_every_time_is_counted_and_the_first_and_last_moment_told_in_utc():
    [finding] = found(line(WEEKLY))

    assert finding.line == SUPPORT
    assert finding.occurrences == 25
    assert (finding.starts_at, finding.ends_at) == (taipei(3, 4, 18), taipei(5, 29, 21))
    assert finding.starts_at.utcoffset().total_seconds() == 0


def test_nothing_is_found_of_no_lines():
    assert findings_of((), BANQIAO, ToldRegister(), ToldDiaries(), RULE) == ()


# Overlaps ------------------------------------------------------------------------------------------------------------


def test_a_time_in_two_places_is_told_with_where_and_when():
    [finding] = found(stays=[stay(taipei(3, 6, 20), taipei(3, 6, 22))])

    assert finding.overlap_count == 1
    assert finding.overlaps == (events.Overlap(OTHER, STATION, taipei(3, 6, 20), taipei(3, 6, 21)),)


def test_another_person_there_overlaps_nothing():
    [finding] = found(stays=[stay(taipei(3, 6, 20), taipei(3, 6, 22), who=COLLEAGUE)])

    assert finding.overlap_count == 0


def test_two_lines_of_one_application_are_held_against_each_other():
    first, second = found(line(), line(place=STATION, line_id=SECOND_SUPPORT))

    assert [overlap.other for overlap in first.overlaps] == [SECOND_SUPPORT, SECOND_SUPPORT]
    assert [overlap.other for overlap in second.overlaps] == [SUPPORT, SUPPORT]


def test_an_amendment_is_not_held_against_the_times_that_it_replaces():
    [finding] = found(stays=[stay(taipei(3, 6, 18), taipei(3, 6, 21), place=DAAN, support=SUPPORT)])

    assert finding.overlap_count == 0
    assert [week.sessions for week in finding.weeks] == [2]


def test_overlaps_beyond_the_first_are_counted():
    daily = events.Recurring("FREQ=DAILY;INTERVAL=1", date(2025, 3, 1), date(2025, 3, 31), time(9), time(10))

    first, _ = found(line(daily), line(daily, STATION, SECOND_SUPPORT))

    assert first.overlap_count == 31
    assert len(first.overlaps) == MOST_OVERLAPS


# Licence and standing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("licensed", "until", "finding"),
    [
        (True, None, LicenceFinding.COVERS),
        (True, date(2025, 3, 6), LicenceFinding.COVERS),
        (True, date(2025, 3, 5), LicenceFinding.ENDS_BEFORE),
        (False, None, LicenceFinding.UNKNOWN),
    ],
)
def test_a_licence_has_to_last_until_the_last_day_of_support(licensed, until, finding):
    who = replace(DOCTOR, licensed=licensed, licence_until=until)

    [told] = found(line(who=who))

    assert (told.licence, told.licence_until) == (finding, until)


def test_whoever_is_suspended_or_closed_on_a_day_of_support_is_told():
    pause = Pause(date(2025, 3, 6), None)
    register = ToldRegister()
    register.institutions[DAAN_CLINIC] = replace(DAAN_FACTS, pause=pause, closed_since=date(2025, 3, 6))
    home = replace(BANQIAO, pause=pause, closed_since=date(2025, 3, 6))

    [told] = found(line(who=replace(DOCTOR, pause=pause)), register=register, home=home)

    assert set(told.standing) == set(StandingDoubt)


@pytest.mark.parametrize(
    "pause", [Pause(date(2025, 3, 7), None), Pause(date(2025, 2, 1), date(2025, 3, 3))], ids=["after", "before"]
)
def test_a_suspension_that_meets_no_day_of_support_is_not_told(pause):
    home = replace(BANQIAO, pause=pause, closed_since=date(2025, 3, 7))

    [told] = found(line(who=replace(DOCTOR, pause=pause)), home=home)

    assert told.standing == ()


# 40 % ----------------------------------------------------------------------------------------------------------------


def test_the_share_is_told_by_week_with_both_figures_and_its_source():
    register = ToldRegister(strengths={DAAN_CLINIC: OwnStrength(weekly_sessions=5, doctors=1)})

    [told] = found(stays=[stay(taipei(3, 5, 18), taipei(3, 5, 21), COLLEAGUE, DAAN)], register=register)

    assert told.weeks == (events.WeekShare("2025-W10", 3, 5, exceeds=True),)
    assert told.months == (events.MonthDoctors("2025-03", 2, 1, exceeds=False),)
    assert told.share_source == SOURCE


def test_where_the_clinic_has_said_nothing_nothing_is_concluded():
    [told] = found()

    assert told.weeks == (events.WeekShare("2025-W10", 2, None, None),)
    assert told.months == (events.MonthDoctors("2025-03", 1, None, None),)


def test_what_all_lines_of_the_application_ask_of_a_clinic_is_counted_together():
    register = ToldRegister(strengths={DAAN_CLINIC: OwnStrength(weekly_sessions=5, doctors=1)})

    first, second = found(line(), line(line_id=SECOND_SUPPORT, who=COLLEAGUE), register=register)

    assert [week.sessions for week in first.weeks] == [week.sessions for week in second.weeks] == [4]


def test_a_place_that_is_no_institution_has_no_share():
    [told] = found(line(place=STATION))

    assert (told.weeks, told.months, told.share_source) == ((), (), "")


def test_a_session_is_counted_on_its_taipei_day():
    """07:00 in Taipei is still the day before in UTC: Sunday, and another week."""
    early = stay(taipei(3, 3, 7), taipei(3, 3, 9), COLLEAGUE, DAAN)

    [told] = found(line(events.Picked((date(2025, 3, 3), date(2025, 3, 4)), time(6), time(8))), stays=[early])

    assert told.weeks == (events.WeekShare("2025-W10", 3, None, None),)


# Home ----------------------------------------------------------------------------------------------------------------


def test_the_colleagues_who_stay_are_counted_at_the_barest_time():
    away = stay(taipei(3, 6, 20), taipei(3, 6, 22), COLLEAGUE)

    assert [told.others_at_home for told in found()] == [1]
    assert [told.others_at_home for told in found(stays=[away])] == [0]


def test_whoever_supports_elsewhere_by_the_same_application_does_not_stay():
    both = found(line(), line(place=STATION, line_id=SECOND_SUPPORT, who=COLLEAGUE))

    assert [told.others_at_home for told in both] == [0, 0]


def test_colleagues_of_another_profession_and_those_suspended_do_not_count():
    register = ToldRegister()
    register.practitioners[COLLEAGUE.number] = replace(COLLEAGUE, profession="B")
    assert [told.others_at_home for told in found(register=register)] == [0]

    register.practitioners[COLLEAGUE.number] = replace(COLLEAGUE, pause=Pause(date(2025, 1, 1), None))
    assert [told.others_at_home for told in found(register=register)] == [0]


def test_a_colleague_who_is_away_at_another_time_stays():
    away = stay(taipei(3, 8, 9), taipei(3, 8, 12), COLLEAGUE)

    evenings_and_saturday = found(line(), line(ONE_DAY, STATION, SECOND_SUPPORT), stays=[away])

    assert [told.others_at_home for told in evenings_and_saturday] == [1, 0]
