"""Support: takes a command, decides, and saves what was decided with the answer, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from services.support import commands
from services.support.application import (
    applying,
    attaching,
    cutover,
    moving,
    register_files,
    reservations,
    retaining,
    reviewing,
)
from services.support.application.desk import Desk
from services.support.domain import access, refusals
from services.support.domain.actions import application_actions, support_actions
from services.support.domain.application import Application
from services.support.domain.move_lock import Departure, MoveLock
from services.support.domain.policies import POLICIES
from services.support.domain.register_delivery import DailyRegister
from services.support.domain.strength import Strength
from services.support.domain.support import Support
from shared.application import ContextApplication

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from services.support.domain.files import Cabinet
    from services.support.domain.policies import Policy
    from services.support.domain.register import Diaries, Register
    from services.support.domain.register_delivery import Registrar
    from services.support.events import LineFinding
    from shared.actions import Action
    from shared.application.handling import Handler
    from shared.calendar import WorkingCalendar
    from shared.events import Aggregate, Event
    from shared.postgres import Database
    from shared.principal import Principal
    from shared.store.append import Holdings
    from shared.vault.vault import Vault

HANDLERS: Mapping[type, Handler] = {
    commands.DraftApplication: applying.draft_application,
    commands.SetLines: applying.set_lines,
    commands.ImportLines: applying.import_lines,
    commands.AttachFile: attaching.attach_file,
    commands.DetachFile: attaching.detach_file,
    commands.SetAmendments: applying.set_amendments,
    commands.NameCancellations: applying.name_cancellations,
    commands.RemoveLines: applying.remove_lines,
    commands.DiscardDraft: applying.discard_draft,
    commands.SubmitForReview: applying.submit_for_review,
    commands.BringSupportOver: cutover.bring_support_over,
    commands.AssignReview: reviewing.assign_review,
    commands.ApproveApplication: reviewing.approve_application,
    commands.DenyApplication: reviewing.deny_application,
    commands.ReturnApplication: reviewing.return_application,
    commands.CancelAllOutstanding: moving.cancel_all_outstanding,
    commands.StateStrength: moving.state_strength,
    commands.HoldRetention: retaining.hold_retention,
    commands.LiftRetentionHold: retaining.lift_retention_hold,
    commands.ForgetApplication: retaining.forget_application,
    commands.ProduceRegisterFile: register_files.produce_register_file,
    commands.DeliverRegisterFileAgain: register_files.deliver_register_file_again,
    commands.NoteDeparture: moving.note_departure,
    commands.NoteReturn: moving.note_return,
    commands.EngageMoveLock: moving.engage_move_lock,
    commands.ReleaseMoveLock: moving.release_move_lock,
}


class Supporting(ContextApplication):
    """報備支援: every command of the context goes through `handle`."""

    aggregates: ClassVar[tuple[type[Aggregate], ...]] = (
        Application,
        Support,
        MoveLock,
        Departure,
        Strength,
        DailyRegister,
    )
    handlers = HANDLERS
    who_may = access.WHO_MAY
    paragraphs = frozenset({"explanation"})
    busy = refusals.SupportBusy
    person_gone = refusals.PractitionerForgotten

    desk: Desk

    def __init__(  # noqa: PLR0913, PLR0917 - what it decides by
        self,
        database: Database,
        vault: Vault,
        register: Register,
        diaries: Diaries,
        calendar: WorkingCalendar,
        registrar: Registrar,
        cabinet: Cabinet,
        policies: Sequence[Policy] = POLICIES,
        **options: Any,
    ) -> None:
        super().__init__(database, vault, **options)
        self.desk = Desk(self, vault, register, diaries, calendar, registrar, cabinet, policies)

    def policy_version(self, now: datetime) -> str:
        """The dated values of support in force on that Taipei day."""
        return self.desk.policy(now).version

    def held_by(self, aggregate: Aggregate, facts: Sequence[Event]) -> Holdings:
        """Case numbers, supports that nobody has cancelled, and locks."""
        return reservations.holdings(aggregate, facts[0].timestamp)

    def actions(self, application_id: UUID, principal: Principal, now: datetime) -> tuple[Action, ...]:
        """What can be done to an application, by this caller, and why not; refuses with `ApplicationUnknown`."""
        application = self.desk.application(application_id)
        people = application.practitioners | {application.applicant.practitioner} - {""}
        return application_actions(application, principal, self.desk.objection_to_new(people, now))

    def found_so_far(self, application_id: UUID, principal: Principal, now: datetime) -> Sequence[LineFinding]:
        """What would be found of each line if it were submitted now; refuses as the submission would."""
        application = self.desk.application(application_id)
        refusals.heed(access.to_application(commands.SubmitForReview, principal, application))
        return applying.findings_now(self.desk, application, now)

    def support_actions(self, support_id: UUID, principal: Principal, now: datetime) -> tuple[Action, ...]:
        """What can be done to a support, by this caller, and why not; refuses with `SupportUnknown`."""
        support = self.desk.support(support_id)
        locked = self.desk.objection_to_new({support.held.practitioner}, now)
        return support_actions(support, principal, now, locked)
