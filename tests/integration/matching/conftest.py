"""Matching over a store and a vault of its own."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from services.matching.application import Matching
from services.matching.commands import AcceptOffer, DeclineOffer, PreferenceEntry, RequestChange
from services.matching.domain.case import Case
from services.matching.events import ChangeReason, DeclineReason
from shared.calendar import WorkingCalendar
from shared.events import event_name
from shared.principal import Assurance, Principal, Role, process
from shared.vault.blind_index import Identifier
from shared.vault.contact_digests import digest_of_email, digest_of_mobile
from tests.controls.applicants import BANQIAO, DAAN, DOCTORS, OPERATOR, ChangingRegistry, doctor_at, taipei

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from services.matching.commands import ContactEntry
    from shared.application import Outcome
    from shared.postgres import Database
    from shared.vault.vault import Vault
    from tests.controls.applicants import FamilyOf


class Office:
    """Gives commands as the people of a story would, each under a key of its own unless told otherwise."""

    def __init__(self, matching: Matching, vault: Vault, registry: ChangingRegistry) -> None:
        self.matching = matching
        self.vault = vault
        self.registry = registry
        self.now = taipei(2, 18, 16, 21)
        self.platform = process("offer_next_preference")
        self._keys = count()

    def ask(self, command: object, caller: Principal, key: str = "", now: datetime | None = None) -> Outcome:
        return self.matching.handle(command, caller, key or f"test/{next(self._keys)}", now or self.now)

    def by_platform(self, command: object) -> Outcome:
        return self.ask(command, self.platform)

    def parent(self, family: FamilyOf) -> Principal:
        """The family's contact, whose phone was proved by code."""
        subject = self.vault.subject_for([Identifier("mobile", family.contact.mobile)])
        return Principal(f"parent/{family.number}", Role.PARENT, frozenset({Assurance.OTP}), subject=subject)

    def proving(self, family: FamilyOf, contact: ContactEntry) -> Principal:
        """The same, who has also proved another phone and mail address by codes."""
        digests = {digest_of_mobile(self.vault, contact.mobile), digest_of_email(self.vault, contact.email)}
        return replace(self.parent(family), contacts=frozenset(digests))

    def submit(self, family: FamilyOf, *institutions: str, **changes: Any) -> Outcome:
        return self.ask(family.application(*institutions, **changes), self.parent(family))

    def case(self, case_id: UUID) -> Case:
        return self.matching.load(Case, case_id)

    def told(self, aggregate_id: UUID) -> list[str]:
        """The names of an aggregate's events, in order."""
        return [event_name(fact.TOPIC) for fact in self.matching.events.get(aggregate_id)]  # type: ignore[attr-defined]

    def accepted_by(self, institution: str, case_id: UUID, rank: int = 1) -> Outcome:
        return self.ask(AcceptOffer(case_id, rank), doctor_at(institution))

    def agreed(self, family: FamilyOf, **changes: Any) -> Outcome:
        """A case that the first institution has accepted."""
        case = self.submit(family, **changes)
        self.accepted_by(BANQIAO, case.id)
        self.now = taipei(2, 27)
        return case

    def enrolled(self, family: FamilyOf, institution: str = BANQIAO) -> Outcome:
        """An enrolment on paper."""
        self.now = taipei(2, 27)
        return self.ask(family.row(institution), OPERATOR)

    def change(self, family: FamilyOf, about: UUID, *institutions: str) -> Outcome:
        """變更申請: what leads from an enrolment, or the case behind it, to another doctor."""
        wishes = tuple(PreferenceEntry(code, DOCTORS[code]) for code in institutions or (DAAN,))
        return self.ask(RequestChange(about, ChangeReason.MOVED, wishes, "搬家"), self.parent(family))

    def declined_by(self, institution: str, case_id: UUID, rank: int = 1) -> Outcome:
        return self.ask(
            DeclineOffer(case_id, rank, DeclineReason.CAPACITY_FULL, "收案員額已滿"), doctor_at(institution)
        )


@pytest.fixture(scope="module")
def context_name() -> str:
    return "matching"


@pytest.fixture
def office(database: Database, people: Database, vault: Vault) -> Iterator[Office]:
    """An office with an empty log, which has never met anybody."""
    with people.connect(name="test") as connection:
        connection.execute("truncate subject, blind_index, hold")
    with database.connect(name="test") as connection:
        connection.execute("truncate event, reservation, answer, counter")
    registry = ChangingRegistry()
    calendar = WorkingCalendar(holidays=frozenset(), make_up_days=frozenset())
    with Matching(database, vault, registry, calendar) as matching:
        yield Office(matching, vault, registry)
