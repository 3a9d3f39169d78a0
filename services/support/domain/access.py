"""Who may do what: by role, by how the person was proved, and by what ties them to the matter. One table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.support import commands
from services.support.domain import refusals
from shared.access import AUDITOR, BUREAU, INSURER, OPERATOR, PLATFORM, SHELL, Party, objection_to
from shared.principal import Assurance, Role

if TYPE_CHECKING:
    from services.support.domain.application import Application
    from services.support.domain.support import Support
    from shared.access import WhoMay
    from shared.principal import Principal
    from shared.refusals import Refusal

PRACTITIONER = Party(
    frozenset({Role.PRACTITIONER}),
    frozenset({Assurance.CARD_PIN, Assurance.CARD_PASSWORD, Assurance.OTP_CARD_NUMBER}),
)
"""醫事人員 for themselves, by any of the three ways of S001."""
INSTITUTION = Party(frozenset({Role.INSTITUTION}), frozenset({Assurance.CARD_PIN}))
"""醫事機構 for all who practise there, by its own card alone (S001)."""
BUREAU_MANAGER = Party(frozenset({Role.BUREAU_MANAGER}), BUREAU.proofs)
"""主管 of a bureau."""
OVERSEERS = (INSURER, OPERATOR, AUDITOR)
"""Who reads of every county."""

WHO_MAY: WhoMay = {
    commands.DraftApplication: (PRACTITIONER, INSTITUTION),
    commands.SetLines: (PRACTITIONER, INSTITUTION),
    commands.ImportBatch: (PRACTITIONER, INSTITUTION),
    commands.ReceivePart: (PRACTITIONER, INSTITUTION),
    commands.ImportLines: (PRACTITIONER, INSTITUTION),
    commands.AttachFile: (PRACTITIONER, INSTITUTION),
    commands.DetachFile: (PRACTITIONER, INSTITUTION),
    commands.SetAmendments: (PRACTITIONER, INSTITUTION),
    commands.NameCancellations: (PRACTITIONER, INSTITUTION),
    commands.RemoveLines: (PRACTITIONER, INSTITUTION),
    commands.DiscardDraft: (PRACTITIONER, INSTITUTION),
    commands.SubmitForReview: (PRACTITIONER, INSTITUTION),
    commands.CancelAllOutstanding: (PRACTITIONER, INSTITUTION),
    commands.StateStrength: (INSTITUTION,),
    commands.BringSupportOver: (SHELL,),
    commands.AssignReview: (BUREAU,),
    commands.ApproveApplication: (BUREAU,),
    commands.DenyApplication: (BUREAU,),
    commands.ReturnApplication: (BUREAU,),
    commands.HoldRetention: (BUREAU_MANAGER, OPERATOR),
    commands.LiftRetentionHold: (BUREAU_MANAGER, OPERATOR),
    commands.ForgetApplication: (PLATFORM,),
    commands.ProduceRegisterFile: (PLATFORM,),
    commands.DeliverRegisterFileAgain: (OPERATOR, SHELL),
    commands.NoteDeparture: (PLATFORM,),
    commands.NoteReturn: (PLATFORM,),
    commands.EngageMoveLock: (PLATFORM,),
    commands.ReleaseMoveLock: (PLATFORM,),
}
"""Every command, and the parties that may give it."""


def asking(command: type, principal: Principal) -> Refusal | None:
    """The command is open to the caller's role, proved as this session was proved."""
    return objection_to(principal, WHO_MAY[command])


def to_application(command: type, principal: Principal, application: Application) -> Refusal | None:
    """The caller may give this command about this application."""
    if (objection := asking(command, principal)) is not None:
        return objection
    applicant = application.applicant
    if principal.role in PRACTITIONER.roles:
        return None if applicant.practitioner in principal.acts_for else refusals.NotYourApplication()
    if principal.role in INSTITUTION.roles:
        return None if applicant.institution == principal.institution else refusals.NotYourApplication()
    return of_county(principal, applicant.county)


def to_support(principal: Principal, support: Support) -> Refusal | None:
    """Whoever holds a support, or the home institution, may ask for a change of it."""
    if principal.role in PRACTITIONER.roles:
        return None if support.held.practitioner in principal.acts_for else refusals.NotYourSupport()
    ours = principal.role in INSTITUTION.roles and support.held.institution == principal.institution
    return None if ours else refusals.NotYourSupport()


def for_practitioner(principal: Principal, number: str, field: str) -> Refusal | None:
    """A practitioner speaks for nobody else; whom an institution speaks for, the register says."""
    if principal.role in PRACTITIONER.roles and number not in principal.acts_for:
        return refusals.NotYourself(field)
    return None


def of_county(principal: Principal, county: str) -> Refusal | None:
    """The bureau of the home institution's county decides; that of the place has a copy."""
    if principal.role not in BUREAU.roles or principal.jurisdiction == county:
        return None
    return refusals.NotYourJurisdiction(counties=(county,))


def assigning(principal: Principal, reviewer: str) -> Refusal | None:
    """A manager names anybody; an officer takes a case for themselves."""
    if principal.role is Role.BUREAU_MANAGER or reviewer == principal.id:
        return None
    return refusals.ReviewerNotYou("reviewer")
