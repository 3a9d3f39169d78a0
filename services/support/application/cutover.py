"""新舊系統銜接: what the system before has approved is changed and cancelled here from now on (S001)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid5

from services.support.application import reservations
from services.support.domain import refusals
from services.support.domain.findings import span_of
from services.support.domain.move_lock import Departure
from services.support.domain.schedules import occurrences_of
from services.support.domain.support import Held, Support
from services.support.events import DepartureCause, Terms
from shared.application import Decision, Outcome, Result
from shared.refusals import FieldMissing
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from datetime import datetime

    from services.support.application.desk import Desk
    from services.support.commands import BringSupportOver
    from shared.principal import Principal

SOURCE = "legacy"
"""How events name the system before."""
_CASE_NO_LIMIT = 20


def legacy_id(case_no: str, row: int) -> UUID:
    """The id of the support of this row of a case of the system before; of the case itself for row 0."""
    return uuid5(NAMESPACE_URL, f"urn:caretrail:support:{SOURCE}:{case_no}:{row}")


def bring_support_over(desk: Desk, command: BringSupportOver, _: Principal, now: datetime) -> Decision:
    """A support as the system before has approved it, once; of one that is over there is nothing to change.

    Of whoever had moved before the registry began nobody tells that they left: it is noted with the support.
    """
    form = desk.form(now)
    if command.row < 1:
        form.object(FieldMissing("row"))
    case_no = folded(form.needed_text(command.case_no, "case_no", _CASE_NO_LIMIT))
    support_id = legacy_id(case_no, command.row)
    known = desk.known_support(support_id)
    if known is not None:
        return Decision(Outcome(known.id, known.version, case_no, Result.UNCHANGED))
    practitioner = desk.register.practitioner(folded(command.practitioner))
    home = desk.register.institution(folded(command.institution).upper())
    if practitioner is None:
        form.object(refusals.PractitionerUnknown("practitioner"))
    if home is None:
        form.object(refusals.HomeUnknown("institution"))
    place = form.place(command.place, home.code if home else "", "place")
    department = form.department(command.department, place, "department")
    purposes, schedule = form.purposes(command.purposes, "purposes"), form.schedule(command.schedule, "schedule")
    form.finish()
    assert practitioner is not None  # noqa: S101 - nothing is at fault
    assert home is not None  # noqa: S101 - as above
    assert place is not None  # noqa: S101 - as above
    assert schedule is not None  # noqa: S101 - as above
    support = Support.bring_over(
        support_id,
        Held(practitioner.number, home.code, home.county, place, department),
        Terms(purposes, schedule),
        span_of(occurrences_of(schedule)),
        now,
        application=legacy_id(case_no, 0),
        case_no=case_no,
        recorded_by=command.recorded_by,
        source=SOURCE,
    )
    outcome = Outcome(support.id, support.version, case_no)
    moved = (home.code, practitioner.number, DepartureCause.PRACTITIONER_MOVED)
    if practitioner.institution == home.code or desk.departure(*moved) is not None:
        return Decision(outcome, [support], [reservations.support(support)])
    left = Departure.record(*moved, now)
    return Decision(outcome, [support, left], [reservations.support(support), reservations.departure(left)])
