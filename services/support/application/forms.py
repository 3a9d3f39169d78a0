"""What people entered, checked field by field: every fault is kept, so that all can be mended at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.support.commands import ScheduleKind
from services.support.domain import refusals
from services.support.domain.findings import span_of
from services.support.domain.register import objection_to_home
from services.support.domain.schedules import objection_to_schedule, occurrences_of, pattern_of, rule_of
from services.support.events import Continuous, DenialReason, Picked, PlaceKind, Purpose, Recurring, ReturnReason
from shared.application.objections import Objections
from shared.refusals import FieldMissing
from shared.taiwan.codes import parse_department
from shared.taiwan.dates import parse_time
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from services.support.commands import LineEntry, PlaceEntry, ScheduleEntry, TermsEntry
    from services.support.domain.policies import Policy
    from services.support.domain.register import PractitionerFacts, Register
    from services.support.events import Schedule, SupportedPlace
    from shared.refusals import Refusal

_FIELDS_OF_KIND = {
    ScheduleKind.CONTINUOUS: ("first", "last"),
    ScheduleKind.RECURRING: ("first", "last", "rule"),
    ScheduleKind.PICKED: ("days",),
}
"""Which fields a schedule of each kind needs, beside its two times."""
_OPTIONAL_OF_KIND = {ScheduleKind.RECURRING: ("exceptions",)}
_FIELDS = ("first", "last", "rule", "exceptions", "days")


@dataclass(frozen=True)
class CheckedTerms:
    """目的, 時間, 備註 as they were entered, the remarks not yet sealed."""

    purposes: tuple[Purpose, ...]
    schedule: Schedule
    remarks: str


@dataclass(frozen=True)
class CheckedLine:
    """A line as it was entered, of somebody and of a place that there are."""

    practitioner: PractitionerFacts
    place: SupportedPlace
    department: str
    terms: CheckedTerms


class Form(Objections):
    """Checks the fields of one form filled in at the moment `now`, by the policy and the register of that moment."""

    def __init__(self, now: datetime, policy: Policy, register: Register) -> None:
        super().__init__()
        self._now = now
        self._policy = policy
        self._register = register

    def object_at(self, field: str, objection: Refusal | None) -> bool:
        """Keep an objection to this field, where there is one; whether there was."""
        if objection is not None:
            objection.field = objection.field or field
            self.object(objection)
        return objection is not None

    def line(self, entry: LineEntry, home: str, field: str) -> CheckedLine | None:
        """A line of an application from the institution `home`; None where something is at fault."""
        practitioner = self._register.practitioner(folded(entry.practitioner))
        place = self.place(entry.place, home, f"{field}.place")
        department = self.department(entry.department, place, f"{field}.department")
        terms = self.terms(entry.terms, f"{field}.terms")
        is_ours = not self.object_at(
            f"{field}.practitioner", objection_to_home(practitioner, home, f"{field}.practitioner")
        )
        if practitioner is None or not is_ours or place is None or terms is None:
            return None
        return CheckedLine(practitioner, place, department, terms)

    def place(self, entry: PlaceEntry, home: str, field: str) -> SupportedPlace | None:
        """被支援機構: an institution by its code, else a non-medical place by code and name; never the home."""
        code, name = folded(entry.code).upper(), entry.name.strip()
        institution = self._register.institution(code)
        if institution is not None and (not name or folded(name) == folded(institution.name)):
            if code == home:
                self.object(refusals.PlaceIsHome(f"{field}.code"))
                return None
            return institution.place
        place = self._register.place(code, name) if name else None
        if place is None:
            self.object(refusals.PlaceUnknown(f"{field}.code"))
        return place

    def terms(self, entry: TermsEntry, field: str) -> CheckedTerms | None:
        """目的, 時間, 備註; None where the purposes or the times are at fault."""
        purposes = self.purposes(entry.purposes, f"{field}.purposes")
        remarks = self.text(entry.remarks, f"{field}.remarks", self._policy.remarks_limit)
        schedule = self.schedule(entry.schedule, f"{field}.schedule")
        if schedule is None or not purposes:
            return None
        return CheckedTerms(purposes, schedule, remarks)

    def schedule(self, entry: ScheduleEntry, field: str) -> Schedule | None:
        """支援時間 within the policy's limits, not all of it over; None where something is at fault."""
        schedule = self._as_entered(entry, field)
        if schedule is None or self.object_at(
            field, objection_to_schedule(schedule, self._policy.schedule_limits, field=field)
        ):
            return None
        self.object_at(field, objection_to_past(schedule, self._now))
        return schedule

    def explanation(self, reason: DenialReason | ReturnReason, text: str, field: str) -> str:
        """審查意見: needed where the code says only that there is another reason."""
        text = self.text(text, field, self._policy.remarks_limit)
        if not text and reason in {DenialReason.OTHER, ReturnReason.OTHER}:
            self.object(refusals.ReasonUnexplained(field))
        return text

    def _as_entered(self, entry: ScheduleEntry, field: str) -> Schedule | None:
        """What was entered, whatever it means; None where a field is missing, is another kind's, or cannot be read."""
        needed = _FIELDS_OF_KIND[entry.kind]
        others = set(_FIELDS) - {*needed, *_OPTIONAL_OF_KIND.get(entry.kind, ())}
        missing = [name for name in needed if not getattr(entry, name)]
        strange = [name for name in _FIELDS if name in others and getattr(entry, name)]
        for name in missing:
            self.object(FieldMissing(f"{field}.{name}"))
        for name in strange:
            self.object(refusals.FieldNotOfKind(f"{field}.{name}", kind=entry.kind))
        starts = self.parsed(lambda: parse_time(entry.starts, field=f"{field}.starts"))
        ends = self.parsed(lambda: parse_time(entry.ends, field=f"{field}.ends"))
        if missing or strange or starts is None or ends is None:
            return None
        if entry.kind is ScheduleKind.PICKED:
            return Picked(tuple(sorted(entry.days)), starts, ends)
        assert entry.first is not None  # noqa: S101 - it is not among the missing
        assert entry.last is not None  # noqa: S101 - as above
        if entry.kind is ScheduleKind.CONTINUOUS:
            return Continuous(entry.first, starts, entry.last, ends)
        rule = self.parsed(lambda: rule_of(pattern_of(entry.rule, field=f"{field}.rule")))
        exceptions = tuple(sorted(set(entry.exceptions)))
        return Recurring(rule, entry.first, entry.last, starts, ends, exceptions) if rule else None

    def purposes(self, purposes: Sequence[Purpose], field: str) -> tuple[Purpose, ...]:
        """支援目的, each once, at least one of those in force."""
        if not purposes:
            self.object(refusals.PurposeMissing(field))
        for place, purpose in enumerate(purposes):
            if purpose not in self._policy.purposes:
                self.object(refusals.PurposeNotInForce(f"{field}.{place}", purpose=purpose))
        return tuple(purpose for purpose in Purpose if purpose in purposes)

    def department(self, text: str, place: SupportedPlace | None, field: str) -> str:
        """支援科別 by its code; empty where none is given, and at an institution none is needed."""
        if text.strip():
            department = self.parsed(lambda: parse_department(text, field=field))
            return department.code if department else ""
        is_institution = place is not None and place.kind is PlaceKind.INSTITUTION
        if is_institution and self._policy.department_needed:
            self.object(FieldMissing(field))
        return ""


def objection_to_past(schedule: Schedule, now: datetime) -> Refusal | None:
    """A support that is over when it is asked for is none; of a schedule against which nothing else speaks."""
    return refusals.ScheduleInThePast() if span_of(occurrences_of(schedule)).ends_at <= now else None
