"""對帳: what the bureau has to see to, heap by heap, with how long it has lain and what is due next."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from typing import TYPE_CHECKING

import msgspec
from flask import request

from services.gateway.web.areas import BUREAUS
from services.gateway.web.asking import caller
from services.gateway.web.bureau.area import BUREAU
from services.gateway.web.bureau.listed import CaseListed
from services.gateway.web.paging import cursor_asked
from services.gateway.web.rendering import show
from services.gateway.web.work.people import Deadline, deadline
from shared.calendar import taipei_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

PAGE = 50
URGENT_FIRST = (
    "closure_overdue",
    "closure_open",
    "unmatched",
    "offer_unanswered",
    "notice_unsigned",
    "enrolled_elsewhere",
    "matched_not_enrolled",
)
"""The heaps in the order in which they are shown: first those where the bureau itself has to act."""


class Heap(msgspec.Struct, frozen=True):
    """How many cases lie on one heap, since when the oldest, and the nearest day by which somebody has to act."""

    queue: str
    cases: int
    oldest_since: datetime | None
    next_due_by: datetime | None

    def days(self, now: datetime) -> int:
        """Taipei days for which the oldest has lain."""
        return (taipei_day(now) - taipei_day(self.oldest_since)).days if self.oldest_since else 0

    def is_late(self, now: datetime) -> bool:
        """Whether the nearest day has passed, or is today."""
        return deadline(self.next_due_by, now) is not Deadline.OPEN


@BUREAU.page("/bureau", BUREAUS)
def board() -> ResponseReturnValue:
    """The heaps, and the cases on one of them, the longest lying first."""
    told = msgspec.convert(caller().ask("matching.board_counts"), list[Heap])
    heaps = sorted(told, key=lambda heap: URGENT_FIRST.index(heap.queue))
    queue = _chosen(heaps)
    cursor = cursor_asked()
    found = caller().ask("matching.board_cases", {"queue": queue, "limit": PAGE, "cursor": cursor})
    return show(
        "bureau/board.html",
        heaps=heaps,
        queue=queue,
        chosen=next(heap for heap in heaps if heap.queue == queue),
        cases=msgspec.convert(found["entries"], list[CaseListed]),
        following=found["following"],
        is_first=cursor is None,
    )


def _chosen(heaps: Sequence[Heap]) -> str:
    """The heap asked for, or else the most urgent on which anything lies."""
    asked = request.args.get("queue", "")
    if asked in URGENT_FIRST:
        return asked
    return next((heap.queue for heap in heaps if heap.cases), URGENT_FIRST[0])
