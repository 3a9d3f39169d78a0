"""Places in a log as people write them: a position, or a moment by Taipei's clock."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING, Any

from services.gateway.web.rendering import t
from shared.calendar import TAIPEI

if TYPE_CHECKING:
    from services.gateway.web.faults import Faults


_MOST_DIGITS = 19
"""Of a position: a log has no more."""


def number_in(text: str) -> int | None:
    """The number that these digits are; None where they are none, or more than any position has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def place_in(name: str, text: str, position_as: str, faults: Faults) -> dict[str, Any]:
    """What to ask by: the position under `position_as`, or the moment as `at`; nothing where nothing was typed."""
    typed = unicodedata.normalize("NFKC", text).strip().replace(",", "").lstrip("#")
    if not typed:
        return {}
    if (number := number_in(typed)) is not None:
        return {position_as: number}
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        faults.add(name, t("console.then.malformed"))
        return {}
    return {"at": (moment if moment.tzinfo else moment.replace(tzinfo=TAIPEI)).isoformat()}
