"""重疊: a person is in one place at a time; where two times say otherwise, the evidence says which, where and when."""

from datetime import date, datetime, time, timedelta
from itertools import product
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.support.domain.overlaps import Booked, Diary
from services.support.domain.schedules import Occurrence, occurrences_of
from services.support.events.entries import Overlap, PlaceKind, SupportedPlace
from services.support.events.schedules import Continuous, Recurring
from shared.calendar import TAIPEI

CLINIC = SupportedPlace(PlaceKind.INSTITUTION, "3501200000", "臺北虛擬診所", "臺北市")
SCHOOL = SupportedPlace(PlaceKind.NON_MEDICAL, "7801150502", "雨農國民小學", "臺北市")
FIRST, SECOND = UUID(int=1), UUID(int=2)
WEDNESDAYS = Recurring("FREQ=WEEKLY;BYDAY=WE", date(2024, 8, 1), date(2024, 8, 31), time(9), time(12))
MIDNIGHT = datetime(2024, 8, 7, tzinfo=TAIPEI)


def at(hour, minute=0, day=7):
    return datetime(2024, 8, day, hour, minute, tzinfo=TAIPEI)


def overlaps(*booked, schedule=WEDNESDAYS):
    return Diary(booked).overlaps_with(occurrences_of(schedule))


def test_an_overlap_names_the_other_its_place_and_the_time_that_both_share():
    assert overlaps(Booked(at(11), at(14), FIRST, CLINIC)) == (Overlap(FIRST, CLINIC, at(11), at(12)),)


def test_a_time_that_ends_when_another_begins_does_not_overlap_it():
    assert overlaps(Booked(at(8), at(9), FIRST, CLINIC), Booked(at(12), at(13), SECOND, CLINIC)) == ()


def test_a_minute_too_long_overlaps():
    assert overlaps(Booked(at(8), at(9, 1), FIRST, CLINIC)) == (Overlap(FIRST, CLINIC, at(9), at(9, 1)),)


def test_overlaps_at_several_places_are_told_in_order():
    found = overlaps(
        Booked(at(10, day=14), at(11, day=14), SECOND, SCHOOL),
        Booked(at(11), at(14), SECOND, SCHOOL),
        Booked(at(9), at(10), FIRST, CLINIC),
    )
    assert [(one.other, one.starts) for one in found] == [(FIRST, at(9)), (SECOND, at(11)), (SECOND, at(10, day=14))]


def test_an_unbroken_time_of_weeks_overlaps_every_occurrence_in_it():
    found = overlaps(Booked(at(10, day=7), at(10, day=21), FIRST, CLINIC))
    assert [(one.starts, one.ends) for one in found] == [
        (at(10, day=7), at(12, day=7)),
        (at(9, day=14), at(12, day=14)),
        (at(9, day=21), at(10, day=21)),
    ]


def test_a_night_overlaps_the_morning_after_it():
    night = Continuous(date(2024, 8, 6), time(22), date(2024, 8, 7), time(8))
    [found] = overlaps(Booked(at(7), at(9), FIRST, CLINIC), schedule=night)
    assert (found.starts, found.ends) == (at(7), at(8))


def test_an_empty_diary_has_no_overlaps():
    assert overlaps() == ()


SPANS = st.tuples(st.integers(0, 300), st.integers(1, 60)).map(
    lambda span: (MIDNIGHT + timedelta(hours=span[0]), MIDNIGHT + timedelta(hours=sum(span)))
)


def apart(spans):
    """Those of the spans that overlap none before them, in order: what one schedule can mean."""
    kept = []
    for start, end in sorted(spans):
        if not kept or start >= kept[-1].end:
            kept.append(Occurrence(start, end))
    return kept


@given(st.lists(SPANS, max_size=30), st.lists(SPANS, max_size=15).map(apart))
def test_the_diary_finds_what_comparing_each_with_each_finds(spans, occurrences):
    booked = [Booked(*span, UUID(int=number), CLINIC) for number, span in enumerate(spans)]
    expected = {
        (one.other, max(one.start, new.start), min(one.end, new.end))
        for one, new in product(booked, occurrences)
        if one.start < new.end and new.start < one.end
    }
    found = Diary(booked).overlaps_with(occurrences)
    assert {(one.other, one.starts, one.ends) for one in found} == expected
    assert len(found) == len(expected)
    assert list(found) == sorted(found, key=lambda one: one.starts)
