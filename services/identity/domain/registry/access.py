"""Who may keep the registry: operators, each bureau for its own county, an institution its own hours. One table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity import commands
from services.identity.domain.cards.access import INSTITUTION, PRACTITIONER
from services.identity.domain.registry import refusals
from shared.access import BUREAU, CLINIC, OPERATOR, PLATFORM, SHELL, Party
from shared.principal import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.access import WhoMay
    from shared.principal import Principal
    from shared.refusals import Refusal

CASE_MANAGER = Party(frozenset({Role.CASE_MANAGER}), CLINIC.proofs)

WHO_MAY: WhoMay = {
    commands.RecordInstitution: (BUREAU, OPERATOR, SHELL),
    commands.ChangeServiceHours: (CASE_MANAGER, BUREAU, OPERATOR),
    commands.SuspendInstitution: (BUREAU, OPERATOR),
    commands.ResumeInstitution: (BUREAU, OPERATOR),
    commands.CloseInstitution: (BUREAU, OPERATOR),
    commands.JoinProgramme: (BUREAU, OPERATOR, SHELL),
    commands.LeaveProgramme: (BUREAU, OPERATOR),
    commands.RecordPractitioner: (BUREAU, OPERATOR, SHELL),
    commands.MovePractitioner: (BUREAU, OPERATOR),
    commands.SuspendPractitioner: (BUREAU, OPERATOR),
    commands.ResumePractitioner: (BUREAU, OPERATOR),
    commands.RecordLicence: (BUREAU, OPERATOR),
    commands.CreditTraining: (BUREAU, OPERATOR),
    commands.AdmitPractitioner: (BUREAU, OPERATOR),
    commands.DismissPractitioner: (BUREAU, OPERATOR),
    commands.RecordPlace: (BUREAU, OPERATOR, SHELL),
    commands.AddPlace: (PRACTITIONER, INSTITUTION),
    commands.RecordRegistryImport: (BUREAU, OPERATOR, SHELL),
    commands.WarnOfExpiringLicence: (PLATFORM,),
    commands.ExpireLicence: (PLATFORM,),
}
"""Every command of the registry, and the parties that may give it."""


def keeping_entries_of(principal: Principal, counties: Iterable[str]) -> Refusal | None:
    """A bureau keeps what lies in its county, or begins or ends there; what lies nowhere any bureau may take up."""
    touched = {county for county in counties if county}
    if principal.role not in BUREAU.roles or not touched or principal.jurisdiction in touched:
        return None
    return refusals.NotYourJurisdiction(counties=tuple(sorted(touched)))


def keeping_hours_of(principal: Principal, institution: str, county: str) -> Refusal | None:
    """A case manager keeps the hours of the own institution, a bureau those of its county."""
    if principal.role in CASE_MANAGER.roles:
        return None if principal.institution == institution else refusals.NotYourInstitution("institution")
    return keeping_entries_of(principal, [county])
