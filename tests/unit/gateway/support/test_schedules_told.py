"""A schedule is told in one line, in the reader's language, so that it can be read aloud."""

from datetime import date, time

import pytest

from services.gateway.web.support.patterns import Pattern, Repeats
from services.gateway.web.support.schedules_told import schedule_told
from services.gateway.web.support.shapes import Continuous, Picked, Recurring
from tests.controls.remote import Remote, browser

NINE, TWELVE = time(9), time(12)
SPRING = (date(2025, 3, 1), date(2025, 5, 30), NINE, TWELVE)


def told(schedule, language):
    site = browser(Remote({})).application
    with site.test_request_context(f"/?lang={language}"):
        return schedule_told(schedule)


@pytest.mark.parametrize(
    ("schedule", "chinese", "english"),
    [
        (
            Recurring("FREQ=WEEKLY;BYDAY=MO,WE", *SPRING),
            "每週一、三 09:00–12:00，114/03/01–114/05/30",
            "Every Monday, Wednesday, 09:00–12:00, 2025-03-01 to 2025-05-30",
        ),
        (
            Recurring("FREQ=MONTHLY;BYDAY=2TU,2SU", *SPRING),
            "每月第 2 週的星期日、二 09:00–12:00，114/03/01–114/05/30",
            "Sunday, Tuesday of week 2 of each month, 09:00–12:00, 2025-03-01 to 2025-05-30",
        ),
        (
            Recurring("FREQ=MONTHLY;BYMONTHDAY=15", *SPRING),
            "每月 15 日 09:00–12:00，114/03/01–114/05/30",
            "Day 15 of each month, 09:00–12:00, 2025-03-01 to 2025-05-30",
        ),
        (
            Recurring("FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=FR", *SPRING),
            "每隔 2 週的星期五 09:00–12:00，114/03/01–114/05/30",
            "Every 2 weeks on Friday, 09:00–12:00, 2025-03-01 to 2025-05-30",
        ),
        (
            Recurring("FREQ=DAILY;INTERVAL=1", *SPRING, (date(2025, 4, 4),)),
            "每日 09:00–12:00，114/03/01–114/05/30（不含 114/04/04）",
            "Every day, 09:00–12:00, 2025-03-01 to 2025-05-30 (not on 2025-04-04)",
        ),
        (
            Continuous(date(2025, 3, 2), time(0), date(2025, 3, 2), time(22, 30)),
            "114/03/02 00:00–22:30",
            "2025-03-02, 00:00–22:30",
        ),
        (
            Continuous(date(2025, 3, 2), time(8), date(2025, 3, 5), time(17)),
            "114/03/02 08:00 起，到 114/03/05 17:00 止",
            "2025-03-02 08:00 until 2025-03-05 17:00",
        ),
        (
            Picked((date(2024, 8, 7), date(2024, 8, 12)), time(7), NINE),
            "113/08/07、113/08/12 07:00–09:00",
            "2024-08-07, 2024-08-12, 07:00–09:00",
        ),
        (
            Picked(tuple(date(2024, 8, day) for day in (7, 12, 16, 20)), time(7), NINE),
            "113/08/07、113/08/12、113/08/16 等 4 天 07:00–09:00",
            "2024-08-07, 2024-08-12, 2024-08-16 and others, 4 days in all, 07:00–09:00",
        ),
    ],
)
def test_a_schedule_is_told_in_one_line(schedule, chinese, english):
    assert told(schedule, "zh-Hant") == chinese
    assert told(schedule, "en") == english


def test_a_rule_that_nobody_knows_is_shown_as_it_is():
    assert "FREQ=YEARLY" in told(Recurring("FREQ=YEARLY", *SPRING), "en")


@pytest.mark.parametrize(
    "pattern",
    [
        Pattern(Repeats.EVERY_WEEK, "", ("SU", "WE")),
        Pattern(Repeats.WEEK_OF_MONTH, "5", ("TU", "SA")),
        Pattern(Repeats.DAY_OF_MONTH, "31"),
        Pattern(Repeats.EVERY_WEEKS, "3", ("MO",)),
        Pattern(Repeats.EVERY_DAYS, "10"),
    ],
)
def test_each_of_the_five_patterns_comes_back_from_its_rule(pattern):
    assert Pattern.of(pattern.rule) == pattern
