"""How far a case has come: the part of the story that the family's page, the bureau's board and the counts all tell."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import msgspec
from msgspec.structs import asdict, replace

from services.matching import events
from services.matching.domain.statuses import EnrolmentStatus, MatchStatus, PreferenceStatus
from services.matching.read_models.actor import Actor

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.events import Event


class BeginningMissing(LookupError):
    """An event continues a case or an enrolment of which the model has no row."""

    def __init__(self, event: Event) -> None:
        super().__init__(f"{type(event).__name__} of {event.originator_id}, whose first event was not folded")


_HELD = frozenset({PreferenceStatus.OFFERED, PreferenceStatus.ACCEPTED})
"""While a preference has one of these the case is in its institution's hands."""


class Choice(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """志願: one preference, what has become of it, when it was asked and when the answer came."""

    rank: int
    institution: str
    doctor: str
    county: str
    district: str
    status: PreferenceStatus = PreferenceStatus.WAITING
    offered_at: datetime | None = None
    answered_at: datetime | None = None
    reason: events.DeclineReason | None = None


class Progress(msgspec.Struct, frozen=True, gc=False):
    """The statuses of a case (match, enrolment, each preference are three things) and who has to act next.

    `institution` and `doctor` are those asked, agreed or enrolled with at present; `due_by` is when whoever is waited
    for has to have acted. An enrolment, which nobody matched, has no match status.
    """

    match: MatchStatus | None
    enrolment: EnrolmentStatus
    choices: tuple[Choice, ...]
    institution: str
    doctor: str
    waits_for: Actor | None
    waiting_since: datetime | None
    due_by: datetime | None
    former_institution: str
    former_doctor: str
    enrolment_id: UUID | None
    enrolled_on: date | None

    @property
    def held(self) -> Choice | None:
        """The preference that is asked, or has agreed."""
        return next((choice for choice in self.choices if choice.status in _HELD), None)

    @property
    def next_choice(self) -> Choice | None:
        """The preference that is asked when the present one comes to nothing."""
        return next((choice for choice in self.choices if choice.status == PreferenceStatus.WAITING), None)


AnyProgress = TypeVar("AnyProgress", bound=Progress)

_BEGINNING: dict[str, Any] = {
    "match": MatchStatus.MATCHING,
    "enrolment": EnrolmentStatus.NOT_ENROLLED,
    "choices": (),
    "institution": "",
    "doctor": "",
    "waits_for": None,
    "waiting_since": None,
    "due_by": None,
    "former_institution": "",
    "former_doctor": "",
    "enrolment_id": None,
    "enrolled_on": None,
}


def opening(event: events.CaseSubmitted) -> dict[str, Any]:
    """The columns of `Progress` that a new case begins with."""
    changing = event.kind == events.CaseKind.CHANGE
    return {
        **_BEGINNING,
        "match": MatchStatus.AWAITING_CLOSURE if changing else MatchStatus.MATCHING,
        "choices": tuple(Choice(**asdict(preference)) for preference in event.preferences),
    }


def enrolled(event: events.EnrolmentRecorded) -> dict[str, Any]:
    """The columns of `Progress` that an enrolment begins with."""
    return {
        **_BEGINNING,
        "match": None,
        "enrolment": EnrolmentStatus.ENROLLED,
        "institution": event.institution,
        "doctor": event.doctor,
        "enrolment_id": event.originator_id,
        "enrolled_on": event.enrolled_on,
    }


def _idle(**changes: Any) -> dict[str, Any]:
    """Nobody is waited for."""
    return {"waits_for": None, "waiting_since": None, "due_by": None, **changes}


def _choices(row: Progress, rank: int, **changes: Any) -> tuple[Choice, ...]:
    return tuple(replace(choice, **changes) if choice.rank == rank else choice for choice in row.choices)


def _let_go(row: Progress) -> tuple[Choice, ...]:
    """The institution that was asked, or had agreed, need do nothing more."""
    return tuple(
        replace(choice, status=PreferenceStatus.RELEASED) if choice.status in _HELD else choice
        for choice in row.choices
    )


def _offered(row: Progress, event: events.PreferenceOffered) -> dict[str, Any]:
    return {
        "match": MatchStatus.MATCHING,
        "choices": _choices(row, event.rank, status=PreferenceStatus.OFFERED, offered_at=event.timestamp),
        "institution": event.institution,
        "doctor": event.doctor,
        "waits_for": Actor.INSTITUTION,
        "waiting_since": event.timestamp,
        "due_by": event.answer_by,
    }


def _accepted(row: Progress, event: events.InstitutionAccepted) -> dict[str, Any]:
    return {
        "match": MatchStatus.AWAITING_NOTICE,
        "choices": _choices(row, event.rank, status=PreferenceStatus.ACCEPTED, answered_at=event.timestamp),
        "waits_for": Actor.PARENT,
        "waiting_since": event.timestamp,
        "due_by": None,
    }


def _notice_requested(_: Progress, event: events.NoticeRequested) -> dict[str, Any]:
    return {"due_by": event.sign_by}


def _declined(row: Progress, event: events.InstitutionDeclined) -> dict[str, Any]:
    answer = {"status": PreferenceStatus.DECLINED, "answered_at": event.timestamp, "reason": event.reason}
    return _idle(choices=_choices(row, event.rank, **answer), institution="", doctor="")


def _expired(row: Progress, event: events.OfferExpired) -> dict[str, Any]:
    return _idle(choices=_choices(row, event.rank, status=PreferenceStatus.EXPIRED), institution="", doctor="")


def _taken_back(row: Progress, event: events.OfferWithdrawn) -> dict[str, Any]:
    taken_back = _choices(row, event.rank, status=PreferenceStatus.TAKEN_BACK)
    return _idle(match=MatchStatus.MATCHING, choices=taken_back, institution="", doctor="")


def _passed_over(row: Progress, event: events.PreferencePassedOver) -> dict[str, Any]:
    return {"choices": _choices(row, event.rank, status=PreferenceStatus.PASSED_OVER)}


def _lapsed(row: Progress, event: events.NoticeLapsed) -> dict[str, Any]:
    lapsed = _choices(row, event.rank, status=PreferenceStatus.LAPSED)
    return _idle(match=MatchStatus.MATCHING, choices=lapsed, institution="", doctor="")


def _unmatched(_: Progress, event: events.CaseUnmatched) -> dict[str, Any]:
    taken_over = {"waits_for": Actor.BUREAU, "waiting_since": event.timestamp}
    return _idle(match=MatchStatus.UNMATCHED, institution="", doctor="", **taken_over)


def _amended(row: Progress, event: events.PreferencesAmended) -> dict[str, Any]:
    asked = {choice.rank: choice for choice in row.choices if choice.status != PreferenceStatus.WAITING}
    choices = (asked.get(preference.rank) or Choice(**asdict(preference)) for preference in event.preferences)
    return {"choices": tuple(choices)}


def _released(row: Progress, event: events.NoticeReleased) -> dict[str, Any]:
    return {
        "match": MatchStatus.MATCHING,
        "choices": _choices(row, event.rank, status=PreferenceStatus.RELEASED),
        "institution": "",
        "doctor": "",
        "waits_for": Actor.PARENT,
        "waiting_since": event.timestamp,
        "due_by": event.resume_at,
    }


def _signed(_: Progress, event: events.NoticeSigned) -> dict[str, Any]:
    return {
        "waits_for": Actor.INSTITUTION,
        "waiting_since": event.timestamp,
        "due_by": None,
    }


def _enrolled(_: Progress, event: events.CaseEnrolled) -> dict[str, Any]:
    return _idle(
        match=MatchStatus.MATCHED,
        enrolment=EnrolmentStatus.ENROLLED,
        institution=event.institution,
        doctor=event.doctor,
        enrolment_id=event.enrolment_id,
        enrolled_on=event.enrolled_on,
    )


def _enrolled_elsewhere(row: Progress, event: events.EnrolmentMismatchDetected) -> dict[str, Any]:
    return _idle(
        match=MatchStatus.MATCHED,
        choices=_let_go(row),
        enrolment=EnrolmentStatus.ENROLLED,
        institution=event.actual_institution,
        doctor=event.actual_doctor,
        enrolment_id=event.enrolment_id,
        enrolled_on=event.enrolled_on,
    )


def _withdrawn(row: Progress, _: events.CaseWithdrawn) -> dict[str, Any]:
    return _idle(match=MatchStatus.WITHDRAWN, choices=_let_go(row))


def _change_requested(_: Progress, event: events.ChangeRequested) -> dict[str, Any]:
    return {
        "match": MatchStatus.AWAITING_CLOSURE,
        "waits_for": Actor.BUREAU,
        "waiting_since": event.timestamp,
        "former_institution": event.former_institution,
        "former_doctor": event.former_doctor,
    }


def _task_opened(_: Progress, event: events.BureauTaskOpened) -> dict[str, Any]:
    return {"due_by": event.due_by}


def _former_closed(_: Progress, __: events.PreviousEnrolmentClosed) -> dict[str, Any]:
    return _idle(match=MatchStatus.MATCHING)


_MOVES: dict[type[Event], Callable[[Any, Any], dict[str, Any]]] = {
    events.PreferenceOffered: _offered,
    events.InstitutionAccepted: _accepted,
    events.NoticeRequested: _notice_requested,
    events.InstitutionDeclined: _declined,
    events.OfferExpired: _expired,
    events.OfferWithdrawn: _taken_back,
    events.PreferencePassedOver: _passed_over,
    events.NoticeLapsed: _lapsed,
    events.CaseUnmatched: _unmatched,
    events.PreferencesAmended: _amended,
    events.NoticeReleased: _released,
    events.NoticeSigned: _signed,
    events.CaseEnrolled: _enrolled,
    events.EnrolmentMismatchDetected: _enrolled_elsewhere,
    events.CaseWithdrawn: _withdrawn,
    events.ChangeRequested: _change_requested,
    events.BureauTaskOpened: _task_opened,
    events.PreviousEnrolmentClosed: _former_closed,
}

MOVES: tuple[type[Event], ...] = tuple(_MOVES)
"""The events that move a case on."""


def moved(row: AnyProgress, event: Event, **also: Any) -> AnyProgress:
    """The row after an event of its case, whichever model it belongs to, with the model's own changes beside."""
    move = _MOVES.get(type(event))
    return replace(row, **(move(row, event) if move else {}), **also)
