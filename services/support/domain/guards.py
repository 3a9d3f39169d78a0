"""What stands in the way of each command, by the state of the application or the support; None where nothing does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.support.domain import refusals
from services.support.domain.states import OPEN, ApplicationState
from services.support.events import ApplicationKind

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from services.support.domain.application import Application
    from services.support.domain.support import Support
    from services.support.events import Line, NamedSupport, Terms
    from shared.refusals import Refusal

# Whoever applies --------------------------------------------------------------------------------------------------


def editing(application: Application) -> Refusal | None:
    """A draft can be changed, and what was returned."""
    return None if application.state in OPEN else refusals.ApplicationNotOpen(state=application.state)


def setting_lines(application: Application, lines: Sequence[Line], limit: int) -> Refusal | None:
    """Lines belong to an application for new supports."""
    if application.kind is not ApplicationKind.NEW:
        return refusals.ApplicationOfOtherKind(kind=application.kind)
    return editing(application) or _within(limit, {*application.lines, *(line.id for line in lines)})


def attaching(application: Application, line: UUID, most: int) -> Refusal | None:
    """Files belong to a line, at most so many."""
    if line not in application.lines:
        return editing(application) or refusals.LineUnknown("line_id")
    too_many = refusals.FilesTooMany("file", limit=most) if len(application.files_of(line)) >= most else None
    return editing(application) or too_many


def detaching(application: Application, file: UUID) -> Refusal | None:
    """Only what is there can be taken away."""
    return editing(application) or (None if file in application.files else refusals.FileUnknown("file_id"))


def naming_supports(application: Application, supports: Sequence[NamedSupport], limit: int) -> Refusal | None:
    """An amendment says what each support is to become, and changes something; a cancellation says nothing."""
    if application.kind is ApplicationKind.NEW:
        return refusals.ApplicationOfOtherKind(kind=application.kind)
    amends = application.kind is ApplicationKind.AMEND
    for place, named in enumerate(supports):
        if amends and named.after is None:
            return refusals.AmendmentMissing(f"supports.{place}")
        if not amends and named.after is not None:
            return refusals.ApplicationOfOtherKind(f"supports.{place}", kind=application.kind)
        if named.after == named.before:
            return refusals.NothingAmended(f"supports.{place}")
    named_so_far = {*application.supports, *(named.support for named in supports)}
    return editing(application) or _within(limit, named_so_far)


def removing(application: Application, entries: Collection[UUID]) -> Refusal | None:
    """Only what is there can be removed."""
    known = {*application.lines, *application.supports}
    return editing(application) or (None if known.issuperset(entries) else refusals.LineUnknown("lines"))


def discarding(application: Application) -> Refusal | None:
    """What a bureau has seen is kept."""
    is_draft = application.state is ApplicationState.DRAFT
    return None if is_draft else refusals.ApplicationNotDraft(state=application.state)


def submittable(application: Application) -> Refusal | None:
    """A draft, or what was returned, with something in it."""
    return editing(application) or (None if application.entries else refusals.ApplicationEmpty())


def submitting(application: Application, confirmed: int) -> Refusal | None:
    """What is submitted is what was confirmed."""
    lines = len(application.entries)
    return submittable(application) or (None if lines == confirmed else refusals.LinesChanged("lines", lines=lines))


# How long it is kept ----------------------------------------------------------------------------------------------


def holding(application: Application) -> Refusal | None:
    """Held once."""
    return refusals.RetentionHeldAlready() if application.is_held else None


def lifting_hold(application: Application) -> Refusal | None:
    """Only what is held can be let go."""
    return None if application.is_held else refusals.RetentionNotHeld()


def forgetting(application: Application) -> Refusal | None:
    """What was decided or returned, is not held, and was not forgotten since it was submitted."""
    if application.submitted_at is None:
        return refusals.NothingToForget()
    if application.state is ApplicationState.UNDER_REVIEW:
        return refusals.ApplicationUndecided()
    return refusals.RetentionHolds() if application.is_held else None


def retained(until: datetime, now: datetime) -> Refusal | None:
    """Its time lasts until this moment."""
    return refusals.RetentionNotOver(until=until) if now <= until else None


def in_use(supports: Sequence[Support], now: datetime) -> Refusal | None:
    """What is written in the terms of a support that goes on is needed until that is over."""
    until = max((support.span.ends_at for support in supports if support.is_outstanding(now)), default=None)
    return refusals.RetentionNotOver(until=until) if until else None


# The bureau -------------------------------------------------------------------------------------------------------


def deciding(application: Application) -> Refusal | None:
    """Of two who decide one is first; the other is told what has become of it."""
    is_open = application.state is ApplicationState.UNDER_REVIEW
    return None if is_open else refusals.ApplicationNotUnderReview(state=application.state)


# The support ------------------------------------------------------------------------------------------------------


def cancelling(support: Support) -> Refusal | None:
    """What is cancelled stays so."""
    return refusals.SupportCancelledAlready() if support.is_cancelled else None


def changeable(support: Support, now: datetime) -> Refusal | None:
    """A support that goes on, and about which nothing else is under review."""
    if (objection := cancelling(support)) is not None:
        return objection
    if not support.is_outstanding(now):
        return refusals.SupportOver(ended_at=support.span.ends_at)
    return refusals.ChangePending(case_no=support.pending.case_no) if support.pending else None


def changing(support: Support, after: Terms | None, now: datetime) -> Refusal | None:
    """As `changeable`, into something else than it is by now."""
    return changeable(support, now) or (refusals.NothingAmended() if after == support.terms else None)


def _within(limit: int, lines: Collection[UUID]) -> Refusal | None:
    return refusals.LinesTooMany("lines", lines=len(lines), limit=limit) if len(lines) > limit else None
