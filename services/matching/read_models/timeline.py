"""The timeline of a case or an enrolment: every step, who took it, and the time it gave to whoever acts next."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from services.matching import events
from services.matching.read_models.actor import Actor
from shared.events import event_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.events import Event


class Step(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One line of the timeline: what happened (an event's name), when, by whom, about which preference.

    `reason` is the coded reason of the event, where it has one; `until` the time given to whoever acts next.
    """

    what: str
    at: datetime
    by: Actor
    rank: int | None = None
    institution: str = ""
    doctor: str = ""
    reason: str = ""
    until: datetime | None = None


_SOURCES = {
    events.Source.PLATFORM: Actor.PARENT,
    events.Source.IMPORT: Actor.INSTITUTION,
    events.Source.CLINIC: Actor.INSTITUTION,
    events.Source.BUREAU: Actor.BUREAU,
}
"""Whose doing a fact is, by where it came from; what is imported, institutions have entered."""


def _step(  # noqa: PLR0913 - the fields of a step, each left out where the event has none
    event: Any, by: Actor, institution: str = "", doctor: str = "", *, reason: str = "", until: datetime | None = None
) -> Step:
    return Step(_NAMES[type(event)], event.timestamp, by, None, institution, doctor, reason, until)


def _about(event: Any, by: Actor, reason: str = "", until: datetime | None = None) -> Step:
    """A step about one preference: its rank, institution and doctor are in the event."""
    name = _NAMES[type(event)]
    return Step(name, event.timestamp, by, event.rank, event.institution, event.doctor, reason, until)


_STEPS: dict[type[Event], Callable[[Any], Step]] = {
    events.CaseSubmitted: lambda event: _step(event, Actor.PARENT),
    events.PreferenceOffered: lambda event: _about(event, Actor.PLATFORM, until=event.answer_by),
    events.OfferReminded: lambda event: _about(event, Actor.PLATFORM, until=event.answer_by),
    events.InstitutionAccepted: lambda event: _about(event, Actor.INSTITUTION),
    events.NoticeRequested: lambda event: _about(event, Actor.PLATFORM, until=event.sign_by),
    events.InstitutionDeclined: lambda event: _about(event, Actor.INSTITUTION, event.reason),
    events.OfferExpired: lambda event: _about(event, Actor.PLATFORM),
    events.OfferWithdrawn: lambda event: _about(event, Actor.PLATFORM, event.cause),
    events.PreferencePassedOver: lambda event: _about(event, Actor.PLATFORM, event.cause),
    events.CaseUnmatched: lambda event: _step(event, Actor.PLATFORM),
    events.PreferencesAmended: lambda event: _step(event, Actor.PARENT),
    events.NoticeReleased: lambda event: _about(event, _SOURCES[event.released_by], until=event.resume_at),
    events.NoticeLapsed: lambda event: _about(event, Actor.PLATFORM),
    events.NoticeSigned: lambda event: _step(event, Actor.PARENT, event.institution, event.doctor),
    events.CaseEnrolled: lambda event: _step(event, Actor.INSTITUTION, event.institution, event.doctor),
    events.EnrolmentMismatchDetected: lambda event: _step(
        event, Actor.PLATFORM, event.actual_institution, event.actual_doctor
    ),
    events.CaseWithdrawn: lambda event: _step(event, Actor.PARENT, reason=event.reason),
    events.ChildBorn: lambda event: _step(event, Actor.PARENT),
    events.ContactChanged: lambda event: _step(event, _SOURCES[event.proved_by]),
    events.ChangeRequested: lambda event: _step(
        event, Actor.PARENT, event.former_institution, event.former_doctor, reason=event.reason
    ),
    events.FormerInstitutionNotified: lambda event: _step(
        event, Actor.PLATFORM, event.former_institution, event.former_doctor
    ),
    events.BureauTaskOpened: lambda event: _step(event, Actor.PLATFORM, event.former_institution, until=event.due_by),
    events.PreviousEnrolmentClosed: lambda event: _step(event, _SOURCES[event.source], event.former_institution),
    events.EnrolmentRecorded: lambda event: _step(event, Actor.INSTITUTION, event.institution, event.doctor),
    events.EnrolmentClosed: lambda event: _step(
        event, _SOURCES[event.source], event.institution, event.doctor, reason=event.reason
    ),
    events.EnrolmentContactChanged: lambda event: _step(event, _SOURCES[event.proved_by]),
}

_NAMES = {kind: event_name(kind.TOPIC) for kind in _STEPS}  # type: ignore[attr-defined]

TOLD: tuple[type[Event], ...] = tuple(_STEPS)
"""The events that a timeline tells."""


def step_of(event: Event) -> Step:
    """The line that this event adds."""
    return _STEPS[type(event)](event)
