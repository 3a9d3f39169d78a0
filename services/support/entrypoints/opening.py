"""Rows of the read models as answers: what is sealed opened, people and institutions by their names."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from services.support.application.attaching import name_of
from services.support.domain.schedules import reach_of
from services.support.domain.states import ApplicationState
from services.support.entrypoints.answers.applications import (
    ApplicationListed,
    ApplicationTold,
    EntryTold,
    FileListed,
    FindingTold,
)
from services.support.entrypoints.answers.supports import (
    GroupTold,
    LockListed,
    OutstandingTold,
    SupporterListed,
    SupportListed,
    TermsTold,
    TimeListed,
)
from services.support.events import Remarks, ReviewersRemarks, SupportedPlace
from services.support.read_models.support_statistics import CountedBy
from shared.calendar import taipei_day
from shared.rpc.actions import ActionListed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from services.support.application import Desk
    from services.support.domain.register import Names
    from services.support.events import Terms
    from services.support.read_models.applications import ApplicationRow, Entry
    from services.support.read_models.move_locks import HeldLock
    from services.support.read_models.support_statistics import GroupCount
    from services.support.read_models.support_times import SupportTime
    from services.support.read_models.supports import SupportRow
    from shared.actions import Action
    from shared.principal import Principal

    ActionsOf = Callable[[UUID], Iterable[Action]]


def applications_listed(
    desk: Desk, rows: Sequence[ApplicationRow], caller: Principal, actions_of: ActionsOf, now: datetime
) -> tuple[ApplicationListed, ...]:
    """Applications in a list, each with what the caller can do."""
    people = {number for row in rows for number in row.practitioners}
    names = desk.register.names({row.institution for row in rows}, people)
    return tuple(_listed(row, names, caller, actions_of(row.id), now) for row in rows)


def application_told(
    desk: Desk, row: ApplicationRow, caller: Principal, actions_of: ActionsOf, now: datetime
) -> ApplicationTold:
    """One application, whole."""
    names = desk.register.names({row.institution}, set(row.practitioners))
    terms = [one for entry in row.entries for one in (entry.before, entry.after)]
    _prepare(desk, terms)
    explanation = desk.vault.open(row.explanation, ReviewersRemarks) if row.explanation else None
    return ApplicationTold(
        _listed(row, names, caller, actions_of(row.id), now),
        tuple(_entry(desk, entry, names) for entry in row.entries),
        _findings(desk, row),
        row.reason,
        explanation.text if explanation else None,
    )


def _findings(desk: Desk, row: ApplicationRow) -> tuple[FindingTold, ...]:
    """What was found, by the figures that were in force then; nothing of what was never submitted."""
    if row.submitted_at is None:
        return ()
    policy = desk.policy(row.submitted_at)
    return tuple(FindingTold.of(finding, policy) for finding in row.findings)


def supports_listed(desk: Desk, rows: Sequence[SupportRow], overlaps: Mapping[UUID, int]) -> tuple[SupportListed, ...]:
    """Supports in a list; `overlaps` are how many others each shares a time with."""
    names = desk.register.names({row.institution for row in rows}, {row.practitioner for row in rows})
    _prepare(desk, [one for row in rows for one in (row.terms, row.asked)])
    return tuple(
        SupportListed(
            id=row.id,
            case_no=row.case_no,
            recorded_by=row.recorded_by,
            practitioner=row.practitioner,
            practitioner_name=names.practitioner(row.practitioner),
            institution=row.institution,
            institution_name=names.institution(row.institution),
            county=row.county,
            place=SupportedPlace(row.place_kind, row.place_code, row.place_name, row.place_county),
            department=row.department,
            terms=_terms(desk, row.terms),
            asked=_terms(desk, row.asked) if row.asked else None,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            approved_at=row.approved_at,
            state=row.state,
            pending_case_no=row.pending_case_no,
            cancelled_at=row.cancelled_at,
            cancelled_by=row.cancelled_by,
            overlaps=overlaps.get(row.id, 0),
        )
        for row in rows
    )


def supporters_listed(desk: Desk, numbers: Sequence[str]) -> list[SupporterListed]:
    """Those who support others, by name."""
    names = desk.register.names((), numbers)
    return sorted(
        (SupporterListed(number, names.practitioner(number)) for number in numbers),
        key=attrgetter("practitioner_name", "practitioner"),
    )


def groups_told(desk: Desk, by: CountedBy, counted: Sequence[GroupCount]) -> list[GroupTold]:
    """Groups of the statistics, institutions by their names."""
    codes = {group.code for group in counted} if by is CountedBy.INSTITUTION else set()
    names = desk.register.names(codes, ())
    return [
        GroupTold(
            group.code,
            names.institution(group.code) if group.code in codes else "",
            group.supports,
            group.practitioners,
            group.going_on,
            group.cancelled,
        )
        for group in counted
    ]


def times_listed(desk: Desk, rows: Sequence[SupportTime]) -> list[TimeListed]:
    """Times of the calendar."""
    names = desk.register.names({row.institution for row in rows}, {row.practitioner for row in rows})
    return [
        TimeListed(
            row.support,
            row.practitioner,
            names.practitioner(row.practitioner),
            row.institution,
            names.institution(row.institution),
            row.place_code,
            row.place_name,
            row.starts_at,
            row.ends_at,
        )
        for row in rows
    ]


def locks_listed(desk: Desk, rows: Sequence[HeldLock], now: datetime) -> list[LockListed]:
    """Locks, each with what holds it."""
    names = desk.register.names({row.institution for row in rows}, {row.practitioner for row in rows})
    return [
        LockListed(
            row.practitioner,
            names.practitioner(row.practitioner),
            row.institution,
            names.institution(row.institution),
            row.cause,
            row.since,
            tuple(
                OutstandingTold(
                    support.id,
                    support.case_no,
                    support.held.place,
                    support.terms.schedule,
                    support.state,
                    support.span.ends_at,
                )
                for support in desk.outstanding(row.practitioner, row.institution, now)
            ),
        )
        for row in rows
    ]


def _listed(
    row: ApplicationRow, names: Names, caller: Principal, actions: Iterable[Action], now: datetime
) -> ApplicationListed:
    waits = row.state is ApplicationState.UNDER_REVIEW
    asked = (entry.after or entry.before for entry in row.entries)
    reaches = [reach_of(terms.schedule) for terms in asked if terms is not None]
    return ApplicationListed(
        id=row.id,
        case_no=row.case_no,
        kind=row.kind,
        state=row.state,
        recorded_by=row.recorded_by,
        institution=row.institution,
        institution_name=names.institution(row.institution),
        county=row.county,
        copied_to=row.copied_to,
        lines=len(row.entries),
        practitioner_names=tuple(names.practitioner(number) for number in row.practitioners),
        place_names=tuple(dict.fromkeys(entry.place.name for entry in row.entries)),
        first_day=min((first for first, _ in reaches), default=None),
        last_day=max((last for _, last in reaches), default=None),
        drafted_at=row.drafted_at,
        submitted_at=row.submitted_at,
        due_by=row.due_by,
        is_overdue=waits and row.due_by is not None and row.due_by < now,
        days_waiting=(taipei_day(now) - taipei_day(row.submitted_at)).days if waits and row.submitted_at else None,
        reviewer=row.reviewer,
        is_yours=row.reviewer == caller.id,
        decided_at=row.decided_at,
        actions=tuple(ActionListed.of(action) for action in actions),
    )


def _entry(desk: Desk, entry: Entry, names: Names) -> EntryTold:
    return EntryTold(
        entry.id,
        entry.practitioner,
        names.practitioner(entry.practitioner),
        entry.place,
        entry.department,
        _terms(desk, entry.before) if entry.before else None,
        _terms(desk, entry.after) if entry.after else None,
        tuple(FileListed(file.id, name_of(desk, file), file.kind, file.size, len(file.parts)) for file in entry.files),
    )


def _prepare(desk: Desk, terms: Iterable[Terms | None]) -> None:
    """Fetch the keys of everybody whose remarks are to be opened, in one round trip."""
    desk.vault.prepare({one.remarks.subject for one in terms if one is not None and one.remarks is not None})


def _terms(desk: Desk, terms: Terms) -> TermsTold:
    if terms.remarks is None:
        return TermsTold(terms.purposes, terms.schedule, "")
    said = desk.vault.open(terms.remarks, Remarks)
    return TermsTold(terms.purposes, terms.schedule, said.text if said else None)
