"""How many cases and enrolments, by county and by institution, and how long answers take; nothing personal in it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import msgspec

from services.matching import events
from services.matching.read_models.progress import MOVES, BeginningMissing, Progress, enrolled, moved, opening
from shared.calendar import taipei_day
from shared.principal import Principal, Role
from shared.read_models.model import Key, ReadModel, Table
from shared.sealing import SubjectId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.read_models.reader import Reader


class CaseFigures(Progress, frozen=True, gc=False):
    """A case, or an enrolment (`kind` None), as far as it counts.

    `child_subject` is a pseudonym: it tells children apart, also those who have been forgotten.
    """

    id: UUID
    kind: events.CaseKind | None
    county: str
    child_subject: SubjectId
    born: bool
    started_at: datetime
    elsewhere: bool = False
    """比對不一致"""
    source: events.Source | None = None
    case_no: str = ""
    """The case an enrolment came from; empty where it was made on paper."""
    institution_county: str = ""
    closed_on: date | None = None
    consented_on: date | None = None
    """The Taipei day on which an institution agreed first."""


def _submitted(event: events.CaseSubmitted) -> CaseFigures:
    return CaseFigures(
        id=event.originator_id,
        kind=event.kind,
        county=event.county,
        child_subject=event.child_subject,
        born=event.born,
        started_at=event.timestamp,
        case_no=event.case_no,
        **opening(event),
    )


def _recorded(event: events.EnrolmentRecorded) -> CaseFigures:
    return CaseFigures(
        id=event.originator_id,
        kind=None,
        county=event.county,
        child_subject=event.child_subject,
        born=True,
        started_at=event.timestamp,
        **enrolled(event),
        source=event.source,
        institution_county=event.institution_county,
        case_no=event.case_no,
    )


def _own_changes(row: CaseFigures, event: Event) -> dict[str, Any]:
    if isinstance(event, events.InstitutionAccepted) and row.consented_on is None:
        return {"consented_on": taipei_day(event.timestamp)}
    if isinstance(event, events.ChildBorn):
        return {"born": True, "county": event.county, "child_subject": event.child_subject}
    if isinstance(event, events.EnrolmentMismatchDetected):
        return {"elsewhere": True}
    if isinstance(event, events.EnrolmentClosed):
        return {"closed_on": event.closed_on}
    return {}


class CaseStatistics(ReadModel[CaseFigures]):
    """One row a case and one an enrolment, to be counted in SQL, so that the numbers are those of the log."""

    context = "matching"
    table = Table("case_statistics", row=CaseFigures, key=("id",), indexes=(("county",), ("consented_on",)))
    folds = (events.CaseSubmitted, events.EnrolmentRecorded, events.ChildBorn, events.EnrolmentClosed, *MOVES)

    def keys(self, event: Event) -> Iterable[Key]:
        """The case or the enrolment the event is about."""
        return ((event.originator_id,),)

    def evolve(self, key: Key, row: CaseFigures | None, event: Event) -> CaseFigures | None:  # noqa: ARG002 - the event names its row
        """The figures after the event."""
        if isinstance(event, events.CaseSubmitted):
            return _submitted(event)
        if isinstance(event, events.EnrolmentRecorded):
            return _recorded(event)
        if row is None:
            raise BeginningMissing(event)
        return moved(row, event, **_own_changes(row, event))


class CountyCounts(msgspec.Struct, frozen=True):
    """One county (of the children) in figures. Cases are distinct; `children` are distinct over cases and enrolments.

    `days_to_answer` is the median from an offer to its answer, in days, to two places; None where there was no answer.
    """

    county: str
    children: int
    cases: int
    changes: int
    live: int
    matched: int
    unmatched: int
    withdrawn: int
    elsewhere: int
    enrolments: int
    on_paper: int
    closed: int
    days_to_answer: Decimal | None


class InstitutionCounts(msgspec.Struct, frozen=True):
    """One institution in figures: distinct cases at each outcome, and the enrolments it has."""

    institution: str
    asked: int
    accepted: int
    declined: int
    expired: int
    lapsed: int
    enrolments: int
    closed: int
    days_to_answer: Decimal | None


class ReasonCount(msgspec.Struct, frozen=True):
    """How many cases an institution has declined for one reason."""

    institution: str
    reason: events.DeclineReason
    cases: int


OFFERS = """
(
    select figures.id, figures.county as child_county, choice.*
    from case_statistics as figures
    cross join lateral json_to_recordset(figures.choices) as choice (
        institution text, county text, status text, reason text, offered_at timestamptz, answered_at timestamptz
    )
    where choice.offered_at is not null
) as offer
"""
"""Every offer ever made, a row each, out of the cases' preferences."""

_DAYS_TO_ANSWER = """
round((percentile_cont(0.5) within group (order by extract(epoch from answered_at - offered_at)) / 86400)::numeric, 2)
"""

_BY_COUNTY = f"""
with figures as (
    select
        county,
        count(distinct child_subject) as children,
        count(*) filter (where kind is not null) as cases,
        count(*) filter (where kind = 'change') as changes,
        count(*) filter (where match in ('awaiting_closure', 'matching', 'awaiting_notice')) as live,
        count(*) filter (where match = 'matched') as matched,
        count(*) filter (where match = 'unmatched') as unmatched,
        count(*) filter (where match = 'withdrawn') as withdrawn,
        count(*) filter (where elsewhere) as elsewhere,
        count(*) filter (where kind is null) as enrolments,
        count(*) filter (where kind is null and case_no = '') as on_paper,
        count(*) filter (where closed_on is not null) as closed
    from case_statistics
    where %(county)s::text is null or county = %(county)s
    group by county
),
answers as (
    select child_county as county, {_DAYS_TO_ANSWER} as days_to_answer
    from {OFFERS}
    group by child_county
)
select * from figures left join answers using (county) order by county
"""

_BY_INSTITUTION = f"""
with answers as (
    select
        institution,
        count(distinct id) as asked,
        count(distinct id) filter (where answered_at is not null and reason is null) as accepted,
        count(distinct id) filter (where reason is not null) as declined,
        count(distinct id) filter (where status = 'expired') as expired,
        count(distinct id) filter (where status = 'lapsed') as lapsed,
        {_DAYS_TO_ANSWER} as days_to_answer
    from {OFFERS}
    where (%(county)s::text is null or county = %(county)s)
        and (%(institution)s::text is null or institution = %(institution)s)
    group by institution
),
enrolled as (
    select institution, count(*) as enrolments, count(closed_on) as closed
    from case_statistics
    where kind is null
        and (%(county)s::text is null or institution_county = %(county)s)
        and (%(institution)s::text is null or institution = %(institution)s)
    group by institution
),
figures as (
    select
        institution,
        coalesce(asked, 0) as asked,
        coalesce(accepted, 0) as accepted,
        coalesce(declined, 0) as declined,
        coalesce(expired, 0) as expired,
        coalesce(lapsed, 0) as lapsed,
        coalesce(enrolments, 0) as enrolments,
        coalesce(closed, 0) as closed,
        days_to_answer
    from answers full join enrolled using (institution)
)
select * from figures order by institution
"""

_DECLINES = f"""
with figures as (
    select institution, reason, count(distinct id) as cases
    from {OFFERS}
    where reason is not null
        and (%(county)s::text is null or county = %(county)s)
        and (%(institution)s::text is null or institution = %(institution)s)
    group by institution, reason
)
select * from figures order by institution, cases desc, reason
"""


class Reach(NamedTuple):
    """What a caller may count: one county, one institution, or, where both are None, everything."""

    county: str | None
    institution: str | None


def by_county(reader: Reader, principal: Principal) -> list[CountyCounts]:
    """The counties that the caller answers for, by their children; a bureau has its own, clinics and parents none."""
    reach = reach_of(principal)
    if reach is None or reach.institution is not None:
        return []
    return reader.rows(CountyCounts, _BY_COUNTY, reach._asdict())


def by_institution(reader: Reader, principal: Principal) -> list[InstitutionCounts]:
    """The institutions that the caller answers for: a bureau those of its county, a clinic itself."""
    reach = reach_of(principal)
    return [] if reach is None else reader.rows(InstitutionCounts, _BY_INSTITUTION, reach._asdict())


def declines(reader: Reader, principal: Principal) -> list[ReasonCount]:
    """未能同意收案原因 of the institutions that the caller answers for, the most frequent first."""
    reach = reach_of(principal)
    return [] if reach is None else reader.rows(ReasonCount, _DECLINES, reach._asdict())


def reach_of(principal: Principal) -> Reach | None:
    """What the caller may count; None where nothing."""
    match principal.role:
        case Role.BUREAU_MANAGER | Role.BUREAU_OFFICER if principal.jurisdiction:
            return Reach(county=principal.jurisdiction, institution=None)
        case Role.DOCTOR | Role.CASE_MANAGER if principal.institution:
            return Reach(county=None, institution=principal.institution)
        case Role.INSURER_OFFICER | Role.OPERATOR | Role.AUDITOR:
            return Reach(county=None, institution=None)
        case _:
            return None
