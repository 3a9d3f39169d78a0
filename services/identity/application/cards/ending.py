"""註銷, 解除綁定: entries about cards that count no longer, with what goes with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from services.identity.application.accounts.telling import tell
from services.identity.application.cards.entries import forgetting_of, held_by_card
from services.identity.domain.cards.card import Card

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from services.identity.application.cards.entries import Entry
    from services.identity.application.desk import Desk
    from services.identity.events import CardEnd
    from shared.principal import Principal
    from shared.store.append import Reservation


class Ended(NamedTuple):
    """What is given back with entries that end, and what the vault forgets before that is stored."""

    release: list[Reservation]
    beforehand: list[Callable[[], object]]


def end_entries(
    desk: Desk, entries: Sequence[Entry], reason: CardEnd, now: datetime, *, ground: str | None = None
) -> Ended:
    """Withdraw cards and unbind bindings; the vault forgets by `ground`, the reason where none is given."""
    ended = Ended(
        [reservation for one in entries for reservation in held_by_card(one)],
        forgetting_of(desk, entries, ground or reason),
    )
    for one in entries:
        if isinstance(one, Card):
            one.withdraw(reason, now)
        else:
            one.unbind(reason, now)
    return ended


def end_entries_and_tell(
    desk: Desk, entries: Sequence[Entry], reason: CardEnd, principal: Principal, now: datetime
) -> None:
    """Likewise, with the log told of it at once; raises as `tell` does."""
    ended = end_entries(desk, entries, reason, now)
    for forget in ended.beforehand:
        forget()
    tell(desk, principal, now, *entries, release=ended.release)
