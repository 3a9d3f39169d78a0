"""What a use case has at hand: the stored cases, the people, the registry, the calendar and the policies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eventsourcing.application import AggregateNotFoundError

from services.matching.application import reservations
from services.matching.application.forms import Form
from services.matching.application.people import People
from services.matching.domain import refusals
from services.matching.domain.case import Case
from services.matching.domain.enrolment import Enrolment
from services.matching.domain.policies import POLICIES, OfferTerms, Policy, policy_in_force
from shared.calendar import taipei_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from services.matching.application.reservations import Turn
    from services.matching.domain.family import Family
    from services.matching.domain.registry import Registry
    from shared.calendar import WorkingCalendar
    from shared.sealing import SubjectId
    from shared.store.application import StoredApplication
    from shared.vault.vault import Vault


@dataclass(frozen=True)
class Desk:
    """Everything that a handler may ask; it saves nothing itself."""

    store: StoredApplication
    vault: Vault
    registry: Registry
    calendar: WorkingCalendar
    policies: Sequence[Policy] = POLICIES
    people: People = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "people", People(self.vault))

    def policy(self, now: datetime) -> Policy:
        """The policy in force on that Taipei day."""
        return policy_in_force(taipei_day(now), self.policies)

    def form(self, now: datetime) -> Form:
        """An empty sheet of objections for a form filled in at that moment."""
        return Form(taipei_day(now), self.policy(now), self.registry)

    def offer_terms(self, now: datetime) -> OfferTerms:
        """Until when an institution asked at that moment may answer."""
        return self.policy(now).offer_terms(now, self.calendar)

    # What is stored --------------------------------------------------------------------------------------------

    def case(self, case_id: UUID) -> Case:
        """The case; refuses with `CaseUnknown`."""
        try:
            return self.store.load(Case, case_id)
        except AggregateNotFoundError:
            raise refusals.CaseUnknown("case_id") from None

    def case_or_enrolment(self, matter_id: UUID) -> Case | Enrolment:
        """Whichever of the two has this id; refuses with `CaseUnknown`."""
        try:
            return self.store.load(Case, matter_id)
        except AggregateNotFoundError:
            pass
        try:
            return self.store.load(Enrolment, matter_id)
        except AggregateNotFoundError:
            raise refusals.CaseUnknown("case_or_enrolment_id") from None

    def case_numbered(self, case_no: str) -> Case:
        """The case of this number; refuses with `CaseUnknown`."""
        case_id = self.store.holder_of(reservations.CASE_NO, case_no)
        if case_id is None:
            raise refusals.CaseUnknown("case_no")
        return self.store.load(Case, case_id)

    def child_keys(self, family: Family) -> tuple[str, ...]:
        """By whom a family's child may be found: as it is known now, and as it was before it was recognised."""
        return tuple(map(str, self.people.known_as(family.child_subject, family.birth_subject)))

    def live_case(self, keys: Sequence[str]) -> Case | None:
        """The live case that holds one of these keys."""
        case_id = self._holder(reservations.LIVE_CASE, keys)
        return self.store.load(Case, case_id) if case_id else None

    def live_case_of(self, family: Family) -> Case | None:
        """The live case of a family's child."""
        return self.live_case(self.child_keys(family))

    def expecting_case(self, mother: SubjectId, birth_order: int, born_on: date) -> Case | None:
        """The live case that was opened for this child before its birth."""
        case = self.live_case(reservations.expected_keys(mother, birth_order))
        return case if case is not None and self._expected(case, born_on) else None

    def unmatched_cases(self, keys: Iterable[str], born_on: date) -> list[Case]:
        """The cases that found nobody for the child known, or expected, by one of these keys, the newest first."""
        found = self.store.holders_in([reservations.unmatched(key) for key in keys])
        cases = [self.store.load(Case, case_id) for case_id in found]
        cases.sort(key=lambda case: case.created_on, reverse=True)
        return [case for case in cases if case.born or self._expected(case, born_on)]

    def _expected(self, case: Case, born_on: date) -> bool:
        """Whether a child born on that day can be the one that the mother expected when she applied."""
        first, last = self.births_expected(case)
        return first <= born_on <= last

    def births_expected(self, case: Case) -> tuple[date, date]:
        """The first and the last day on which the child can have been born that a case was opened for before."""
        due_date = self.people.due_date(case.family.child)
        return self.policy(case.created_on).births_expected(taipei_day(case.created_on), due_date)

    def newborn_matter(self, family: Family, due_date: date, now: datetime) -> Case | Enrolment | None:
        """What is under way or open for a born child that must be the one which its mother says she expects."""
        first, last = self.policy(now).births_due(due_date)
        possible = {family.birth_order} if family.birth_order else {0, 1}
        scopes = [reservations.live_matter(mother) for mother in self.people.known_as(family.mother_subject)]
        for matter in map(self.case_or_enrolment, self.store.holders_in(scopes)):
            ours = matter.family
            same = ours.mother_subject == family.mother_subject and ours.birth_order in possible
            born_on = self.people.birth_date(ours.child)
            if same and born_on is not None and first <= born_on <= last:
                return matter
        return None

    def both_of(self, matter: Case | Enrolment) -> tuple[Case | None, Enrolment | None]:
        """The case and the enrolment that it led to, whichever of the two is at hand; a family knows them as one."""
        if isinstance(matter, Case):
            return matter, None if matter.enrolment_id is None else self.enrolment(matter.enrolment_id)
        return self.case_numbered(matter.case_no) if matter.case_no else None, matter

    def enrolment_of(self, case: Case) -> Enrolment:
        """The enrolment that a case led to; refuses with `NotEnrolledYet`."""
        if case.enrolment_id is None:
            raise refusals.NotEnrolledYet
        return self.enrolment(case.enrolment_id)

    def enrolment(self, enrolment_id: UUID) -> Enrolment:
        """The enrolment; refuses with `EnrolmentUnknown`."""
        try:
            return self.store.load(Enrolment, enrolment_id)
        except AggregateNotFoundError:
            raise refusals.EnrolmentUnknown("enrolment_id") from None

    def former_enrolment(self, case: Case) -> Enrolment:
        """The enrolment that a change wants to leave; refuses with `NoClosureAwaited` where it is no change."""
        if case.former_enrolment_id is None:
            raise refusals.NoClosureAwaited
        return self.enrolment(case.former_enrolment_id)

    def open_enrolment(self, keys: Sequence[str]) -> Enrolment | None:
        """The open enrolment of the child known by one of these keys."""
        enrolment_id = self._holder(reservations.ENROLMENT, keys)
        return self.store.load(Enrolment, enrolment_id) if enrolment_id else None

    def taken_row(self, rows: Sequence[str]) -> Enrolment | None:
        """The enrolment that one of these rows of the register has made or closed."""
        enrolment_id = self._holder(reservations.REGISTER, rows)
        return self.store.load(Enrolment, enrolment_id) if enrolment_id else None

    def file_digest(self, digest: str) -> str:
        """How the log names a file of this SHA-256, both in hex: a file of one row could be guessed from the latter."""
        return self.vault.keyed_digest("file", bytes.fromhex(digest)).hex()

    def turn(self, people: Iterable[SubjectId]) -> Turn:
        """The next turn to decide about these people, taken before looking at what is decided about.

        Refuses with `FamilyForgotten`, or `CaseBusy` while somebody is being forgotten. Saved with the decision it
        makes sure that nobody else decided meanwhile, and that nobody has been forgotten whose data have just been
        sealed.
        """
        keys = sorted({str(person) for person in people})
        held = self.store.holders(reservations.TURN, keys)
        if reservations.LEAVING in held.values():
            raise refusals.CaseBusy
        turn = reservations.next_turn(keys, held)
        if turn is None:
            raise refusals.FamilyForgotten
        return turn

    def _holder(self, scope: str, keys: Sequence[str]) -> UUID | None:
        held = self.store.holders(scope, keys)
        return next((held[key] for key in keys if key in held), None)

    def new_case_no(self, now: datetime) -> str:
        """The next 案件編號 of this Taipei day."""
        return reservations.case_no(now, self.store.next_number(reservations.case_numbers(now)))
