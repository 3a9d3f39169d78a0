"""What holds from a day to a day: taking part in a programme, a suspension."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True)
class Period:
    """From `since` to `until`, both included; without end where that is None."""

    since: date
    until: date | None = None

    def has_begun(self, day: date) -> bool:
        """Whether that day is in it, or after it."""
        return self.since <= day

    def holds(self, day: date) -> bool:
        """Whether that day is in it."""
        return self.since <= day and (self.until is None or day <= self.until)
