"""Close sessions of a withdrawn card: whoever is in by a card that counts no longer, is out, and the log tells of each.

The command that withdraws a card closes its sessions at once; this catches one that was opened at the same moment, and
those whose closing a crash kept from being told.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, ClassVar

from services.identity import events
from services.identity.commands import CloseVoidSessionsOfCard
from shared.processes.process import NothingToRemember, Reflex
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command

_card_of = attrgetter("card")


class CloseSessionsOfAWithdrawnCard(Reflex):
    """Ends what a card that was withdrawn, or unbound from an account, would not open any more."""

    context: ClassVar[str] = "identity"
    table: ClassVar[Table[NothingToRemember]] = Table(
        "close_sessions_of_a_withdrawn_card", NothingToRemember, key=("id",)
    )
    folds: ClassVar[tuple[type[Event], ...]] = (events.CardWithdrawn, events.CardUnbound)

    def react(self, row: NothingToRemember | None, event: Event) -> Iterable[Command]:  # noqa: ARG002 - the event says all
        """Close what is void, and tell of it."""
        return [CloseVoidSessionsOfCard(_card_of(event))]
