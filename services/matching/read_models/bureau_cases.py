"""衛生局案件查詢: every case of a bureau's jurisdiction, by filters; without any, all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from services.matching.domain.statuses import MatchStatus
from services.matching.events import CaseKind
from services.matching.read_models.board_queues import county_of
from services.matching.read_models.bureau_board import BoardCase
from shared.calendar import end_of_day, start_of_day
from shared.read_models.filters import asked_of
from shared.read_models.paging import Direction, Listing, Page, check_limit
from shared.sealing import SubjectId

if TYPE_CHECKING:
    from shared.principal import Principal
    from shared.read_models.reader import Reader


class Flag(StrEnum):
    """What is amiss with a case, whatever its status."""

    MISMATCH = "mismatch"
    """比對不一致"""
    OVERDUE = "overdue"
    """逾期: whoever is waited for has let the day pass"""


@dataclass(frozen=True)
class CaseFilters:
    """What to look for; an empty field asks for everything. Dates are Taipei days, inclusive; all flags have to hold.

    `institution` is the one asked, agreed or enrolled with at present, or the former one of a change; `mother` the
    vault's subject of the number typed in; a `birth` date of an unborn child is its due date.
    """

    statuses: tuple[MatchStatus, ...] = ()
    kinds: tuple[CaseKind, ...] = ()
    institution: str | None = None
    district: str | None = None
    applied_from: date | None = None
    applied_until: date | None = None
    birth_from: date | None = None
    birth_until: date | None = None
    mother: SubjectId | None = None
    case_no: str | None = None
    flags: tuple[Flag, ...] = ()


class CaseCounts(msgspec.Struct, frozen=True):
    """How many cases there are in each 媒合狀態, in all, and with each flag."""

    all: int
    awaiting_closure: int
    matching: int
    awaiting_notice: int
    matched: int
    unmatched: int
    withdrawn: int
    mismatch: int
    overdue: int


class _Place(msgspec.Struct, frozen=True):
    """Where a page of the list ends."""

    applied_at: datetime
    id: UUID


_LISTING = Listing("bureau_board", BoardCase, _Place, Direction.BACKWARDS)
_OWN = "(county = %(own)s or bureau = %(own)s or asked_county = %(own)s)"
"""The child's county, the former institution's while it closes, and that of whoever is asked or has agreed."""

_FLAGS = {Flag.MISMATCH: "found_elsewhere_at is not null", Flag.OVERDUE: "coalesce(due_by < %(now)s, false)"}

_FILTERS = {
    "statuses": "match = any(%(statuses)s)",
    "kinds": "kind = any(%(kinds)s)",
    "institution": "%(institution)s in (institution, former_institution)",
    "district": "district = %(district)s",
    "applied_from": "applied_at >= %(applied_from)s",
    "applied_until": "applied_at <= %(applied_until)s",
    "birth_from": "birth_or_due_date >= %(birth_from)s",
    "birth_until": "birth_or_due_date <= %(birth_until)s",
    "mother": "mother_subject = %(mother)s",
    "case_no": "case_no = %(case_no)s",
}

_COUNTS = f"""
select
    count(*) as all,
    {", ".join(f"count(*) filter (where match = '{status}') as {status}" for status in MatchStatus)},
    {", ".join(f"count(*) filter (where {condition}) as {flag}" for flag, condition in _FLAGS.items())}
from bureau_board
where {{conditions}}
"""


def bureau_cases(  # noqa: PLR0913 - whose, which, when, and the page
    reader: Reader,
    principal: Principal,
    filters: CaseFilters,
    now: datetime,
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[BoardCase]:
    """A page of the cases of the caller's jurisdiction at `now` (aware), the newest application first.

    Nobody but a bureau sees anything. Raises PageTooLong, CursorUnknown.
    """
    check_limit(limit)
    own = county_of(principal)
    if own is None:
        return Page(())
    conditions, parameters = _conditions(own, filters, now)
    return _LISTING.page(reader, conditions, parameters, limit=limit, cursor=cursor)


def case_counts(reader: Reader, principal: Principal, filters: CaseFilters, now: datetime) -> CaseCounts:
    """How many cases of the caller's jurisdiction these filters let through, by status and by flag."""
    own = county_of(principal)
    if own is None:
        return NO_CASES
    conditions, parameters = _conditions(own, filters, now)
    return reader.one(CaseCounts, _COUNTS.format(conditions=" and ".join(conditions)), parameters) or NO_CASES


NO_CASES = CaseCounts(0, 0, 0, 0, 0, 0, 0, 0, 0)
"""What whoever is no bureau finds."""


def bureau_case(reader: Reader, case_no: str, principal: Principal) -> BoardCase | None:
    """One case by its number (案件編號); None where it is not of the caller's jurisdiction."""
    own = county_of(principal)
    if own is None:
        return None
    query = f"select * from bureau_board where {_OWN} and case_no = %(case_no)s"
    return reader.one(BoardCase, query, {"own": own, "case_no": case_no})


def _conditions(own: str, filters: CaseFilters, now: datetime) -> tuple[list[str], dict[str, Any]]:
    asked = asked_of(filters)
    flags = asked.pop("flags", ())
    if filters.applied_from is not None:
        asked["applied_from"] = start_of_day(filters.applied_from)
    if filters.applied_until is not None:
        asked["applied_until"] = end_of_day(filters.applied_until)
    conditions = [_OWN, *(_FILTERS[name] for name in asked), *(_FLAGS[flag] for flag in flags)]
    return conditions, asked | {"own": own, "now": now}
