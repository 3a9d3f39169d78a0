"""Which set of dated policy values holds on a day."""

from dataclasses import dataclass
from datetime import date

import pytest

from shared.policies import in_force


@dataclass(frozen=True)
class Terms:
    effective_from: date


FIRST, SECOND = Terms(date(2025, 1, 1)), Terms(date(2026, 7, 1))


@pytest.mark.parametrize("listed", [(FIRST, SECOND), (SECOND, FIRST)], ids=["oldest first", "newest first"])
@pytest.mark.parametrize(
    ("day", "holds"),
    [
        (date(2024, 12, 31), FIRST),
        (date(2025, 1, 1), FIRST),
        (date(2026, 6, 30), FIRST),
        (date(2026, 7, 1), SECOND),
        (date(2030, 1, 1), SECOND),
    ],
)
def test_the_newest_set_that_has_begun_holds_however_they_are_listed(listed, day, holds):
    assert in_force(day, listed) == holds
