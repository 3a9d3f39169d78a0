"""報備支援清冊檔: what the insurer is told every working day of supports that began, changed or were cancelled.

A file is made of events alone, those between two positions of the log, each a row in the order in which they happened:
whoever takes the rows one after the other knows which supports hold. So it can be made again for any day, and comes out
the same. Nothing in it is sealed: people stand in it by their practitioner number.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from services.support.events import SupportAmended, SupportApproved, SupportCancelled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID

    from services.support.events.entries import SupportedPlace, Terms

Reported = SupportApproved | SupportAmended | SupportCancelled
"""The events that are told to the insurer."""


class RegisterChange(StrEnum):
    """異動別: what became of a support."""

    ADDED = "新增"
    CHANGED = "變更"
    CANCELLED = "註銷"


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with its position in the log of support, and when it happened."""

    position: int
    happened_at: datetime
    event: Reported


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One change of one support; `terms` are those from now on, of a cancelled one those that it had."""

    change: RegisterChange
    case_no: str
    support: UUID
    practitioner: str
    institution: str
    county: str
    place: SupportedPlace
    department: str
    terms: Terms
    happened_at: datetime
    position: int


@dataclass(frozen=True)
class ControlTotals:
    """How many rows a file has, of each kind of change and in all."""

    adds: int
    changes: int
    cancels: int

    @property
    def rows(self) -> int:
        """All of them."""
        return self.adds + self.changes + self.cancels


@dataclass(frozen=True)
class Stretch:
    """The events of one file: those behind `after` up to `until`, and the digest of the file before it, or empty."""

    after: int
    until: int
    previous: str


@dataclass(frozen=True)
class RegisterFile:
    """A finished file and its manifest, each as bytes under the name that it is delivered by."""

    name: str
    content: bytes
    manifest_name: str
    manifest: bytes
    totals: ControlTotals
    digest: str
    key_id: str
    signature: str


def file_name(day: date) -> str:
    """What the file of a Taipei day is called, before the dot."""
    return f"support-register-{day:%Y%m%d}"


def row_of(recorded: Recorded) -> RegisterRow:
    """What the insurer is told of one event."""
    event = recorded.event
    match event:
        case SupportApproved(terms=terms):
            change = RegisterChange.ADDED
        case SupportAmended(after=terms):
            change = RegisterChange.CHANGED
        case SupportCancelled(terms=terms):
            change = RegisterChange.CANCELLED
    return RegisterRow(
        change=change,
        case_no=event.case_no,
        support=event.originator_id,
        practitioner=event.practitioner,
        institution=event.institution,
        county=event.county,
        place=event.place,
        department=event.department,
        terms=terms,
        happened_at=recorded.happened_at,
        position=recorded.position,
    )


def totals_of(counts: Mapping[RegisterChange, int]) -> ControlTotals:
    """The control totals of a file with so many rows of each kind."""
    return ControlTotals(*(counts.get(change, 0) for change in RegisterChange))
