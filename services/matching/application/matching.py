"""Matching: takes a command, decides, and saves what was decided with the answer, once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import msgspec

from services.matching import commands
from services.matching.application import families, offers, records, register
from services.matching.application.desk import Desk
from services.matching.application.entries import refuse_unprintable, refuse_unusable_key
from services.matching.application.outcome import outcome_of
from services.matching.application.reservations import FORGOTTEN
from services.matching.domain import access, refusals
from services.matching.domain.actions import Action, Facts, actions, enrolment_actions
from services.matching.domain.case import Case
from services.matching.domain.enrolment import Enrolment
from services.matching.domain.policies import POLICIES
from services.matching.domain.records import CaseExport, ForgottenSubject, RegisterImport
from services.matching.domain.refusals import heed
from shared.principal import process
from shared.refusals import Refusal
from shared.sealing import PersonForgotten, SubjectId
from shared.store.append import Answer, Cause
from shared.store.application import StoredApplication
from shared.store.errors import AlreadyAnswered, ReservationTaken, VersionConflict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from services.matching.application.outcome import Decision, Outcome
    from services.matching.domain.policies import Policy
    from services.matching.domain.registry import Registry
    from shared.calendar import WorkingCalendar
    from shared.events import Aggregate
    from shared.postgres import Database
    from shared.principal import Principal
    from shared.vault.ledger import Forgotten
    from shared.vault.vault import Vault

_TRIES = 3
"""How often a command is decided, anew when somebody was faster; who loses once is mostly refused the next time."""

HANDLERS: Mapping[type, Callable[[Desk, Any, Principal, datetime], Decision]] = {
    commands.SubmitApplication: families.submit_application,
    commands.AmendPreferences: families.amend_preferences,
    commands.Withdraw: families.withdraw,
    commands.ReportBirth: families.report_birth,
    commands.ChangeContact: families.change_contact,
    commands.RequestChange: families.request_change,
    commands.AcceptOffer: offers.accept_offer,
    commands.DeclineOffer: offers.decline_offer,
    commands.ReleaseNotice: offers.release_notice,
    commands.OfferNextPreference: offers.offer_next_preference,
    commands.RemindOffer: offers.remind_offer,
    commands.ExpireOffer: offers.expire_offer,
    commands.LapseNotice: offers.lapse_notice,
    commands.NotifyFormerInstitution: offers.notify_former_institution,
    commands.RecordEnrolment: register.record_enrolment,
    commands.CloseEnrolment: register.close_enrolment,
    commands.ConfirmClosure: register.confirm_closure,
    commands.ExportCases: records.export_cases,
    commands.RecordImport: records.record_import,
    commands.ForgetSubject: records.forget_subject,
    commands.RecordForgotten: records.record_forgotten,
}


@dataclass(frozen=True)
class Trace:
    """What a command belongs to: the request or event chain, the event behind it, W3C Trace Context's header."""

    correlation_id: str = ""
    causation_id: str = ""
    traceparent: str = ""


UNTRACED = Trace()


class Matching(StoredApplication):
    """媒合: every command of the context goes through `handle`."""

    aggregates: ClassVar[tuple[type[Aggregate], ...]] = (
        Case,
        Enrolment,
        CaseExport,
        RegisterImport,
        ForgottenSubject,
    )

    def __init__(
        self,
        database: Database,
        vault: Vault,
        registry: Registry,
        calendar: WorkingCalendar,
        policies: Sequence[Policy] = POLICIES,
        **options: Any,
    ) -> None:
        super().__init__(database, **options)
        self.desk = Desk(self, vault, registry, calendar, policies)

    def handle(
        self,
        command: object,
        principal: Principal,
        idempotency_key: str,
        now: datetime,
        trace: Trace = UNTRACED,
    ) -> Outcome:
        """Carry out a command once; raises a `Refusal` with nothing stored.

        The same command under the same idempotency key is answered as before; another one is refused. `now` is when it
        is asked (aware). Without a correlation id the idempotency key stands for it, in every event: nothing personal
        belongs into either. Raises `StoreUnavailable` when the outcome is not known: then repeat it with the same key.
        """
        refuse_unusable_key(idempotency_key)
        refuse_unprintable(command)
        digest = self._digest(command, principal)
        if (answer := self.answer_to(idempotency_key)) is not None:
            return _repeated(answer, digest)
        heed(access.asking(type(command), principal))
        cause = Cause(
            principal=principal,
            correlation_id=trace.correlation_id or idempotency_key,
            causation_id=trace.causation_id,
            traceparent=trace.traceparent,
            policy_version=self.desk.policy(now).version,
        )
        tries_left = _TRIES
        while True:
            tries_left -= 1
            try:
                return self._carry_out(command, cause, idempotency_key, digest, now)
            except AlreadyAnswered as error:
                return _repeated(error.answer, digest)
            except (VersionConflict, ReservationTaken):
                if not tries_left:
                    raise refusals.CaseBusy from None
            except Refusal:
                # The same command may have been carried out meanwhile, and stand in its own way.
                if (answer := self.answer_to(idempotency_key)) is not None:
                    return _repeated(answer, digest)
                raise

    def _carry_out(self, command: object, cause: Cause, key: str, digest: bytes, now: datetime) -> Outcome:
        try:
            decision = HANDLERS[type(command)](self.desk, command, cause.principal, now)
        except PersonForgotten:
            raise refusals.FamilyForgotten from None
        answer = Answer(key, digest, msgspec.json.encode(decision.outcome))
        self.append(*decision.changed, cause=cause, reserve=decision.reserve, release=decision.release, answer=answer)
        return decision.outcome

    def actions(self, case_or_enrolment_id: UUID, principal: Principal, now: datetime) -> tuple[Action, ...]:
        """What can be done to a case or an enrolment, by this caller, and why not; refuses with `CaseUnknown`."""
        desk = self.desk
        matter = desk.case_or_enrolment(case_or_enrolment_id)
        if not isinstance(matter, Case):
            return enrolment_actions(matter, desk.live_case_of(matter.family), principal)
        facts = Facts(desk.policy(now), desk.registry)
        if matter.enrolment_id is not None:
            enrolment = desk.enrolment(matter.enrolment_id)
            facts = replace(facts, enrolment=enrolment, live=desk.live_case_of(enrolment.family))
        return actions(matter, principal, now, facts)

    def record_forgotten(self, forgotten: Iterable[Forgotten], now: datetime) -> None:
        """Tell the log whom the vault has forgotten, where it does not: after a crash in between, or a restored backup.

        Of a person who was never in this log it tells too, which empties nothing.
        """
        grounds = {str(subject): entry.ground for entry in forgotten for subject in entry.subjects}
        told = self.holders(FORGOTTEN, grounds)
        for subject, ground in grounds.items():
            if subject not in told:
                command = commands.RecordForgotten(SubjectId(UUID(subject)), ground)
                self.handle(command, process("record_forgotten"), f"forgotten/{subject}", now)

    def _digest(self, command: object, principal: Principal) -> bytes:
        """Tells one command of one caller from all others, and outlives the people in it: so it must be keyed."""
        told = msgspec.json.encode([type(command).__name__, command, principal.id])
        return self.desk.vault.keyed_digest("command", told)


def _repeated(answer: Answer, digest: bytes) -> Outcome:
    if answer.digest != digest:
        raise refusals.IdempotencyKeyReused("idempotency_key")
    return outcome_of(answer.body)
