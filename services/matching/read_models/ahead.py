"""What lies ahead of a case: the steps that have not happened yet, and what comes by itself when nobody acts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from services.matching.domain.statuses import MatchStatus
from services.matching.read_models.actor import Actor

if TYPE_CHECKING:
    from services.matching.read_models.progress import Choice, Progress


class Ahead(StrEnum):
    """A step that has not happened yet."""

    FORMER_CLOSED = "former_closed"
    """原院所結案"""
    PREFERENCE_ASKED = "preference_asked"
    """詢問志願"""
    BUREAU_TAKES_OVER = "bureau_takes_over"
    """衛生局協助"""
    INSTITUTION_ANSWERS = "institution_answers"
    """院所回覆"""
    NOTICE_SIGNED = "notice_signed"
    """到院簽署通知函"""
    ENROLLED = "enrolled"
    """收案"""


class StepAhead(msgspec.Struct, frozen=True):
    """One step ahead, with the preference it is about; `by_itself` says when it comes where nobody acts before."""

    what: Ahead
    rank: int | None = None
    institution: str = ""
    doctor: str = ""
    by_itself: datetime | None = None


def ahead_of(case: Progress) -> tuple[StepAhead, ...]:
    """The steps in the order in which they come when all goes well, then the one that comes when nobody acts."""
    match case.match:
        case MatchStatus.AWAITING_CLOSURE:
            return (StepAhead(Ahead.FORMER_CLOSED), _next(case, None), *_to_the_end(None))
        case MatchStatus.MATCHING if case.waits_for == Actor.INSTITUTION:
            answer = _about(Ahead.INSTITUTION_ANSWERS, case.held)
            return (answer, *_to_the_end(case.held), _next(case, case.due_by))
        case MatchStatus.MATCHING:
            return (_next(case, case.due_by), *(_to_the_end(None) if case.next_choice else ()))
        case MatchStatus.AWAITING_NOTICE if case.waits_for == Actor.PARENT:
            return (*_to_the_end(case.held), _next(case, case.due_by))
        case MatchStatus.AWAITING_NOTICE:
            return (_about(Ahead.ENROLLED, case.held),)
        case _:
            return ()


def _to_the_end(held: Choice | None) -> tuple[StepAhead, ...]:
    return (_about(Ahead.NOTICE_SIGNED, held), _about(Ahead.ENROLLED, held))


def _next(case: Progress, at: datetime | None) -> StepAhead:
    """The next preference is asked; where none is left the bureau takes over."""
    return _about(Ahead.PREFERENCE_ASKED if case.next_choice else Ahead.BUREAU_TAKES_OVER, case.next_choice, at)


def _about(what: Ahead, choice: Choice | None, at: datetime | None = None) -> StepAhead:
    if choice is None:
        return StepAhead(what, by_itself=at)
    return StepAhead(what, choice.rank, choice.institution, choice.doctor, at)
