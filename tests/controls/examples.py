"""One canonical example of every published event of every context: builders by event type, old versions included."""

from __future__ import annotations

from tests.controls import (
    accounts,
    cards,
    enrolments,
    events,
    messages,
    nhi_cards,
    organisations,
    pages,
    registry,
    support,
)

EXAMPLES = {
    **events.EXAMPLES,
    **enrolments.EXAMPLES,
    **accounts.EXAMPLES,
    **cards.EXAMPLES,
    **nhi_cards.EXAMPLES,
    **organisations.EXAMPLES,
    **registry.EXAMPLES,
    **messages.EXAMPLES,
    **pages.EXAMPLES,
    **support.EXAMPLES,
}
