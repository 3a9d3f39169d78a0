"""報備支援名單 by 申請進度: what each tab asks for, and how many cases lie on it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from services.gateway.web.asking import caller

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENTERING = ("registration", "amendment")


class Tab(StrEnum):
    """A tab, by the words that name it."""

    DRAFT = "draft"
    UNDER_REVIEW = "under_review"
    APPROVED = "approved"
    DENIED = "denied"
    RETURNED = "returned"
    CANCELLED = "cancelled"

    @property
    def asked(self) -> Mapping[str, list[str]]:
        """The fields of the query: an approved 註銷 is no 登錄 or 變更 that holds."""
        if self is Tab.CANCELLED:
            return {"states": ["approved"], "kinds": ["cancellation"]}
        if self is Tab.APPROVED:
            return {"states": ["approved"], "kinds": list(_ENTERING)}
        return {"states": [self.value]}


ALL = "all"
"""The tab without a state, on which a case is looked for by its number."""
USUAL = Tab.UNDER_REVIEW
"""【申請進度】：預設為審核中 (S001)."""


class StateCount(msgspec.Struct, frozen=True):
    """How many applications of one kind the caller has in one state."""

    state: str
    kind: str
    applications: int


def tab_counts() -> Mapping[str, int]:
    """The caller's cases by tab, and all of them."""
    told = msgspec.convert(caller().ask("support.application_counts"), list[StateCount])
    counts: dict[str, int] = dict.fromkeys(Tab, 0)
    for one in told:
        counts[_tab_of(one)] += one.applications
    return {**counts, ALL: sum(counts.values())}


def _tab_of(counted: StateCount) -> Tab:
    is_cancelled = counted.state == "approved" and counted.kind not in _ENTERING
    return Tab.CANCELLED if is_cancelled else Tab(counted.state)
