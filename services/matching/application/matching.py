"""Matching: takes a command, decides, and saves what was decided with the answer, once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from services.matching import commands
from services.matching.application import families, offers, participation, records, register, reservations
from services.matching.application.desk import Desk
from services.matching.domain import access, refusals
from services.matching.domain.actions import Facts, actions, enrolment_actions
from services.matching.domain.case import Case
from services.matching.domain.enrolment import Enrolment
from services.matching.domain.policies import POLICIES
from services.matching.domain.records import (
    CaseExport,
    EndOfParticipation,
    ForgottenSubject,
    PlacesStatement,
    RegisterImport,
    ReturnToParticipation,
)
from shared.application import ContextApplication
from shared.application.forgetting import untold
from shared.principal import process

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from services.matching.domain.policies import Policy
    from services.matching.domain.registry import Registry
    from shared.actions import Action
    from shared.application.handling import Handler
    from shared.calendar import WorkingCalendar
    from shared.events import Aggregate, Event
    from shared.postgres import Database
    from shared.principal import Principal
    from shared.store.append import Holdings
    from shared.vault.ledger import Forgotten
    from shared.vault.vault import Vault

HANDLERS: Mapping[type, Handler] = {
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
    commands.WithdrawOffer: participation.withdraw_offer,
    commands.EndParticipation: participation.end_participation,
    commands.ResumeParticipation: participation.resume_participation,
    commands.StatePlaces: participation.state_places,
    commands.RecordEnrolment: register.record_enrolment,
    commands.CloseEnrolment: register.close_enrolment,
    commands.ConfirmClosure: register.confirm_closure,
    commands.ExportCases: records.export_cases,
    commands.RecordImport: records.record_import,
    commands.ForgetSubject: records.forget_subject,
    commands.RecordForgotten: records.record_forgotten,
}


class Matching(ContextApplication):
    """媒合: every command of the context goes through `handle`."""

    aggregates: ClassVar[tuple[type[Aggregate], ...]] = (
        Case,
        Enrolment,
        CaseExport,
        RegisterImport,
        EndOfParticipation,
        ReturnToParticipation,
        PlacesStatement,
        ForgottenSubject,
    )
    handlers = HANDLERS
    who_may = access.WHO_MAY
    paragraphs = frozenset({"explanation", "ground"})
    busy = refusals.CaseBusy
    person_gone = refusals.FamilyForgotten

    desk: Desk

    def __init__(
        self,
        database: Database,
        vault: Vault,
        registry: Registry,
        calendar: WorkingCalendar,
        policies: Sequence[Policy] = POLICIES,
        **options: Any,
    ) -> None:
        super().__init__(database, vault, **options)
        self.desk = Desk(self, vault, registry, calendar, policies)

    def policy_version(self, now: datetime) -> str:
        """The dated values of matching in force on that Taipei day."""
        return self.desk.policy(now).version

    def held_by(self, aggregate: Aggregate, facts: Sequence[Event]) -> Holdings:
        """Case numbers, children with a live case or an open enrolment, and rows of the register."""
        return reservations.holdings(aggregate, facts)

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
        records.settle_leaving(self.desk)
        for subject, ground in untold(self, forgotten).items():
            command = commands.RecordForgotten(subject, ground)
            self.handle(command, process("record_forgotten"), f"forgotten/{subject}", now)
