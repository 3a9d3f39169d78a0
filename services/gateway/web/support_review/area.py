"""What health bureaus see and do about 報備支援, and what anybody who sees an application can have printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.gateway.web.areas import Area
from services.gateway.web.menu import staff_menu
from services.gateway.web.rendering import language, t, today
from services.gateway.web.shown import moment, table_day
from services.gateway.web.support.schedules_told import schedule_told
from shared.calendar import TAIPEI
from shared.taiwan.codes import departments

if TYPE_CHECKING:
    from datetime import datetime

SUPPORT_REVIEW = Area("support_review", __name__)
SUPPORT_REVIEW.context_processor(staff_menu)


@SUPPORT_REVIEW.context_processor
def of_every_page() -> dict[str, Any]:
    """The day, and how schedules, departments and times are told."""
    told = {"schedule_told": schedule_told, "department_told": department_told, "span_told": span_told, "stamp": stamp}
    return {"today": today(), **told}


def department_told(code: str) -> str:
    """支援科別 by its name; the code itself where the list has none, empty where none was named."""
    known = departments().get(code)
    return known.name if known else code


def stamp(given: datetime) -> str:
    """115/03/09 15:32: a moment on paper, which is read years later."""
    shown = given.astimezone(TAIPEI)
    return f"{table_day(shown, language())} {shown:%H:%M}"


def span_told(starts: datetime, ends: datetime) -> str:
    """From when until when; the day once, where it is the same."""
    begins, over = (one.astimezone(TAIPEI) for one in (starts, ends))
    if begins.date() == over.date():
        return t("support_review.overlap.same-day", starts=moment(starts, language(), today()), ends=f"{over:%H:%M}")
    first, last = (moment(one, language(), today()) for one in (starts, ends))
    return t("support_review.overlap.when", starts=first, ends=last)
