"""Places in a log as operators write them: a position, or a time, by Taipei's clock unless it says otherwise."""

from __future__ import annotations

from datetime import datetime

from operate.failures import Mistake
from shared.calendar import TAIPEI


def place_in(text: str) -> int | datetime:
    """The position, or the moment (aware), that was written; raises `Mistake`."""
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Mistake("mistakes.no-moment", given=text) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=TAIPEI)
