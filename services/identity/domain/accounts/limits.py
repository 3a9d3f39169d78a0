"""How often something may happen: sliding windows over the moments at which it did."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from services.identity.domain.accounts.policies import Limit


def possible_again(moments: Sequence[datetime], now: datetime, limits: Iterable[Limit]) -> datetime | None:
    """From when it may happen once more under every limit; None: at once."""
    waits = [wait for limit in limits if (wait := _free_at(moments, now, limit)) is not None]
    return max(waits, default=None)


def _free_at(moments: Sequence[datetime], now: datetime, limit: Limit) -> datetime | None:
    within = sorted(moment for moment in moments if moment > now - limit.period)
    return within[-limit.most] + limit.period if len(within) >= limit.most else None


def remembered(moments: Sequence[datetime], now: datetime, limits: Iterable[Limit]) -> list[datetime]:
    """The moments that some limit still counts, and now."""
    longest = max(limit.period for limit in limits)
    return [*(moment for moment in moments if moment > now - longest), now]
