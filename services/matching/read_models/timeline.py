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


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
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

_PREFERENCE = ("rank", "institution", "doctor")
_PLACE = ("institution", "doctor")


def _step(event: Any, by: Actor, *fields: str, **about: Any) -> Step:
    copied = {field: getattr(event, field) for field in fields}
    return Step(event_name(event.TOPIC), event.timestamp, by, **copied, **about)


_STEPS: dict[type[Event], Callable[[Any], Step]] = {
    events.CaseSubmitted: lambda event: _step(event, Actor.PARENT),
    events.PreferenceOffered: lambda event: _step(event, Actor.PLATFORM, *_PREFERENCE, until=event.answer_by),
    events.OfferReminded: lambda event: _step(event, Actor.PLATFORM, *_PREFERENCE, until=event.answer_by),
    events.InstitutionAccepted: lambda event: _step(event, Actor.INSTITUTION, *_PREFERENCE),
    events.NoticeRequested: lambda event: _step(event, Actor.PLATFORM, *_PREFERENCE, until=event.sign_by),
    events.InstitutionDeclined: lambda event: _step(event, Actor.INSTITUTION, *_PREFERENCE, "reason"),
    events.OfferExpired: lambda event: _step(event, Actor.PLATFORM, *_PREFERENCE),
    events.PreferencePassedOver: lambda event: _step(event, Actor.PLATFORM, *_PREFERENCE, reason=event.cause),
    events.CaseUnmatched: lambda event: _step(event, Actor.PLATFORM),
    events.PreferencesAmended: lambda event: _step(event, Actor.PARENT),
    events.NoticeReleased: lambda event: _step(event, _SOURCES[event.released_by], "rank", "institution"),
    events.NoticeLapsed: lambda event: _step(event, Actor.PLATFORM, *_PREFERENCE),
    events.NoticeSigned: lambda event: _step(event, Actor.PARENT, *_PLACE),
    events.CaseEnrolled: lambda event: _step(event, Actor.INSTITUTION, *_PLACE),
    events.EnrolmentMismatchDetected: lambda event: _step(
        event, Actor.PLATFORM, institution=event.actual_institution, doctor=event.actual_doctor
    ),
    events.CaseWithdrawn: lambda event: _step(event, Actor.PARENT, "reason"),
    events.ChildBorn: lambda event: _step(event, Actor.PARENT),
    events.ContactChanged: lambda event: _step(event, _SOURCES[event.proved_by]),
    events.ChangeRequested: lambda event: _step(event, Actor.PARENT, "reason", institution=event.former_institution),
    events.FormerInstitutionNotified: lambda event: _step(
        event, Actor.PLATFORM, institution=event.former_institution, doctor=event.former_doctor
    ),
    events.BureauTaskOpened: lambda event: _step(event, Actor.PLATFORM, until=event.due_by),
    events.PreviousEnrolmentClosed: lambda event: _step(
        event, _SOURCES[event.source], institution=event.former_institution
    ),
    events.EnrolmentRecorded: lambda event: _step(event, Actor.INSTITUTION, *_PLACE),
    events.EnrolmentClosed: lambda event: _step(event, _SOURCES[event.source], *_PLACE, "reason"),
    events.EnrolmentContactChanged: lambda event: _step(event, _SOURCES[event.proved_by]),
}

TOLD: tuple[type[Event], ...] = tuple(_STEPS)
"""The events that a timeline tells."""


def step_of(event: Event) -> Step:
    """The line that this event adds."""
    return _STEPS[type(event)](event)
