"""身分: one of the things that somebody may come in as, with everything that a session of it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self
from uuid import NAMESPACE_URL, UUID, uuid5

from services.identity.application.accounts.answers import Badge
from services.identity.application.accounts.badges import badge_of_holder, badge_of_parent
from services.identity.domain.registry.institution import institution_id
from services.identity.events import Rights
from shared.principal import Principal, Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.identity.application.desk import Desk
    from services.identity.domain.accounts.account import Account
    from services.identity.domain.registry.institution import Institution
    from services.identity.domain.registry.practitioner import Practitioner
    from shared.principal import Assurance, Service
    from shared.refusals import Refusal
    from shared.sealing import SubjectId


def centre_id(county: str) -> UUID:
    """The owner of the sessions of a county's long-term care centre."""
    return uuid5(NAMESPACE_URL, f"urn:caretrail:identity:centre:{county}")


@dataclass(frozen=True)
class Capacity:
    """What somebody may be: `key` tells it from the others of the same person, and stays while it lasts.

    `subject` is whose key seals what a session says of its person, `owner` whose sessions are ended together.
    """

    key: str
    principal_id: str
    owner: UUID
    subject: SubjectId
    rights: Rights
    badge: Badge
    services: frozenset[Service] = frozenset()
    account: Account | None = None

    @classmethod
    def of_parent(cls, subject: SubjectId, mobile: str) -> Self:
        """家長: of whom nothing is known but the phone that was proved."""
        key = f"phone/{subject}"
        return cls(key, key, subject, subject, Rights(Role.PARENT), badge_of_parent(mobile))

    @classmethod
    def of_account(cls, desk: Desk, account: Account) -> Self:
        """帳號: what was given with it."""
        key = f"account/{account.id}"
        badge = badge_of_holder(desk, account)
        return cls(key, key, account.id, account.subject, account.rights, badge, account=account)

    @classmethod
    def of_practitioner(cls, subject: SubjectId, practitioner: Practitioner, place: Institution | None) -> Self:
        """醫事人員 for themselves, under this number."""
        number = practitioner.number
        rights = Rights(Role.PRACTITIONER, practitioner.institution or None, (number,))
        badge = Badge(name=practitioner.name, institution_name=place.profile.name if place else "")
        return cls.of_person(f"practitioner/{number}", subject, rights, badge)

    @classmethod
    def of_person(
        cls, key: str, subject: SubjectId, rights: Rights, badge: Badge, services: Iterable[Service] = ()
    ) -> Self:
        """Somebody as themselves, or as what an organisation makes of them."""
        return cls(key, f"person/{subject}", subject, subject, rights, badge, frozenset(services))

    @classmethod
    def of_institution(cls, bearer: SubjectId, institution: Institution) -> Self:
        """醫事機構: for all its own staff, whoever bears its card."""
        key = f"institution/{institution.code}"
        rights = Rights(Role.INSTITUTION, institution.code)
        badge = Badge(institution_name=institution.profile.name)
        return cls(key, key, institution_id(institution.code), bearer, rights, badge)

    @classmethod
    def of_centre(cls, bearer: SubjectId, county: str) -> Self:
        """長照中心: the centre of a county, whoever bears its card."""
        key = f"centre/{county}"
        badge = Badge(institution_name=county)
        return cls(key, key, centre_id(county), bearer, Rights(Role.CENTRE, jurisdiction=county), badge)

    def principal(self, assurances: frozenset[Assurance]) -> Principal:
        """Who somebody is in a session of this capacity, so proved."""
        rights = self.rights
        return Principal(
            id=self.principal_id,
            role=rights.role,
            assurances=assurances,
            subject=self.subject,
            institution=rights.institution,
            acts_for=frozenset(rights.acts_for),
            jurisdiction=rights.jurisdiction,
            services=self.services,
        )


class Capacities(NamedTuple):
    """What somebody may be by now, the likeliest first; `objections` say of the rest why not, to whoever was proved.

    `names` are those by which the person is known where they are something, whether they may be it now or not.
    """

    held: tuple[Capacity, ...] = ()
    objections: tuple[Refusal, ...] = ()
    names: frozenset[str] = frozenset()

    @property
    def is_known(self) -> bool:
        """Whether anybody has said anything of them."""
        return bool(self.held or self.objections)

    def and_also(self, more: Capacities) -> Capacities:
        """These and more, each once."""
        known = {capacity.key for capacity in self.held}
        held = (*self.held, *(capacity for capacity in more.held if capacity.key not in known))
        return Capacities(held, (*self.objections, *more.objections), self.names | more.names)

    def of_key(self, key: str) -> Capacity | None:
        """The capacity of this key, where it is held."""
        return next((capacity for capacity in self.held if capacity.key == key), None)
