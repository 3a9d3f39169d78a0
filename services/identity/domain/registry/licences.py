"""執業執照: which of several holds longest."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.identity.events import Licence


def longest(licences: Iterable[Licence]) -> Licence | None:
    """The licence that holds longest, by its last day and then its number; None of none."""
    return max(licences, key=lambda licence: (licence.valid_until or date.max, licence.number), default=None)
