"""Places in a log as people write them: a position, or a moment by Taipei's clock."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING, Any

from services.gateway.web.rendering import t
from shared.calendar import TAIPEI

if TYPE_CHECKING:
    from services.gateway.web.faults import Faults


def place_in(name: str, text: str, position_as: str, faults: Faults) -> dict[str, Any]:
    """What to ask by: the position under `position_as`, or the moment as `at`; nothing where nothing was typed."""
    typed = unicodedata.normalize("NFKC", text).strip().replace(",", "").lstrip("#")
    if not typed:
        return {}
    if typed.isascii() and typed.isdigit():
        return {position_as: int(typed)}
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        faults.add(name, t("console.then.malformed"))
        return {}
    return {"at": (moment if moment.tzinfo else moment.replace(tzinfo=TAIPEI)).isoformat()}
