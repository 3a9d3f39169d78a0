"""The figures of the programme as they are today, which pages state and answers are checked against."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from services.gateway.web.asking import caller
from services.gateway.web.rendering import today


class Rules(msgspec.Struct, frozen=True):
    """What of `matching.policy_today` families have to know, and the day it was told for."""

    today: date
    age_limit_years: int
    due_date_days_ahead: int
    due_date_days_past: int
    preferences: int
    offer_working_days: int
    notice_working_days: int
    release_working_days: int
    closure_working_days: int
    explanation_limit: int

    @property
    def first_due_date(self) -> date:
        """The earliest due date that an application of today can give."""
        return self.today - timedelta(days=self.due_date_days_past)

    @property
    def last_due_date(self) -> date:
        """The latest one."""
        return self.today + timedelta(days=self.due_date_days_ahead)


def rules_today() -> Rules:
    """The figures in force today."""
    return msgspec.convert(caller().ask("matching.policy_today") | {"today": today()}, Rules)
