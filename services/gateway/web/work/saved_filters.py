"""儲存的篩選條件: what somebody looks for day after day, kept under a name by the gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.gateway.web.asking import caller
from services.gateway.web.work.filters import Filters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.gateway.web.work.filters import Filter

_TAB = "tab"


@dataclass(frozen=True)
class SavedFilter:
    """A filter by its name, and the query string by which the list opens under it."""

    name: str
    address: str


def saved_filters(queue: str, known: Sequence[Filter]) -> list[SavedFilter]:
    """Those of the caller for this list; values that no longer mean anything are left out."""
    return [
        SavedFilter(
            one["name"], Filters.read(known, one["query"], next(iter(one["query"].get(_TAB, ())), "")).address()
        )
        for one in caller().ask("gateway.filters", {"queue": queue})
    ]


def keep_filter(queue: str, name: str, filters: Filters) -> None:
    """Keep what holds at present. Raises `RemoteRefusal`, its fields `name` and `query`."""
    query = {field: list(values) for field, values in filters.values.items()}
    if filters.tab:
        query[_TAB] = [filters.tab]
    caller().deed("gateway.save_filter", {"queue": queue, "name": name, "query": query})


def drop_filter(queue: str, name: str) -> None:
    """Forget it."""
    caller().deed("gateway.drop_filter", {"queue": queue, "name": name})
