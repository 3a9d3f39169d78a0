"""The figures of what is kept for people for a while: dated, explained. All of them are ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from shared.calendar import taipei_day
from shared.policies import in_force

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Policy:
    """One dated set of rules, in force from `effective_from` (a Taipei day) until the next set."""

    effective_from: date

    draft_kept: timedelta
    """How long after it was saved last: a family finds a paper or asks a relative within days."""

    draft_bytes: int
    """Of one draft, as JSON."""

    drafts_most: int
    """Of one person: a bureau's officer types reasons into several cases on the same day."""

    form_kept: timedelta
    """How long a form is held: long enough to find the phone, and to sign in again."""

    form_bytes: int
    """Of one held form, as JSON."""

    forms_most_by_client: int
    """Held at the same time for one client address; behind that of a hospital there are hundreds of people."""

    forms_most: int
    """Held at the same time in all: with the longest forms, some 200 MB."""

    filters_most: int
    """Of one person and queue: more nobody finds again."""

    @property
    def version(self) -> str:
        """The name under which events cite this policy."""
        return f"gateway/{self.effective_from.isoformat()}"


POLICIES = (
    Policy(
        effective_from=date(2025, 1, 1),
        draft_kept=timedelta(days=30),
        draft_bytes=64 * 1024,
        drafts_most=50,
        form_kept=timedelta(minutes=60),
        form_bytes=64 * 1024,
        forms_most_by_client=60,
        forms_most=3_000,
        filters_most=20,
    ),
)
"""In order of their dates."""


def policy_at(moment: datetime, policies: Sequence[Policy] = POLICIES) -> Policy:
    """The set in force at a moment."""
    return in_force(taipei_day(moment), policies)
