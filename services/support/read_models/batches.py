"""整批申請紀錄: the workbooks that lines were taken from, and how far the drafts are that they went into."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.support import events
from services.support.domain.access import INSTITUTION
from services.support.domain.states import ApplicationState
from services.support.events import BatchKind, RecordedBy
from shared.read_models.model import Key, ReadModel, Table
from shared.read_models.paging import Direction, Listing, Page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.principal import Principal
    from shared.read_models.reader import Reader


class TakenWorkbook(msgspec.Struct, frozen=True, gc=False):
    """One workbook, by the draft of its lines; `taken` and `refused` are its rows by their numbers in the sheet."""

    application: UUID
    case_no: str
    recorded_by: RecordedBy
    institution: str
    practitioner: str
    kind: BatchKind
    imported_at: datetime
    taken: tuple[int, ...]
    refused: tuple[int, ...]
    state: ApplicationState = ApplicationState.DRAFT


_STATES: dict[type[Event], ApplicationState] = {
    events.SupportDiscarded: ApplicationState.DISCARDED,
    events.SupportSubmitted: ApplicationState.UNDER_REVIEW,
    events.ApplicationApproved: ApplicationState.APPROVED,
    events.SupportDenied: ApplicationState.DENIED,
    events.SupportReturned: ApplicationState.RETURNED,
}


class Batches(ReadModel[TakenWorkbook]):
    """Every workbook that was taken."""

    context = "support"
    table = Table(
        "batches",
        row=TakenWorkbook,
        key=("application",),
        indexes=(("institution", "imported_at", "application"), ("practitioner", "imported_at", "application")),
    )
    folds = (events.BatchImported, *_STATES)

    def keys(self, event: Event) -> Iterable[Key]:
        """The application that its lines went into."""
        return ((event.originator_id,),)

    def evolve(self, key: Key, row: TakenWorkbook | None, event: Event) -> TakenWorkbook | None:
        """The workbook after the event; applications that were entered by hand have none."""
        if isinstance(event, events.BatchImported):
            return TakenWorkbook(
                application=key[0],
                case_no=event.case_no,
                recorded_by=event.recorded_by,
                institution=event.institution,
                practitioner=event.practitioner,
                kind=event.kind,
                imported_at=event.timestamp,
                taken=event.taken,
                refused=event.refused,
            )
        return replace(row, state=_STATES[type(event)]) if row else None


class _Place(msgspec.Struct, frozen=True):
    """Where a page ends."""

    imported_at: datetime
    application: UUID


_LISTING = Listing("batches", TakenWorkbook, _Place, Direction.BACKWARDS)


def batches_of(reader: Reader, principal: Principal, *, limit: int, cursor: str | None = None) -> Page[TakenWorkbook]:
    """A page of the workbooks that the caller, or the caller's institution, has handed in, the last one first.

    Raises PageTooLong, CursorUnknown.
    """
    if principal.role in INSTITUTION.roles:
        own, recorded_by = "institution = %(institution)s", RecordedBy.INSTITUTION
    else:
        own, recorded_by = "practitioner = any(%(numbers)s)", RecordedBy.PRACTITIONER
    who = {"institution": principal.institution, "numbers": sorted(principal.acts_for), "recorded_by": recorded_by}
    return _LISTING.page(reader, [own, "recorded_by = %(recorded_by)s"], who, limit=limit, cursor=cursor)
