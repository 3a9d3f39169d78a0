"""醫事人員: who may practise what and where, until when, and for which programmes they are trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self
from uuid import NAMESPACE_URL, UUID, uuid5

from services.identity import events
from services.identity.domain.registry import refusals
from services.identity.domain.registry.dated import Period
from services.identity.domain.registry.licences import longest
from services.identity.domain.registry.policies import LICENCE_WARNING, is_complete
from shared.calendar import taipei_day
from shared.events import Aggregate, event

if TYPE_CHECKING:
    from datetime import date, datetime

    from services.identity.events import Licence, PractitionerIdentity, Programme, StandingReason
    from shared.events import Event
    from shared.sealing import Sealed, SubjectId


def practitioner_id(number: str) -> UUID:
    """The id of the practitioner of this number: there is one, whoever registers them."""
    return uuid5(NAMESPACE_URL, f"urn:caretrail:identity:practitioner:{number}")


class Practitioner(Aggregate):
    """One practitioner number. A command that says what is so already records nothing."""

    TOPIC = "identity.Practitioner"

    PractitionerRegistered = events.PractitionerRegistered
    PractitionerChanged = events.PractitionerChanged
    PractitionerMoved = events.PractitionerMoved
    PractitionerSuspended = events.PractitionerSuspended
    PractitionerResumed = events.PractitionerResumed
    LicenceRecorded = events.LicenceRecorded
    LicenceExpiring = events.LicenceExpiring
    LicenceExpired = events.LicenceExpired
    TrainingCredited = events.TrainingCredited
    PractitionerJoinedProgramme = events.PractitionerJoinedProgramme
    PractitionerLeftProgramme = events.PractitionerLeftProgramme

    @staticmethod
    def create_id(practitioner: str) -> UUID:
        """One id for each number."""
        return practitioner_id(practitioner)

    @classmethod
    def register(  # noqa: PLR0913 - what a first entry consists of
        cls,
        number: str,
        *,
        name: str,
        profession: str,
        institution: str,
        identity: Sealed[PractitionerIdentity],
        now: datetime,
    ) -> Self:
        """醫事人員登錄."""
        return cls._create(
            cls.PractitionerRegistered,
            timestamp=now,
            practitioner=number,
            name=name,
            profession=profession,
            institution=institution,
            subject=identity.subject,
            identity=identity,
        )

    @event(events.PractitionerRegistered)
    def __init__(  # noqa: PLR0913 - the fields of the event
        self,
        *,
        practitioner: str,
        name: str,
        profession: str,
        institution: str,
        subject: SubjectId,
        identity: Sealed[PractitionerIdentity],
    ) -> None:
        self.number = practitioner
        self.name = name
        self.profession = profession
        self.institution = institution
        self.subject = subject
        self.identity = identity
        self.suspension: Period | None = None
        self.licences: dict[str, Licence] = {}
        self.told: dict[str, date] = {}
        """Of which licences it has been told that they end, and on which day."""
        self.expired: Licence | None = None
        self.courses: dict[tuple[Programme, str, date], int] = {}
        self.programmes: dict[Programme, Period] = {}

    @property
    def stream_subject(self) -> str:
        """The practitioner number, under which their events are published."""
        return self.number

    @property
    def longest_licence(self) -> Licence | None:
        """The licence that holds longest."""
        return longest(self.licences.values())

    def practises_at(self, institution: str, day: date) -> bool:
        """Whether they practise there and are not suspended on that day, until they resume."""
        is_suspended = self.suspension is not None and self.suspension.has_begun(day)
        return self.institution == institution and not is_suspended

    def change(self, name: str, profession: str, identity: Sealed[PractitionerIdentity] | None, now: datetime) -> None:
        """The register says something else of the person; no `identity` leaves the known one."""
        if (name, profession) == (self.name, self.profession) and identity in {None, self.identity}:
            return
        person = self.identity if identity is None else identity
        facts = {"name": name, "profession": profession, "subject": person.subject, "identity": person}
        self._record(self.PractitionerChanged, now, **facts)

    def move(self, institution: str, since: date, now: datetime) -> None:
        """異動執登場所."""
        if institution == self.institution:
            return
        if since > taipei_day(now):
            raise refusals.DateNotReached("since")
        places = {"former_institution": self.institution, "institution": institution}
        self._record(self.PractitionerMoved, now, since=since, **places)

    def suspend(self, since: date, until: date | None, reason: StandingReason, now: datetime) -> None:
        """停業; entered again with other days it is set anew."""
        if until is not None and until < since:
            raise refusals.EndsBeforeItBegins("until", since=since)
        if self.suspension != Period(since, until):
            days = {"since": since, "until": until, "reason": reason}
            self._record(self.PractitionerSuspended, now, institution=self.institution, **days)

    def resume(self, since: date, now: datetime) -> None:
        """復業."""
        if since > taipei_day(now):
            raise refusals.DateNotReached("since")
        if self.suspension is None:
            raise refusals.PractitionerNotSuspended("practitioner")
        self._record(self.PractitionerResumed, now, institution=self.institution, since=since)

    def record_licence(self, licence: Licence, now: datetime) -> None:
        """執業執照 issued or renewed."""
        if licence.valid_until is not None and licence.valid_until < licence.valid_from:
            raise refusals.EndsBeforeItBegins("licence.valid_until", since=licence.valid_from)
        if self.licences.get(licence.number) != licence:
            self._record(self.LicenceRecorded, now, institution=self.institution, licence=licence)

    def warn_of_licence(self, number: str, now: datetime) -> None:
        """執照將屆期, told once; nothing where another licence holds longer."""
        licence = self._ending(number)
        if licence is None or licence.valid_until is None or self.told.get(number) == licence.valid_until:
            return
        if taipei_day(now) < licence.valid_until - LICENCE_WARNING:
            raise refusals.DateNotReached("licence")
        self._record(self.LicenceExpiring, now, institution=self.institution, licence=licence)

    def expire_licence(self, number: str, now: datetime) -> None:
        """執照逾期, told once; nothing where another licence holds longer."""
        licence = self._ending(number)
        if licence is None or licence.valid_until is None or self.expired == licence:
            return
        if taipei_day(now) <= licence.valid_until:
            raise refusals.DateNotReached("licence")
        self._record(self.LicenceExpired, now, institution=self.institution, licence=licence)

    def credit(self, programme: Programme, course: str, credits_earned: int, earned_on: date, now: datetime) -> None:
        """教育訓練學分; the same course on the same day counts once."""
        if earned_on > taipei_day(now):
            raise refusals.DateNotReached("training.earned_on")
        if (programme, course, earned_on) in self.courses:
            return
        total = credits_earned + sum(earned for (of, *_), earned in self.courses.items() if of == programme)
        course_facts = {"programme": programme, "course": course, "credits": credits_earned, "earned_on": earned_on}
        sums = {"total": total, "complete": is_complete(programme, total)}
        self._record(self.TrainingCredited, now, **course_facts, **sums)

    def join(self, programme: Programme, since: date, until: date | None, now: datetime) -> None:
        """Take part in a programme, or set the days of taking part anew."""
        if until is not None and until < since:
            raise refusals.EndsBeforeItBegins("until", since=since)
        if self.programmes.get(programme) != Period(since, until):
            days = {"since": since, "until": until}
            self._record(
                self.PractitionerJoinedProgramme, now, institution=self.institution, programme=programme, **days
            )

    def leave(self, programme: Programme, until: date, now: datetime) -> None:
        """Take part to that day and no longer."""
        joined = self.programmes.get(programme)
        if joined is None:
            raise refusals.ProgrammeNotJoined("programme", programme=programme.value)
        if joined.until != until:
            facts = {"institution": self.institution, "programme": programme, "until": until}
            self._record(self.PractitionerLeftProgramme, now, **facts)

    def _ending(self, number: str) -> Licence | None:
        """The licence of this number, where none holds longer."""
        if number not in self.licences:
            raise refusals.LicenceUnknown("licence")
        return self.longest_licence if self.longest_licence == self.licences[number] else None

    def _record(self, fact: type[Event], now: datetime, **figures: Any) -> None:
        self.trigger_event(fact, timestamp=now, practitioner=self.number, **figures)

    # What each fact changes ----------------------------------------------------------------------------------------

    @event(events.PractitionerChanged)
    def _practitioner_changed(
        self, name: str, profession: str, subject: SubjectId, identity: Sealed[PractitionerIdentity]
    ) -> None:
        self.name = name
        self.profession = profession
        self.subject = subject
        self.identity = identity

    @event(events.PractitionerMoved)
    def _practitioner_moved(self, institution: str) -> None:
        self.institution = institution

    @event(events.PractitionerSuspended)
    def _practitioner_suspended(self, since: date, until: date | None) -> None:
        self.suspension = Period(since, until)

    @event(events.PractitionerResumed)
    def _practitioner_resumed(self) -> None:
        self.suspension = None

    @event(events.LicenceRecorded)
    def _licence_recorded(self, licence: Licence) -> None:
        self.licences[licence.number] = licence

    @event(events.LicenceExpiring)
    def _licence_expiring(self, licence: Licence) -> None:
        if licence.valid_until is not None:
            self.told[licence.number] = licence.valid_until

    @event(events.LicenceExpired)
    def _licence_expired(self, licence: Licence) -> None:
        self.expired = licence

    @event(events.TrainingCredited)
    def _training_credited(self, programme: Programme, course: str, credits: int, earned_on: date) -> None:  # noqa: A002 - the event's field
        self.courses[programme, course, earned_on] = credits

    @event(events.PractitionerJoinedProgramme)
    def _joined_programme(self, programme: Programme, since: date, until: date | None) -> None:
        self.programmes[programme] = Period(since, until)

    @event(events.PractitionerLeftProgramme)
    def _left_programme(self, programme: Programme, until: date) -> None:
        self.programmes[programme] = Period(self.programmes[programme].since, until)
