"""The figures of the registry that may change, in one place, with where they come from."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from services.identity.events import Programme

if TYPE_CHECKING:
    from collections.abc import Mapping

LICENCE_WARNING = timedelta(days=30)
"""How long before its last day a licence is told to end (DOMAIN §1.2 row 7, as of cards)."""

CREDITS_NEEDED: Mapping[Programme, int] = {Programme.DEDICATED_DOCTOR: 4}
"""教育訓練學分 before a practitioner may enrol; S000 (登入後台) asks for them and gives no figure (ours)."""

MOST_CREDITS = 100
"""What one course can give at most; more is a slip of the pen (ours)."""

HOURS_STEP_MINUTES = 5
"""Service hours are kept in steps of so many minutes; the search stands on it (ours)."""


def is_complete(programme: Programme, total: int) -> bool:
    """Whether a programme asks for no more credits than these."""
    return total >= CREDITS_NEEDED.get(programme, 0)
