"""What lies on each queue of a bureau's board at a given moment, and since when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from services.matching.read_models.bureau_board import ELSEWHERE_SHOWN_DAYS, NOTICE_WARNING_DAYS, BoardCase, Queue
from shared.principal import Principal, Role
from shared.read_models.paging import Listing, Page, check_limit

if TYPE_CHECKING:
    from shared.read_models.reader import Reader

_NOTICE_NEAR = f"due_by < %(now)s + interval '{NOTICE_WARNING_DAYS} days'"

_LIES: dict[Queue, str] = {
    Queue.UNMATCHED: "match = 'unmatched' and found_elsewhere_at is null",
    Queue.CLOSURE_OPEN: "match = 'awaiting_closure' and (due_by is null or due_by >= %(now)s)",
    Queue.CLOSURE_OVERDUE: "match = 'awaiting_closure' and due_by < %(now)s",
    Queue.OFFER_UNANSWERED: "match = 'matching' and waits_for = 'institution' and (reminded or due_by < %(now)s)",
    Queue.NOTICE_UNSIGNED: f"match = 'awaiting_notice' and {_NOTICE_NEAR}",
    Queue.MATCHED_NOT_ENROLLED: f"match = 'awaiting_notice' and ({_NOTICE_NEAR}) is not true",
    Queue.ENROLLED_ELSEWHERE: f"found_elsewhere_at >= %(now)s - interval '{ELSEWHERE_SHOWN_DAYS} days'",
}
"""On which queue a case lies at the moment `now`; no two of these hold at once."""


class QueueCount(msgspec.Struct, frozen=True):
    """How many cases lie on one queue, since when the oldest of them, and the first day by which somebody has to act.

    `next_due_by` is the earliest that is still to come or has passed; None where no case on it has a day.
    """

    queue: Queue
    cases: int
    oldest_since: datetime | None
    next_due_by: datetime | None


class _Place(msgspec.Struct, frozen=True):
    """Where a page of a queue ends."""

    lies_since: datetime
    id: UUID


_LISTING = Listing("bureau_board", BoardCase, _Place)

_LYING = " ".join(f"when {condition} then '{queue}'" for queue, condition in _LIES.items())

_COUNTS = f"""
select queue, count(*) as cases, min(lies_since) as oldest_since, min(due_by) as next_due_by
from (
    select lies_since, due_by, case {_LYING} end as queue
    from bureau_board
    where bureau = %(county)s
) as lying
where queue is not null
group by queue
"""


def queue_counts(reader: Reader, principal: Principal, now: datetime) -> list[QueueCount]:
    """What lies on each queue of the caller's county at `now` (aware); nobody but a bureau sees any."""
    county = county_of(principal)
    found = reader.rows(QueueCount, _COUNTS, {"county": county, "now": now}) if county else []
    counted = {row.queue: row for row in found}
    return [counted.get(queue, QueueCount(queue, 0, None, None)) for queue in Queue]


def cases_on(  # noqa: PLR0913 - whose, which, when, and the page
    reader: Reader, principal: Principal, queue: Queue, now: datetime, *, limit: int = 50, cursor: str | None = None
) -> Page[BoardCase]:
    """A page of one queue of the caller's county at `now` (aware), the longest lying first.

    Nobody but a bureau sees anything. Raises PageTooLong, CursorUnknown.
    """
    check_limit(limit)
    county = county_of(principal)
    if county is None:
        return Page(())
    conditions = ["bureau = %(county)s", _LIES[queue]]
    return _LISTING.page(reader, conditions, {"county": county, "now": now}, limit=limit, cursor=cursor)


def county_of(principal: Principal) -> str | None:
    """Whose board the caller sees."""
    bureau = principal.role in {Role.BUREAU_MANAGER, Role.BUREAU_OFFICER}
    return principal.jurisdiction if bureau else None
