"""機構使用者: one organisation's managers and users, and the services granted to each, from day to day (S002)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from uuid import NAMESPACE_URL, UUID, uuid5

from services.identity import events
from services.identity.domain.organisations import refusals
from services.identity.domain.registry.dated import Period
from services.identity.domain.registry.refusals import EndsBeforeItBegins
from shared.events import Aggregate, event
from shared.principal import Role, Service

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from services.identity.events import MemberIdentity
    from shared.events import Event
    from shared.sealing import Sealed, SubjectId


class OrganisationKind(StrEnum):
    """機構類別, as its key begins."""

    INSTITUTION = "institution"
    """醫事機構"""
    CENTRE = "centre"
    """長照中心, one a county"""


OFFERED: Mapping[OrganisationKind, frozenset[Service]] = {
    OrganisationKind.INSTITUTION: frozenset(set(Service) - {Service.LTC_REFERRAL_CENTRE}),
    OrganisationKind.CENTRE: frozenset({Service.LTC_REFERRAL_CENTRE}),
}
"""Which services an organisation of each kind grants (S002: 電子轉介平台, 電子轉介平台_長照中心; S004)."""

MANAGERS: Mapping[OrganisationKind, Role] = {
    OrganisationKind.INSTITUTION: Role.INSTITUTION_MANAGER,
    OrganisationKind.CENTRE: Role.CENTRE_MANAGER,
}
USERS: Mapping[OrganisationKind, Role] = {
    OrganisationKind.INSTITUTION: Role.INSTITUTION_USER,
    OrganisationKind.CENTRE: Role.CENTRE_USER,
}


class OrganisationKey(NamedTuple):
    """`institution/` and a 醫事機構代碼, or `centre/` and a 縣市."""

    kind: OrganisationKind
    place: str

    @property
    def text(self) -> str:
        """As events and commands write it."""
        return f"{self.kind}/{self.place}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """What was written; None where it names no kind or no place."""
        kind, _, place = text.partition("/")
        return cls(OrganisationKind(kind), place) if kind in set(OrganisationKind) and place else None


def organisation_id(organisation: str) -> UUID:
    """The id of the organisation of this key: there is one, whoever names its first manager."""
    return uuid5(NAMESPACE_URL, f"urn:caretrail:identity:organisation:{organisation}")


@dataclass(frozen=True)
class Member:
    """A manager or user: who, from when to when, and what is granted to them."""

    person: Sealed[MemberIdentity]
    role: Role
    period: Period
    grants: Mapping[Service, Period] = field(default_factory=dict)

    def services(self, day: date) -> frozenset[Service]:
        """What they may use on that day; nothing on a day on which they are not there themselves."""
        if not self.period.holds(day):
            return frozenset()
        return frozenset(service for service, period in self.grants.items() if period.holds(day))


class Organisation(Aggregate):
    """One organisation. A command that says what is so already records nothing."""

    TOPIC = "identity.Organisation"

    OrganisationOpened = events.OrganisationOpened
    ManagerNamed = events.ManagerNamed
    ManagerRemoved = events.ManagerRemoved
    UserAdded = events.UserAdded
    UserRemoved = events.UserRemoved
    ServiceGranted = events.ServiceGranted
    ServiceRevoked = events.ServiceRevoked

    @staticmethod
    def create_id(organisation: str) -> UUID:
        """One id for each key."""
        return organisation_id(organisation)

    @classmethod
    def open(cls, key: OrganisationKey, now: datetime) -> Self:
        """An organisation that is about to have its first manager."""
        return cls._create(cls.OrganisationOpened, timestamp=now, organisation=key.text)

    @event(events.OrganisationOpened)
    def __init__(self, *, organisation: str) -> None:
        kind, _, place = organisation.partition("/")
        self.key = OrganisationKey(OrganisationKind(kind), place)
        self.members: dict[SubjectId, Member] = {}

    @property
    def stream_subject(self) -> str:
        """The key, under which its events are published."""
        return self.key.text

    @property
    def offered(self) -> frozenset[Service]:
        """The services that it may grant."""
        return OFFERED[self.key.kind]

    @property
    def managing(self) -> Role:
        """The role of its managers."""
        return MANAGERS[self.key.kind]

    def manages(self, subject: SubjectId, day: date) -> bool:
        """Whether this is one of its managers on that day."""
        member = self.members.get(subject)
        return member is not None and member.role is self.managing and member.period.holds(day)

    def name_manager(self, person: Sealed[MemberIdentity], period: Period, county: str, now: datetime) -> None:
        """設定機構管理者: a user who is named keeps what is granted to them; refuses with `EndsBeforeItBegins`."""
        self._enter(self.ManagerNamed, self.managing, person, period, county, now)

    def remove_manager(self, subject: SubjectId, now: datetime) -> None:
        """取消機構管理者, also the last one; refuses with `MemberUnknown`."""
        self._member(subject, self.managing)
        self._record(self.ManagerRemoved, now, subject=subject)

    def add_user(self, person: Sealed[MemberIdentity], period: Period, county: str, now: datetime) -> None:
        """新增機構使用者; refuses with `AlreadyManager` and `EndsBeforeItBegins`."""
        known = self.members.get(person.subject)
        if known is not None and known.role is self.managing:
            raise refusals.AlreadyManager("identifier")
        self._enter(self.UserAdded, USERS[self.key.kind], person, period, county, now)

    def remove_user(self, subject: SubjectId, now: datetime) -> None:
        """移除機構使用者; refuses with `MemberUnknown`, of a manager too."""
        self._member(subject, USERS[self.key.kind])
        self._record(self.UserRemoved, now, subject=subject)

    def grant(self, subject: SubjectId, service: Service, period: Period, now: datetime) -> None:
        """授權; refuses with `MemberUnknown`, `ServiceNotOffered` and `EndsBeforeItBegins`."""
        member = self._member(subject)
        if service not in self.offered:
            raise refusals.ServiceNotOffered("service", services=tuple(sorted(self.offered)))
        _heed_days(period)
        if member.grants.get(service) != period:
            days = {"since": period.since, "until": period.until}
            self._record(self.ServiceGranted, now, subject=subject, service=service, **days)

    def revoke(self, subject: SubjectId, service: Service, now: datetime) -> None:
        """取消授權; refuses with `MemberUnknown` and `ServiceNotGranted`."""
        if service not in self._member(subject).grants:
            raise refusals.ServiceNotGranted("service")
        self._record(self.ServiceRevoked, now, subject=subject, service=service)

    def _enter(  # noqa: PLR0913, PLR0917 - what is told, as what, who, from when to when, where, when
        self,
        fact: type[Event],
        role: Role,
        person: Sealed[MemberIdentity],
        period: Period,
        county: str,
        now: datetime,
    ) -> None:
        _heed_days(period)
        known = self.members.get(person.subject)
        if known is None or (known.role, known.person, known.period) != (role, person, period):
            days = {"since": period.since, "until": period.until}
            self._record(fact, now, subject=person.subject, person=person, county=county, **days)

    def _member(self, subject: SubjectId, *roles: Role) -> Member:
        member = self.members.get(subject)
        if member is None or (roles and member.role not in roles):
            raise refusals.MemberUnknown("member")
        return member

    def _record(self, fact: type[Event], now: datetime, **figures: Any) -> None:
        self.trigger_event(fact, timestamp=now, organisation=self.key.text, **figures)

    # What each fact changes ----------------------------------------------------------------------------------------

    @event(events.ManagerNamed)
    def _manager_named(
        self, subject: SubjectId, person: Sealed[MemberIdentity], since: date, until: date | None
    ) -> None:
        self._has(subject, person, self.managing, Period(since, until))

    @event(events.UserAdded)
    def _user_added(self, subject: SubjectId, person: Sealed[MemberIdentity], since: date, until: date | None) -> None:
        self._has(subject, person, USERS[self.key.kind], Period(since, until))

    @event(events.ManagerRemoved)
    def _manager_removed(self, subject: SubjectId) -> None:
        del self.members[subject]

    @event(events.UserRemoved)
    def _user_removed(self, subject: SubjectId) -> None:
        del self.members[subject]

    @event(events.ServiceGranted)
    def _service_granted(self, subject: SubjectId, service: Service, since: date, until: date | None) -> None:
        member = self.members[subject]
        self.members[subject] = replace(member, grants={**member.grants, service: Period(since, until)})

    @event(events.ServiceRevoked)
    def _service_revoked(self, subject: SubjectId, service: Service) -> None:
        member = self.members[subject]
        left = {granted: period for granted, period in member.grants.items() if granted is not service}
        self.members[subject] = replace(member, grants=left)

    def _has(self, subject: SubjectId, person: Sealed[MemberIdentity], role: Role, period: Period) -> None:
        known = self.members.get(subject)
        self.members[subject] = Member(person, role, period, known.grants if known else {})


def _heed_days(period: Period) -> None:
    if period.until is not None and period.until < period.since:
        raise EndsBeforeItBegins("until", since=period.since)
