"""What a use case has at hand: what is stored, the register, the diaries, the vault, the calendar, the policies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eventsourcing.application import AggregateNotFoundError

from services.support.application import reservations
from services.support.application.forms import Form
from services.support.domain import refusals
from services.support.domain.actions import lock_objection
from services.support.domain.application import Applicant, Application
from services.support.domain.move_lock import Departure, MoveLock
from services.support.domain.policies import POLICIES, policy_in_force
from services.support.domain.states import ApplicationState
from services.support.domain.support import Support
from services.support.events import RecordedBy, Remarks, ReviewersRemarks
from shared.calendar import taipei_day
from shared.principal import Role
from shared.vault.blind_index import Identifier

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from services.support.domain.files import Cabinet
    from services.support.domain.policies import Policy
    from services.support.domain.register import Diaries, InstitutionFacts, PractitionerFacts, Register
    from services.support.domain.register_delivery import Registrar
    from services.support.events import DepartureCause
    from shared.calendar import WorkingCalendar
    from shared.principal import Principal
    from shared.refusals import Refusal
    from shared.sealing import Sealed, SubjectId
    from shared.store.application import StoredApplication
    from shared.vault.vault import Vault


@dataclass(frozen=True)
class Desk:
    """Everything that a handler may ask; it saves nothing itself."""

    store: StoredApplication
    vault: Vault
    register: Register
    diaries: Diaries
    calendar: WorkingCalendar
    registrar: Registrar
    cabinet: Cabinet
    policies: Sequence[Policy] = POLICIES

    def policy(self, now: datetime) -> Policy:
        """The policy in force on that Taipei day."""
        return policy_in_force(taipei_day(now), self.policies)

    def form(self, now: datetime) -> Form:
        """An empty sheet of objections for a form filled in at that moment."""
        return Form(now, self.policy(now), self.register)

    # What is stored ----------------------------------------------------------------------------------------------

    def application(self, application_id: UUID) -> Application:
        """The application; refuses with `ApplicationUnknown`."""
        try:
            return self.store.load(Application, application_id)
        except AggregateNotFoundError:
            raise refusals.ApplicationUnknown("application_id") from None

    def support(self, support_id: UUID, field: str = "support_id") -> Support:
        """The support; refuses with `SupportUnknown`."""
        try:
            return self.store.load(Support, support_id)
        except AggregateNotFoundError:
            raise refusals.SupportUnknown(field) from None

    def known_support(self, support_id: UUID) -> Support | None:
        """The support of this id, where there is one."""
        try:
            return self.store.load(Support, support_id)
        except AggregateNotFoundError:
            return None

    def supports_of(self, application: Application) -> list[Support]:
        """The approved supports that a change or a cancellation is about, in its order."""
        return [self.support(support_id) for support_id in application.supports]

    def outstanding(self, practitioner: str, institution: str, now: datetime) -> list[Support]:
        """The approved supports of a practitioner from a home institution that are not over, the next to end first."""
        found = self.store.holders_in([reservations.supports_from(practitioner, institution)])
        supports = [self.store.load(Support, support_id) for support_id in found]
        held = [support for support in supports if support.is_outstanding(now)]
        return sorted(held, key=lambda support: (support.span.ends_at, support.id))

    def lock(self, practitioner: str, institution: str) -> MoveLock | None:
        """The lock on a practitioner who has left this institution."""
        lock_id = self.store.holder_of(reservations.locks_on(practitioner), institution)
        return self.store.load(MoveLock, lock_id) if lock_id else None

    def departure(self, institution: str, practitioner: str, cause: DepartureCause) -> Departure | None:
        """What keeps an institution, or a practitioner, from sending anybody, for this cause."""
        noted = self.store.holder_of(reservations.departures(institution, practitioner), cause)
        return self.store.load(Departure, noted) if noted else None

    def has_departed(self, practitioner: str, institution: str) -> bool:
        """Whether anything keeps a practitioner from supporting others from this institution."""
        return bool(self.store.holders_in(reservations.scopes_of_departures(institution, practitioner)))

    def objection_to_new(self, practitioners: Collection[str], now: datetime) -> Refusal | None:
        """Why nothing new can be asked for one of these: a move lock; None where none is locked out."""
        for lock_id in self.store.holders_in(reservations.scopes_of_locks(practitioners)):
            lock = self.store.load(MoveLock, lock_id)
            supports = self.outstanding(lock.practitioner, lock.institution, now)
            if supports:  # what is over opens the lock, whether that has been recorded or not
                return lock_objection(lock.institution, len(supports))
        return None

    def known_by(self, digest: str) -> str:
        """By what a workbook of this SHA-256 (hex) is known again; nobody without the vault can try guesses."""
        return self.vault.keyed_digest("file", bytes.fromhex(digest)).hex()

    def draft_of_workbook(self, applicant: Applicant, digest: str) -> Application | None:
        """What this applicant has made of a workbook of this SHA-256 (hex), unless it was thrown away."""
        held = self.store.holder_of(reservations.workbooks_of(applicant), self.known_by(digest))
        return self.application(held) if held else None

    def new_case_no(self, now: datetime) -> str:
        """The next 案件編號 of this Taipei day."""
        return reservations.case_no(now, self.store.next_number(reservations.case_numbers(now)))

    # Who is who --------------------------------------------------------------------------------------------------

    def applicant(self, principal: Principal) -> Applicant:
        """As whom the caller applies; refuses with `NoHomeInstitution`, `PractitionerUnknown`."""
        if principal.role is Role.INSTITUTION:
            home = self.home(principal.institution or "")
            return Applicant(RecordedBy.INSTITUTION, home.code, "", home.county)
        [number] = principal.acts_for
        home = self.home(self.practitioner(number).institution)
        return Applicant(RecordedBy.PRACTITIONER, home.code, number, home.county)

    def home(self, institution: str) -> InstitutionFacts:
        """The home institution of this code; refuses with `NoHomeInstitution`."""
        known = self.register.institution(institution) if institution else None
        if known is None:
            raise refusals.NoHomeInstitution
        return known

    def practitioner(self, number: str) -> PractitionerFacts:
        """The practitioner of this number; refuses with `PractitionerUnknown`."""
        known = self.register.practitioner(number)
        if known is None:
            raise refusals.PractitionerUnknown("practitioner")
        return known

    # What is sealed ----------------------------------------------------------------------------------------------

    def keeper_of(self, application: Application) -> SubjectId:
        """The subject at the vault under whose key everything written in an application is sealed: its own alone.

        So it can be forgotten when the time of the application is over, and nothing else with it.
        """
        return self.vault.subject_for([Identifier("support_application", str(application.id))])

    def supports_granted(self, application: Application) -> list[Support]:
        """The supports whose terms, or whose last change, came from an application."""
        if application.state is not ApplicationState.APPROVED:
            return []
        return [self.support(support_id) for support_id in (*application.lines, *application.supports)]

    def remarks(self, application: Application, text: str) -> Sealed[Remarks] | None:
        """備註; None where nothing is said."""
        return self.vault.seal(self.keeper_of(application), Remarks(text)) if text else None

    def opinion(self, application: Application, text: str) -> Sealed[ReviewersRemarks] | None:
        """審查意見; None where nothing is said."""
        if not text:
            return None
        return self.vault.seal(self.keeper_of(application), ReviewersRemarks(text))

    def says_the_same(self, sealed: Sealed[Remarks] | None, text: str) -> bool:
        """Whether remarks that were sealed say this."""
        said = self.vault.open(sealed, Remarks) if sealed else None
        return (said.text if said else "") == text
