"""Times as operators write them: ISO 8601, by Taipei's clock unless they say otherwise."""

from __future__ import annotations

from datetime import datetime

from operate.failures import Mistake
from shared.calendar import TAIPEI


def moment_in(text: str) -> datetime:
    """The moment that was written (aware); raises `Mistake`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Mistake("mistakes.no-moment", given=text) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=TAIPEI)
