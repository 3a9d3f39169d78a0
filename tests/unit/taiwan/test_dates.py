"""Every written form of a date and a time in DOMAIN §4.4, both ways."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import TAIPEI
from shared.refusals import Refusal
from shared.taiwan import dates
from shared.taiwan.dates import (
    OPEN_ENDED,
    EndNotAfterStart,
    ImpossibleDate,
    MalformedGregorianDate,
    MalformedRocDate,
    MalformedTime,
    MalformedTimeRange,
    TimeRange,
    WrongWeekday,
    YearBeforeRoc,
    YearMonth,
)

ROC_DAYS = st.dates(date(1912, 1, 1), OPEN_ENDED)
NO_SUMMER_TIME = st.datetimes(datetime(1980, 1, 1), datetime(2910, 12, 30))  # noqa: DTZ001 - the zone is set below


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1120628", date(2023, 6, 28)),
        ("112/06/28", date(2023, 6, 28)),
        ("112/6/8", date(2023, 6, 8)),
        ("112-06-28", date(2023, 6, 28)),
        ("113/08/02", date(2024, 8, 2)),
        ("660203", date(1977, 2, 3)),
        ("0660203", date(1977, 2, 3)),
        ("66/02/03", date(1977, 2, 3)),
        ("0010101", date(1912, 1, 1)),
        ("１１２／０６／２８", date(2023, 6, 28)),
        ("1130229", date(2024, 2, 29)),
        ("999/12/31", OPEN_ENDED),
        ("9991231", OPEN_ENDED),
    ],
)
def test_a_roc_date_in_each_of_its_forms(text, day):
    assert dates.parse_roc_date(text) == day


@given(ROC_DAYS)
def test_a_printed_roc_date_reads_back(day):
    assert dates.parse_roc_date(dates.roc_digits(day)) == day
    assert dates.parse_roc_date(dates.roc_slashes(day)) == day
    assert dates.parse_date(dates.western_serial(day)) == day
    assert len(dates.roc_digits(day)) == 7


def test_a_legacy_date_of_six_digits_prints_with_seven():
    assert dates.roc_digits(dates.parse_roc_date("660203")) == "0660203"
    assert dates.roc_slashes(OPEN_ENDED) == "999/12/31"


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", MalformedRocDate),
        ("11206", MalformedRocDate),
        ("2023/06/28", MalformedRocDate),
        ("112/06-28", MalformedRocDate),
        ("一一二年", MalformedRocDate),
        ("112/06/2８x", MalformedRocDate),
        ("0000101", YearBeforeRoc),
        ("0/01/01", YearBeforeRoc),
        ("1120230", ImpossibleDate),
        ("1121301", ImpossibleDate),
        ("112/00/10", ImpossibleDate),
        ("1140229", ImpossibleDate),
    ],
)
def test_what_is_no_roc_date_is_refused_by_its_fault(text, refusal):
    with pytest.raises(refusal) as told:
        dates.parse_roc_date(text, field="child.birth_date")

    assert told.value.field == "child.birth_date"


def test_an_impossible_day_is_told_in_figures():
    with pytest.raises(ImpossibleDate) as refusal:
        dates.parse_roc_date("1140229")

    assert refusal.value.params == {"year": 2025, "month": 2, "day": 29}


@given(st.text("0123456789/-~: 星期六", max_size=14))
def test_whatever_is_typed_is_read_or_refused_never_an_error(text):
    for parse in (
        dates.parse_date,
        dates.parse_roc_month,
        dates.parse_time,
        dates.parse_time_range,
        dates.parse_card_moment,
        dates.parse_listed_moment,
        dates.parse_western_short_date,
        dates.date_of_serial,
    ):
        try:
            parse(text)
        except Refusal as refusal:
            assert refusal.code  # noqa: PT017 - that nothing but a refusal is raised is the test


@pytest.mark.parametrize("text", ["2025/02/18", "2025-2-18", "20250218", "114/02/18", "1140218"])
def test_the_digits_of_the_year_tell_western_from_roc(text):
    assert dates.parse_date(text) == date(2025, 2, 18)


@pytest.mark.parametrize(("text", "refusal"), [("250218", MalformedGregorianDate), ("2025/02/30", ImpossibleDate)])
def test_what_is_no_western_date_is_refused(text, refusal):
    with pytest.raises(refusal):
        dates.parse_gregorian_date(text)


def test_the_western_date_of_a_case_number():
    assert dates.parse_western_short_date("250218") == date(2025, 2, 18)
    assert dates.western_short(date(2025, 2, 18)) == "250218"
    with pytest.raises(MalformedGregorianDate):
        dates.parse_western_short_date("1140218")


def test_the_issue_day_of_a_referral_serial():
    assert dates.date_of_serial("2018101824892149") == date(2018, 10, 18)
    assert dates.date_of_serial("20181018 24892149") == date(2018, 10, 18)
    with pytest.raises(MalformedGregorianDate):
        dates.date_of_serial("20181018")


@pytest.mark.parametrize("text", ["105/01", "105-1", "10501"])
def test_a_month_in_each_of_its_forms(text):
    assert dates.parse_roc_month(text) == YearMonth(2016, 1)


def test_a_month_prints_with_a_slash_and_refuses_a_thirteenth():
    assert dates.roc_month(YearMonth(2016, 1)) == "105/01"
    for text, refusal in [("105/13", ImpossibleDate), ("000/01", YearBeforeRoc), ("105", MalformedRocDate)]:
        with pytest.raises(refusal):
            dates.parse_roc_month(text)


def test_a_year_outside_999_roc_years_cannot_be_printed():
    for day in (date(1911, 12, 31), date(2911, 1, 1)):
        with pytest.raises(ValueError, match="has no ROC date"):
            dates.roc_digits(day)


@pytest.mark.parametrize("text", ["0900", "09:00", "9:00", "０９：００"])
def test_a_time_in_each_of_its_forms(text):
    assert dates.parse_time(text) == time(9)


@given(st.times().map(lambda at: at.replace(second=0, microsecond=0)))
def test_a_printed_time_reads_back(at):
    assert dates.parse_time(dates.time_digits(at)) == at
    assert dates.parse_time(dates.time_colon(at)) == at


@pytest.mark.parametrize("text", ["", "900", "2400", "24:00", "0960", "09:5", "noon"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(MalformedTime):
        dates.parse_time(text)


@pytest.mark.parametrize(
    "text", ["0200~0430", "02:00~04:30", "02:00～04:30", "0200 ~ 0430", "02:00-04:30", "2:00–4:30"]
)
def test_a_time_range_in_each_of_its_forms(text):
    span = dates.parse_time_range(text)

    assert span == TimeRange(time(2), time(4, 30))
    assert dates.time_range_digits(span) == "0200~0430"
    assert dates.time_range_colon(span) == "02:00~04:30"


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("0200", MalformedTimeRange),
        ("0200~", MalformedTime),
        ("0430~0200", EndNotAfterStart),
        ("0200~0200", EndNotAfterStart),
    ],
)
def test_what_is_no_time_range_is_refused(text, refusal):
    with pytest.raises(refusal) as told:
        dates.parse_time_range(text, field="time")

    assert told.value.field == "time"


def test_a_card_moment_with_and_without_seconds_is_taipei_time():
    assert dates.parse_card_moment("1130629093015") == datetime(2024, 6, 29, 1, 30, 15, tzinfo=UTC)
    assert dates.parse_card_moment("11306290930") == datetime(2024, 6, 29, 1, 30, tzinfo=UTC)


@given(NO_SUMMER_TIME.map(lambda moment: moment.replace(microsecond=0, tzinfo=TAIPEI)))
def test_a_printed_moment_reads_back(moment):
    minute = moment.replace(second=0)

    assert dates.parse_card_moment(dates.card_moment_seconds(moment)) == moment
    assert dates.parse_card_moment(dates.card_moment_minutes(moment)) == minute
    assert dates.parse_listed_moment(dates.listed_moment(moment)) == minute


def test_a_listed_moment_prints_the_weekday_and_crosses_midnight_with_taipei():
    assert dates.listed_moment(datetime(2024, 6, 28, 15, 59, tzinfo=UTC)) == "1130628 2359星期五"
    assert dates.listed_moment(datetime(2024, 6, 28, 16, 0, tzinfo=UTC)) == "1130629 0000星期六"


def test_a_listed_moment_is_read_with_or_without_its_weekday():
    expected = datetime(2024, 6, 29, 1, 30, tzinfo=UTC)

    assert dates.parse_listed_moment("1130629 0930星期六") == expected
    assert dates.parse_listed_moment("1130629 0930") == expected
    with pytest.raises(WrongWeekday) as refusal:
        dates.parse_listed_moment("1130629 0930星期日")
    assert refusal.value.params == {"expected": "星期六"}


@pytest.mark.parametrize(
    ("text", "refusal"),
    [("1130629", MalformedRocDate), ("1130629240000", MalformedTime), ("1130230093000", ImpossibleDate)],
)
def test_what_is_no_card_moment_is_refused(text, refusal):
    with pytest.raises(refusal):
        dates.parse_card_moment(text)
