"""The figures and choices of support as they are in force today."""

from __future__ import annotations

import msgspec

from services.gateway.web.asking import caller
from services.gateway.web.counties import Choice
from shared.taiwan.codes import departments


class Rules(msgspec.Struct, frozen=True):
    """What of `support.policy_today` whoever applies has to know."""

    purposes: tuple[str, ...]
    schedule_longest_days: int
    schedule_most_occurrences: int
    remarks_limit: int
    attachments_most: int
    attachment_bytes: int
    batch_rows: int


def rules_today() -> Rules:
    """The figures in force today."""
    return msgspec.convert(caller().ask("support.policy_today"), Rules)


def departments_offered() -> list[Choice]:
    """支援科別, by code."""
    return [Choice(code, department_told(code)) for code in sorted(departments())]


def department_told(code: str) -> str:
    """04 小兒科; the code alone of a department that is in the table no longer."""
    known = departments().get(code)
    return f"{code} {known.name}" if known else code
