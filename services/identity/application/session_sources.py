"""What gives somebody their capacities in a session, whichever it is: the cards shown in it, and the person proved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity.application.capacities import Capacities
from services.identity.application.capacities.sources import card_of_source, person_of_source
from services.identity.application.cards.giving import of_card
from services.identity.application.nhi_cards.giving import of_proved

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from services.identity.application.desk import Desk


def of_sources(desk: Desk, sources: Iterable[str], now: datetime, account: UUID | None = None) -> Capacities:
    """What the sources that a session names give together; of accounts only this one, where the session is of one."""
    found = Capacities()
    for source in sources:
        card, person = card_of_source(source), person_of_source(source)
        if card is not None:
            found = found.and_also(of_card(desk, card, now, account))
        if person is not None:
            found = found.and_also(of_proved(desk, person, now))
    return found
