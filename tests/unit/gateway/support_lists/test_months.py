"""The calendar of a month: what lies on which day, what is booked twice, and what is a holiday."""

from datetime import date, timedelta

import msgspec
import pytest

from services.gateway.web.support.shapes import TimeListed
from services.gateway.web.support_lists.months import booked_twice, month_asked, month_of
from tests.unit.gateway.support_lists.conftest import a_time

APRIL = date(2026, 4, 1)


def a_stay(starts, ends, **changes):
    return msgspec.convert(a_time(starts, ends, **changes), TimeListed)


def on(month, day):
    return next(one for one in month.days if one.date == day)


def test_weeks_begin_on_sunday_and_days_of_other_months_stay_empty():
    month = month_of(APRIL, ())
    assert [len(week) for week in month.weeks] == [7] * 5
    assert month.weeks[0][:4] == [None, None, None, month.days[0]]
    assert [month.days[0].date, month.days[-1].date] == [APRIL, date(2026, 4, 30)]
    assert (month.previous, month.following) == (date(2026, 3, 1), date(2026, 5, 1))


def test_a_time_lies_on_its_day_by_taipeis_clock():
    month = month_of(APRIL, [a_stay("2026-04-01T16:30:00Z", "2026-04-01T18:00:00Z")])
    [slot] = on(month, date(2026, 4, 2)).slots
    assert (slot.starts, slot.ends, month.busy) == ("00:30", "02:00", 1)


def test_a_time_over_midnight_lies_on_both_days_with_its_part_of_each():
    month = month_of(APRIL, [a_stay("2026-04-01T14:00:00Z", "2026-04-02T01:00:00Z")])
    told = [(slot.starts, slot.ends) for day in month.days for slot in day.slots]
    assert told == [("22:00", "24:00"), ("00:00", "09:00")]


def test_a_time_that_ends_at_midnight_is_not_on_the_day_after():
    month = month_of(APRIL, [a_stay("2026-04-01T14:00:00Z", "2026-04-01T16:00:00Z")])
    assert [(day.date, day.slots[0].ends) for day in month.days if day.slots] == [(APRIL, "24:00")]


def test_holidays_have_their_names_and_weekends_are_off():
    month = month_of(APRIL, ())
    assert on(month, date(2026, 4, 3)).holiday
    assert on(month, date(2026, 4, 3)).is_off
    assert on(month, date(2026, 4, 4)).is_off
    assert not on(month, date(2026, 4, 7)).is_off


def test_one_person_in_two_places_at_a_time_is_booked_twice():
    first = a_stay("2026-04-01T01:00:00Z", "2026-04-01T04:00:00Z")
    meets = a_stay("2026-04-01T03:00:00Z", "2026-04-01T05:00:00Z", support="other")
    follows = a_stay("2026-04-01T05:00:00Z", "2026-04-01T06:00:00Z", support="third")
    somebody_else = a_stay("2026-04-01T01:00:00Z", "2026-04-01T04:00:00Z", support="else", practitioner="D2")
    assert booked_twice([first, meets, follows, somebody_else]) == {id(first), id(meets)}
    assert month_of(APRIL, [first, meets, follows, somebody_else]).doubled == 1


def test_a_long_time_is_held_against_each_that_lies_in_it():
    hours = timedelta(hours=1)
    long = a_stay("2026-04-01T01:00:00Z", "2026-04-01T12:00:00Z")
    early = a_stay("2026-04-01T02:00:00Z", "2026-04-01T03:00:00Z", support="early")
    late = msgspec.structs.replace(early, support="late", starts_at=long.ends_at - hours, ends_at=long.ends_at + hours)
    assert booked_twice([long, early, late]) == {id(long), id(early), id(late)}


@pytest.mark.parametrize(
    ("text", "first"),
    [("2026-04", APRIL), ("", date(2026, 3, 1)), ("soon", date(2026, 3, 1)), ("0001-01", date(2026, 3, 1))],
)
def test_what_is_no_month_is_the_present_one(text, first):
    assert month_asked(text, date(2026, 3, 12)) == first
