"""Dates and times as Taiwan's forms, files and cards write them (DOMAIN §4.4), parsed and printed.

ROC year = Gregorian year less 1911. These are presentations: what is stored is a `date`, a `time` or a moment in UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from shared.calendar import TAIPEI
from shared.refusals import Refusal
from shared.taiwan.text import folded

ROC_OFFSET = 1911
"""What a Gregorian year is ahead of the ROC year."""
_LAST_ROC_YEAR = 999
_WEEKDAYS = "一二三四五六日"
_ROC_DATE = re.compile(r"([0-9]{2,3})([0-9]{2})([0-9]{2})|([0-9]{1,3})([/-])([0-9]{1,2})\5([0-9]{1,2})")
_GREGORIAN_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})|([0-9]{4})([/-])([0-9]{1,2})\5([0-9]{1,2})")
_ROC_MONTH = re.compile(r"([0-9]{3})([0-9]{2})|([0-9]{1,3})[/-]([0-9]{1,2})")
_TIME = re.compile(r"([0-9]{2})([0-9]{2})|([0-9]{1,2}):([0-9]{2})")
_CARD_MOMENT = re.compile(r"([0-9]{7})([0-9]{2})([0-9]{2})([0-9]{2})?")
_LISTED_MOMENT = re.compile(r"([0-9]{7})([0-9]{4})(?:星期([一二三四五六日]))?")

FIRST_ROC_DAY = date(1 + ROC_OFFSET, 1, 1)
"""Before this day no date of the ROC can be written."""

OPEN_ENDED = date(_LAST_ROC_YEAR + ROC_OFFSET, 12, 31)
"""999/12/31: how the portals write an end that has not been set; later than every real day."""


class MalformedRocDate(Refusal):
    """A ROC date is year, month and day: 1120628, 660203, 112/06/28 or 112-06-28. `expected` shows them."""


class MalformedGregorianDate(Refusal):
    """A Western date has a year of four digits: 20250218, 2025/02/18 or 2025-02-18. `expected` shows them."""


class ImpossibleDate(Refusal):
    """The form is right, but there is no such day: `year` (Gregorian), `month`, `day`."""


class YearBeforeRoc(Refusal):
    """Year 0 does not exist: the first ROC year is 1, which is 1912."""


class MalformedTime(Refusal):
    """A time is hours and minutes, 0000 to 2359: 0900 or 09:00."""


class MalformedTimeRange(Refusal):
    """A time range is two times and ~ between them: 0200~0430 or 02:00~04:30."""


class EndNotAfterStart(Refusal):
    """The range ends when it begins, or before: `start`, `end`."""


class WrongWeekday(Refusal):
    """The weekday written beside the date is not that of the date; `expected` is."""


@dataclass(frozen=True, order=True)
class YearMonth:
    """費用年月: a Gregorian year and its month, 1 to 12."""

    year: int
    month: int


@dataclass(frozen=True)
class TimeRange:
    """From `start` up to `end` of the same day."""

    start: time
    end: time


# Days ----------------------------------------------------------------------------------------------------------------


def parse_roc_date(text: str, *, field: str = "") -> date:
    """A ROC date: 7 digits, 6 digits of before the year 100, or with slashes or hyphens, zeros optional.

    999/12/31 gives `OPEN_ENDED`. Raises MalformedRocDate, YearBeforeRoc, ImpossibleDate.
    """
    match = _ROC_DATE.fullmatch(folded(text))
    if match is None:
        raise MalformedRocDate(field, expected="1120628, 112/06/28")
    year, month, day = (int(part) for part in (match[1] or match[4], match[2] or match[6], match[3] or match[7]))
    return _date(_gregorian_year(year, field), month, day, field)


def parse_gregorian_date(text: str, *, field: str = "") -> date:
    """A date with a Western year of four digits, together or with slashes or hyphens.

    Raises MalformedGregorianDate, ImpossibleDate.
    """
    match = _GREGORIAN_DATE.fullmatch(folded(text))
    if match is None:
        raise MalformedGregorianDate(field, expected="20250218, 2025/02/18")
    year, month, day = (int(part) for part in (match[1] or match[4], match[2] or match[6], match[3] or match[7]))
    return _date(year, month, day, field)


def parse_date(text: str, *, field: str = "") -> date:
    """A ROC or a Western date, told apart by the digits of its year; files of the agencies mix them.

    Raises as `parse_roc_date` and `parse_gregorian_date`.
    """
    if _GREGORIAN_DATE.fullmatch(folded(text)):
        return parse_gregorian_date(text, field=field)
    return parse_roc_date(text, field=field)


def parse_western_short_date(text: str, *, field: str = "") -> date:
    """The `YYMMDD` that opens a matching case number (250218P1621006), of this century.

    Raises MalformedGregorianDate, ImpossibleDate.
    """
    if not re.fullmatch(r"[0-9]{6}", text):
        raise MalformedGregorianDate(field, expected="250218")
    return _date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]), field)


def date_of_serial(text: str, *, field: str = "") -> date:
    """The issue day in a hospital referral's number: its first 8 digits, Western (2018101824892149).

    Raises MalformedGregorianDate, ImpossibleDate.
    """
    if not re.fullmatch(r"[0-9]{9,}", folded(text)):
        raise MalformedGregorianDate(field, expected="2018101824892149")
    return parse_gregorian_date(folded(text)[:8], field=field)


def parse_roc_month(text: str, *, field: str = "") -> YearMonth:
    """A month as 105/01, 105-01 or 10501. Raises MalformedRocDate, YearBeforeRoc, ImpossibleDate."""
    match = _ROC_MONTH.fullmatch(folded(text))
    if match is None:
        raise MalformedRocDate(field, expected="105/01")
    first = _date(_gregorian_year(int(match[1] or match[3]), field), int(match[2] or match[4]), 1, field)
    return YearMonth(first.year, first.month)


def roc_digits(day: date) -> str:
    """1120628; years before 100 get a leading zero (0660203)."""
    return f"{_roc_year(day):03}{day:%m%d}"


def roc_slashes(day: date) -> str:
    """112/06/28; `OPEN_ENDED` prints as 999/12/31."""
    return f"{_roc_year(day):03}/{day:%m/%d}"


def roc_month(month: YearMonth) -> str:
    """105/01."""
    return roc_slashes(date(month.year, month.month, 1))[:6]


def western_short(day: date) -> str:
    """250218, as matching case numbers begin."""
    return f"{day:%y%m%d}"


def western_serial(day: date) -> str:
    """20181018, as hospital referral numbers begin."""
    return f"{day:%Y%m%d}"


def weekday(day: date) -> str:
    """星期六."""
    return f"星期{_WEEKDAYS[day.weekday()]}"


# Times ---------------------------------------------------------------------------------------------------------------


def parse_time(text: str, *, field: str = "") -> time:
    """A time of day, 0900, 09:00 or 9:00. Raises MalformedTime; 2400 is one, the day ends at 2359."""
    match = _TIME.fullmatch(folded(text))
    if match is None:
        raise MalformedTime(field)
    return _time(int(match[1] or match[3]), int(match[2] or match[4]), 0, field)


def parse_time_range(text: str, *, field: str = "") -> TimeRange:
    """Two times of one day, 02:00~04:30, 0200~0430 or 02:00-04:30.

    Raises MalformedTimeRange, MalformedTime, EndNotAfterStart.
    """
    start, separator, end = re.sub(r"[~\u2013\u301c-]", "~", folded(text)).partition("~")
    if not separator:
        raise MalformedTimeRange(field)
    span = TimeRange(parse_time(start, field=field), parse_time(end, field=field))
    if span.end <= span.start:
        raise EndNotAfterStart(field, start=time_colon(span.start), end=time_colon(span.end))
    return span


def time_digits(moment: time) -> str:
    """0900."""
    return f"{moment:%H%M}"


def time_colon(moment: time) -> str:
    """09:00."""
    return f"{moment:%H:%M}"


def time_range_digits(span: TimeRange) -> str:
    """0200~0430, as support times are entered."""
    return f"{time_digits(span.start)}~{time_digits(span.end)}"


def time_range_colon(span: TimeRange) -> str:
    """02:00~04:30, as support times are shown."""
    return f"{time_colon(span.start)}~{time_colon(span.end)}"


# Moments -------------------------------------------------------------------------------------------------------------


def parse_card_moment(text: str, *, field: str = "") -> datetime:
    """A moment as cards write it, `YYYMMDDhhmmss` or `YYYMMDDhhmm` of Taipei time; the answer is in UTC.

    Raises MalformedRocDate, YearBeforeRoc, ImpossibleDate, MalformedTime.
    """
    match = _CARD_MOMENT.fullmatch(folded(text))
    if match is None:
        raise MalformedRocDate(field, expected="1130629093000, 11306290930")
    at = _time(int(match[2]), int(match[3]), int(match[4] or 0), field)
    return _moment(parse_roc_date(match[1], field=field), at)


def parse_listed_moment(text: str, *, field: str = "") -> datetime:
    """A moment as lists print it, `1130629 0930星期六`, of Taipei time; the answer is in UTC.

    The weekday may be missing. Raises MalformedRocDate, YearBeforeRoc, ImpossibleDate, MalformedTime, WrongWeekday.
    """
    match = _LISTED_MOMENT.fullmatch(folded(text))
    if match is None:
        raise MalformedRocDate(field, expected="1130629 0930")
    day = parse_roc_date(match[1], field=field)
    if match[3] and weekday(day) != f"星期{match[3]}":
        raise WrongWeekday(field, expected=weekday(day))
    return _moment(day, parse_time(match[2], field=field))


def card_moment_seconds(moment: datetime) -> str:
    """1130629093000 in Taipei time, for an aware moment."""
    local = moment.astimezone(TAIPEI)
    return f"{roc_digits(local)}{local:%H%M%S}"


def card_moment_minutes(moment: datetime) -> str:
    """11306290930 in Taipei time, for an aware moment."""
    return card_moment_seconds(moment)[:-2]


def listed_moment(moment: datetime) -> str:
    """`1130629 0930星期六` in Taipei time, for an aware moment; the weekday is derived, never stored."""
    local = moment.astimezone(TAIPEI)
    return f"{roc_digits(local)} {local:%H%M}{weekday(local)}"


def _gregorian_year(roc_year: int, field: str) -> int:
    if roc_year < 1:
        raise YearBeforeRoc(field)
    return roc_year + ROC_OFFSET


def _roc_year(day: date) -> int:
    year = day.year - ROC_OFFSET
    if not 1 <= year <= _LAST_ROC_YEAR:
        raise ValueError(f"{day} has no ROC date: years 1 to {_LAST_ROC_YEAR} are 1912 to 2910")
    return year


def _date(year: int, month: int, day: int, field: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ImpossibleDate(field, year=year, month=month, day=day) from None


def _time(hour: int, minute: int, second: int, field: str) -> time:
    try:
        return time(hour, minute, second)
    except ValueError:
        raise MalformedTime(field) from None


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, TAIPEI).astimezone(UTC)
