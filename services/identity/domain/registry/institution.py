"""醫事機構: what the register says of an institution, whether it is open, and the programmes that it takes part in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self
from uuid import NAMESPACE_URL, UUID, uuid5

from services.identity import events
from services.identity.domain.registry import refusals
from services.identity.domain.registry.dated import Period
from shared.calendar import taipei_day
from shared.events import Aggregate, event

if TYPE_CHECKING:
    from datetime import date, datetime

    from services.identity.events import InstitutionProfile, Programme, StandingReason
    from shared.events import Event


def institution_id(code: str) -> UUID:
    """The id of the institution of this code: there is one, whoever registers it."""
    return uuid5(NAMESPACE_URL, f"urn:caretrail:identity:institution:{code}")


class Institution(Aggregate):
    """One institution. A command that says what is so already records nothing."""

    TOPIC = "identity.Institution"

    InstitutionRegistered = events.InstitutionRegistered
    InstitutionChanged = events.InstitutionChanged
    InstitutionSuspended = events.InstitutionSuspended
    InstitutionResumed = events.InstitutionResumed
    InstitutionClosed = events.InstitutionClosed
    ProgrammeJoined = events.ProgrammeJoined
    ProgrammeLeft = events.ProgrammeLeft

    @staticmethod
    def create_id(institution: str) -> UUID:
        """One id for each code."""
        return institution_id(institution)

    @classmethod
    def register(cls, code: str, profile: InstitutionProfile, now: datetime) -> Self:
        """開業登錄."""
        return cls._create(cls.InstitutionRegistered, timestamp=now, institution=code, profile=profile)

    @event(events.InstitutionRegistered)
    def __init__(self, *, institution: str, profile: InstitutionProfile) -> None:
        self.code = institution
        self.profile = profile
        self.suspension: Period | None = None
        self.closed_since: date | None = None
        self.programmes: dict[Programme, Period] = {}

    @property
    def stream_subject(self) -> str:
        """The institution code, under which its events are published."""
        return self.code

    @property
    def county(self) -> str:
        """縣市, whose bureau keeps its entry."""
        return self.profile.address.county

    def is_open(self, day: date) -> bool:
        """Whether it is neither suspended nor closed on that day; a suspension ends when it is resumed, no sooner."""
        is_closed = self.closed_since is not None and self.closed_since <= day
        return not is_closed and not (self.suspension is not None and self.suspension.has_begun(day))

    def change(self, profile: InstitutionProfile, now: datetime) -> None:
        """變更登錄."""
        if profile != self.profile:
            self._record(self.InstitutionChanged, now, profile=profile)

    def suspend(self, since: date, until: date | None, reason: StandingReason, now: datetime) -> None:
        """停業; entered again with other days it is set anew."""
        if self.closed_since is not None:
            raise refusals.InstitutionClosedForGood(since=self.closed_since)
        if until is not None and until < since:
            raise refusals.EndsBeforeItBegins("until", since=since)
        if self.suspension != Period(since, until):
            days = {"since": since, "until": until}
            self._record(self.InstitutionSuspended, now, county=self.county, reason=reason, **days)

    def resume(self, since: date, now: datetime) -> None:
        """復業, or calling off what had been entered."""
        if since > taipei_day(now):
            raise refusals.DateNotReached("since")
        if self.suspension is None and self.closed_since is None:
            raise refusals.InstitutionNotSuspended("institution")
        self._record(self.InstitutionResumed, now, county=self.county, since=since)

    def close(self, since: date, reason: StandingReason, now: datetime) -> None:
        """歇業."""
        if self.closed_since != since:
            self._record(self.InstitutionClosed, now, county=self.county, since=since, reason=reason)

    def join(self, programme: Programme, since: date, until: date | None, now: datetime) -> None:
        """Take part in a programme, or set the days of taking part anew."""
        if until is not None and until < since:
            raise refusals.EndsBeforeItBegins("until", since=since)
        if self.programmes.get(programme) != Period(since, until):
            self._record(self.ProgrammeJoined, now, programme=programme, since=since, until=until)

    def leave(self, programme: Programme, until: date, reason: StandingReason, now: datetime) -> None:
        """Take part to that day and no longer."""
        joined = self.programmes.get(programme)
        if joined is None:
            raise refusals.ProgrammeNotJoined("programme", programme=programme.value)
        if joined.until != until:
            self._record(self.ProgrammeLeft, now, programme=programme, until=until, reason=reason)

    def _record(self, fact: type[Event], now: datetime, **figures: Any) -> None:
        self.trigger_event(fact, timestamp=now, institution=self.code, **figures)

    # What each fact changes ----------------------------------------------------------------------------------------

    @event(events.InstitutionChanged)
    def _institution_changed(self, profile: InstitutionProfile) -> None:
        self.profile = profile

    @event(events.InstitutionSuspended)
    def _institution_suspended(self, since: date, until: date | None) -> None:
        self.suspension = Period(since, until)

    @event(events.InstitutionResumed)
    def _institution_resumed(self) -> None:
        self.suspension = None
        self.closed_since = None

    @event(events.InstitutionClosed)
    def _institution_closed(self, since: date) -> None:
        self.closed_since = since

    @event(events.ProgrammeJoined)
    def _programme_joined(self, programme: Programme, since: date, until: date | None) -> None:
        self.programmes[programme] = Period(since, until)

    @event(events.ProgrammeLeft)
    def _programme_left(self, programme: Programme, until: date) -> None:
        self.programmes[programme] = Period(self.programmes[programme].since, until)
