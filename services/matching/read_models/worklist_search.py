"""家長媒合工具申請案件查詢: what a clinic finds in its list (DOMAIN §1.1 rows 22 to 24)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from services.matching.domain.statuses import EnrolmentStatus, PreferenceStatus
from services.matching.read_models.clinic_worklist import ClinicOffer
from shared.principal import Principal, Role
from shared.read_models.filters import asked_of
from shared.read_models.paging import CursorUnknown, Page, check_limit, page_of, place_of
from shared.sealing import SubjectId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.read_models.reader import Reader


class Order(StrEnum):
    """What stands first in a clinic's list."""

    OLDEST = "oldest"
    """the longest asked"""
    DEADLINE = "deadline"
    """the nearest day to act by; last what has none"""


@dataclass(frozen=True)
class WorklistFilters:
    """What to look for; an empty field asks for everything in the principal's own reach.

    `mother` is the vault's subject of the identifier typed in. Dates are inclusive; a `birth` date of an unborn child
    is its due date.
    """

    county: str | None = None
    district: str | None = None
    birth_from: date | None = None
    birth_until: date | None = None
    mother: SubjectId | None = None
    birth_orders: tuple[int, ...] = ()
    enrolments: tuple[EnrolmentStatus, ...] = ()
    institution: str | None = None
    doctor: str | None = None
    applied_from: date | None = None
    applied_until: date | None = None
    case_no: str | None = None
    statuses: tuple[PreferenceStatus, ...] = ()


class _Place(msgspec.Struct, frozen=True):
    """Where a page of the list ends, in the order in which it began."""

    order: Order
    due_by: datetime | None
    offered_at: datetime
    case_id: UUID
    rank: int


_SORTED = {
    Order.OLDEST: "(offered_at, case_id, rank)",
    Order.DEADLINE: "(coalesce(due_by, 'infinity'), offered_at, case_id, rank)",
}
_AFTER = {
    Order.OLDEST: "(%(after_at)s, %(after_case)s, %(after_rank)s)",
    Order.DEADLINE: "(coalesce(%(after_due)s::timestamptz, 'infinity'), %(after_at)s, %(after_case)s, %(after_rank)s)",
}


class TabCounts(msgspec.Struct, frozen=True):
    """How many offers each tab of the list holds: to answer, to sign, enrolled here, over without that, and all."""

    waiting: int
    notice: int
    enrolled: int
    closed: int
    all: int


_OWN = (
    "institution = %(own_institution)s",
    "doctor = any(%(own_doctors)s)",
    "offered_at is not null",
)
"""Row 23 of DOMAIN §1.1: only cases that chose a doctor whom the caller is or acts for, and only once asked."""

_FILTERS = {
    "county": "county = %(county)s",
    "district": "district = %(district)s",
    "birth_from": "birth_or_due_date >= %(birth_from)s",
    "birth_until": "birth_or_due_date <= %(birth_until)s",
    "mother": "mother_subject = %(mother)s",
    "birth_orders": "birth_order = any(%(birth_orders)s)",
    "enrolments": "enrolment = any(%(enrolments)s)",
    "institution": "institution = %(institution)s",
    "doctor": "doctor = %(doctor)s",
    "applied_from": "applied_on >= %(applied_from)s",
    "applied_until": "applied_on <= %(applied_until)s",
    "case_no": "case_no = %(case_no)s",
    "statuses": "status = any(%(statuses)s)",
}


def worklist(  # noqa: PLR0913 - whose, which, how sorted, and the page
    reader: Reader,
    principal: Principal,
    filters: WorklistFilters | None = None,
    *,
    order: Order = Order.OLDEST,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[ClinicOffer]:
    """A page of the caller's own offers. Nobody but a doctor or case manager sees anything.

    Raises PageTooLong, CursorUnknown.
    """
    check_limit(limit)
    own = _own(principal)
    if own is None:
        return Page(())
    conditions, parameters = _conditions(own, filters)
    if cursor is not None:
        place = place_of(cursor, _Place)
        if place.order != order:
            raise CursorUnknown("cursor")
        conditions.append(f"{_SORTED[order]} > {_AFTER[order]}")
        parameters |= {"after_due": place.due_by, "after_at": place.offered_at}
        parameters |= {"after_case": place.case_id, "after_rank": place.rank}
    query = (
        f"select * from clinic_worklist where {' and '.join(conditions)}"
        f" order by {_SORTED[order].strip('()')} limit %(rows)s"
    )
    found = reader.rows(ClinicOffer, query, {**parameters, "rows": limit + 1})
    return page_of(found, limit, lambda row: _place(row, order))


_COUNTS = """
select
    count(*) filter (where status = 'offered') as waiting,
    count(*) filter (where status = 'accepted' and enrolment = 'not_enrolled') as notice,
    count(*) filter (where status = 'accepted' and enrolment = 'enrolled') as enrolled,
    count(*) filter (where status not in ('offered', 'accepted')) as closed,
    count(*) as all
from clinic_worklist
where {conditions}
"""


def tab_counts(reader: Reader, principal: Principal, filters: WorklistFilters | None = None) -> TabCounts:
    """How many of the caller's own offers these filters let through, by tab."""
    own = _own(principal)
    if own is None:
        return NOTHING
    conditions, parameters = _conditions(own, filters)
    return reader.one(TabCounts, _COUNTS.format(conditions=" and ".join(conditions)), parameters) or NOTHING


NOTHING = TabCounts(0, 0, 0, 0, 0)
"""What the tabs hold for whoever is no clinic."""


def _conditions(own: dict[str, Any], filters: WorklistFilters | None) -> tuple[list[str], dict[str, Any]]:
    asked = asked_of(filters or WorklistFilters())
    return [*_OWN, *(_FILTERS[name] for name in asked)], own | asked


def offers_of_case(reader: Reader, case_id: UUID, principal: Principal) -> list[ClinicOffer]:
    """The caller's own offers of one case, the newest first; none where none of the caller's doctors was asked."""
    own = _own(principal)
    if own is None:
        return []
    conditions = " and ".join((*_OWN, "case_id = %(case_id)s"))
    query = f"select * from clinic_worklist where {conditions} order by offered_at desc, rank desc"
    return reader.rows(ClinicOffer, query, {**own, "case_id": case_id})


def newest_offers(reader: Reader, case_ids: Sequence[UUID], principal: Principal) -> list[ClinicOffer]:
    """The caller's newest offer of each of these cases, the nearest day to act by first.

    A case of which none of the caller's doctors was asked is left out.
    """
    own = _own(principal)
    if own is None:
        return []
    conditions = " and ".join((*_OWN, "case_id = any(%(cases)s)"))
    query = (
        "select * from (select distinct on (case_id) * from clinic_worklist"
        f" where {conditions} order by case_id, offered_at desc, rank desc) as newest order by due_by, case_no"
    )
    return reader.rows(ClinicOffer, query, {**own, "cases": list(case_ids)})


def accepted_offers(reader: Reader, principal: Principal, case_ids: Sequence[UUID]) -> list[ClinicOffer]:
    """Those of these cases that the caller's doctors have accepted and not yet enrolled: what can be exported."""
    own = _own(principal)
    if own is None:
        return []
    conditions = " and ".join((*_OWN, "case_id = any(%(cases)s)", "status = 'accepted'", "enrolment = 'not_enrolled'"))
    query = f"select * from clinic_worklist where {conditions} order by offered_at, case_id"
    return reader.rows(ClinicOffer, query, {**own, "cases": list(case_ids)})


def _own(principal: Principal) -> dict[str, Any] | None:
    """What the caller's own offers have in common; None where there can be none."""
    if principal.role not in {Role.DOCTOR, Role.CASE_MANAGER} or principal.institution is None:
        return None
    return {"own_institution": principal.institution, "own_doctors": sorted(principal.acts_for)}


def _place(row: ClinicOffer, order: Order) -> _Place:
    if row.offered_at is None:
        raise LookupError(f"{row.case_no} was never offered at rank {row.rank}")
    return _Place(order, row.due_by, row.offered_at, row.case_id, row.rank)
