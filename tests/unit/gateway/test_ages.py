"""How old a child is, in completed years and months."""

from datetime import date

import pytest

from services.gateway.web.ages import age_on


@pytest.mark.parametrize(
    ("born", "today", "years", "months"),
    [
        (date(2025, 11, 8), date(2026, 3, 12), 0, 4),
        (date(2025, 11, 8), date(2026, 3, 7), 0, 3),
        (date(2024, 2, 29), date(2026, 2, 28), 1, 11),
        (date(2026, 3, 12), date(2026, 3, 12), 0, 0),
    ],
)
def test_an_age_counts_full_months(born, today, years, months):
    age = age_on(born, today)
    assert (age.years, age.months) == (years, months)
