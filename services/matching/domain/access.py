"""Who may do what: by role, by how the person was proved, and by what ties them to the case. One table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.matching import commands
from services.matching.domain import refusals
from services.matching.events import Source
from shared.access import BUREAU, CLINIC, FAMILY, OPERATOR, PLATFORM, objection_to

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.matching.domain.case import Case
    from services.matching.domain.enrolment import Enrolment
    from services.matching.domain.family import Family
    from shared.access import WhoMay
    from shared.principal import Principal, Role
    from shared.refusals import Refusal


WHO_MAY: WhoMay = {
    commands.SubmitApplication: (FAMILY,),
    commands.AmendPreferences: (FAMILY,),
    commands.Withdraw: (FAMILY,),
    commands.ReportBirth: (FAMILY,),
    commands.ChangeContact: (FAMILY, CLINIC, BUREAU),
    commands.RequestChange: (FAMILY,),
    commands.AcceptOffer: (CLINIC,),
    commands.DeclineOffer: (CLINIC,),
    commands.ReleaseNotice: (CLINIC, BUREAU),
    commands.ExportCases: (CLINIC,),
    commands.StatePlaces: (CLINIC,),
    commands.ConfirmClosure: (BUREAU,),
    commands.RecordEnrolment: (CLINIC, BUREAU, OPERATOR),
    commands.CloseEnrolment: (CLINIC, BUREAU, OPERATOR),
    commands.ImportRegister: (CLINIC, BUREAU, OPERATOR),
    commands.RecordImport: (CLINIC, BUREAU, OPERATOR),
    commands.ForgetSubject: (OPERATOR,),
    commands.RecordForgotten: (PLATFORM,),
    commands.OfferNextPreference: (PLATFORM,),
    commands.RemindOffer: (PLATFORM,),
    commands.ExpireOffer: (PLATFORM,),
    commands.LapseNotice: (PLATFORM,),
    commands.NotifyFormerInstitution: (PLATFORM,),
    commands.WithdrawOffer: (PLATFORM,),
    commands.EndParticipation: (PLATFORM,),
    commands.ResumeParticipation: (PLATFORM,),
}
"""Every command, and the parties that may give it."""

PROVED_BY: Mapping[Role, Source] = {
    role: source
    for party, source in ((FAMILY, Source.PLATFORM), (CLINIC, Source.CLINIC), (BUREAU, Source.BUREAU))
    for role in party.roles
}
"""On whose word a fact stands, by the role of who tells it."""


def asking(command: type, principal: Principal) -> Refusal | None:
    """The command is open to the caller's role, proved as this session was proved."""
    return objection_to(principal, WHO_MAY[command])


def to_case(command: type, principal: Principal, case: Case, rank: int = 0) -> Refusal | None:
    """The caller may give this command about this case; `rank` is the preference it speaks of, 0 for none."""
    if (objection := asking(command, principal)) is not None:
        return objection
    if principal.role in FAMILY.roles:
        return None if _has_phone(principal, case.family) else refusals.CaseNotYours()
    if principal.role in CLINIC.roles:
        return _asked(principal, case, rank)
    if principal.role in BUREAU.roles:
        return _of_county(principal, _counties(command, case))
    return None


def to_enrolment(command: type, principal: Principal, enrolment: Enrolment) -> Refusal | None:
    """The caller may give this command about this enrolment."""
    if (objection := asking(command, principal)) is not None:
        return objection
    if principal.role in FAMILY.roles:
        return None if _has_phone(principal, enrolment.family) else refusals.EnrolmentNotYours()
    if principal.role in CLINIC.roles:
        ours = principal.institution == enrolment.institution and enrolment.doctor in principal.acts_for
        return None if ours else refusals.EnrolmentNotYours()
    if principal.role in BUREAU.roles:
        return _of_county(principal, {enrolment.family.county, enrolment.institution_county})
    return None


def speaking_for(principal: Principal, doctor: str) -> Refusal | None:
    """Whoever is a doctor, or acts for one, speaks for that one."""
    return None if doctor in principal.acts_for else refusals.NotYourDoctor("doctor")


def keeping_register_of(principal: Principal, institution: str, county: str) -> Refusal | None:
    """An institution brings its own rows, a bureau those of its county's institutions, an operator any."""
    if principal.role in CLINIC.roles:
        ours = principal.institution == institution
        return None if ours else refusals.NotYourInstitution("institution")
    if principal.role in BUREAU.roles:
        return _of_county(principal, {county})
    return None


def _has_phone(principal: Principal, family: Family) -> bool:
    """A family is known by the phone that it proved."""
    return principal.subject is not None and principal.subject == family.contact_subject


def _asked(principal: Principal, case: Case, rank: int) -> Refusal | None:
    """An institution has a say while its own doctor is asked or has agreed; about one preference, once it was asked."""
    asked = case.preferences.asked_of(principal.institution, principal.acts_for)
    if rank:
        return None if rank in [preference.rank for preference in asked] else refusals.OfferNotYours()
    return None if case.preferences.open in asked else refusals.OfferNotYours()


def _counties(command: type, case: Case) -> set[str]:
    """The child's county has a say, and that of the institution now asked; of a closure, only the former one's."""
    if command is commands.ConfirmClosure and case.former_county:
        return {case.former_county}
    asked = case.preferences.open
    return {case.family.county, asked.county} if asked else {case.family.county}


def _of_county(principal: Principal, counties: set[str]) -> Refusal | None:
    if principal.jurisdiction in counties:
        return None
    return refusals.NotYourJurisdiction(counties=tuple(sorted(counties)))
