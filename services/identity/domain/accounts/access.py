"""Who may do what about accounts: by role, by proof, and by county. One table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity.commands import accounts as commands
from services.identity.domain.accounts import refusals
from shared.access import OPERATOR, PLATFORM, SHELL, Party
from shared.principal import OF_ACCOUNTS, Assurance, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.identity.events import Rights
    from shared.access import WhoMay
    from shared.principal import Principal
    from shared.refusals import Refusal

VISITOR = Party(frozenset({Role.VISITOR}), frozenset({Assurance.NONE}))
"""Whoever has not come in yet."""
ANYBODY_IN = Party(
    frozenset(set(Role) - {Role.VISITOR, Role.PROCESS}),
    frozenset(set(Assurance) - {Assurance.NONE, Assurance.MACHINE, Assurance.INTERNAL}),
)
"""Whoever has come in, in whichever way: about what is their own."""
HOLDER = Party(OF_ACCOUNTS, ANYBODY_IN.proofs)
"""Whoever came in by an account."""
MANAGER = Party(frozenset({Role.BUREAU_MANAGER}), frozenset({Assurance.PASSWORD, Assurance.CARD_PIN}))
"""衛生局「主管」: the only one at a bureau who invites."""

AUDITOR = Party(frozenset({Role.AUDITOR}), frozenset({Assurance.PASSWORD, Assurance.CARD_PIN}))
SEES_ACCOUNTS = (MANAGER, OPERATOR, AUDITOR)
"""Who is shown accounts: those that they answer for, or all."""

WHO_MAY: WhoMay = {
    commands.AskQuestion: (VISITOR,),
    commands.SpeakQuestion: (VISITOR,),
    commands.RequestCode: (VISITOR, ANYBODY_IN),
    commands.VerifyCode: (VISITOR, ANYBODY_IN),
    commands.LogIn: (VISITOR,),
    commands.ProvePassword: (HOLDER,),
    commands.ActivateAccount: (VISITOR,),
    commands.RequestPasswordReset: (VISITOR,),
    commands.ResetPassword: (VISITOR,),
    commands.ChangePassword: (HOLDER,),
    commands.CheckSessions: (VISITOR, ANYBODY_IN),
    commands.SignOut: (ANYBODY_IN,),
    commands.SignOutEverywhere: (ANYBODY_IN,),
    commands.InviteAccount: (MANAGER, OPERATOR, SHELL),
    commands.ResendInvitation: (MANAGER, OPERATOR, SHELL),
    commands.ChangeRights: (MANAGER, OPERATOR),
    commands.DisableAccount: (MANAGER, OPERATOR),
    commands.EnableAccount: (MANAGER, OPERATOR),
    commands.FollowRegister: (PLATFORM,),
    commands.RemindInvitation: (PLATFORM,),
    commands.ExpireInvitation: (PLATFORM,),
    commands.CloseVoidSessions: (PLATFORM,),
    commands.RecordForgotten: (PLATFORM,),
}
"""Every command about accounts, and the parties that may give it."""

GIVEN_BY: Mapping[Role, frozenset[Role]] = {
    Role.DOCTOR: frozenset({Role.BUREAU_MANAGER}),
    Role.CASE_MANAGER: frozenset({Role.BUREAU_MANAGER}),
    Role.BUREAU_OFFICER: frozenset({Role.BUREAU_MANAGER}),
    Role.BUREAU_MANAGER: frozenset({Role.BUREAU_MANAGER, Role.OPERATOR}),
    Role.INSURER_OFFICER: frozenset({Role.OPERATOR}),
    Role.OPERATOR: frozenset({Role.OPERATOR}),
    Role.AUDITOR: frozenset({Role.OPERATOR}),
}
"""Who gives which role, and so answers for its accounts; an operator brings in a county's first manager."""

CLINIC_ROLES = frozenset({Role.DOCTOR, Role.CASE_MANAGER})
BUREAU_ROLES = frozenset({Role.BUREAU_MANAGER, Role.BUREAU_OFFICER})


def giving(principal: Principal, rights: Rights, county: str | None) -> Refusal | None:
    """The caller may give these rights to somebody, or see to an account that has them; `county` answers for it."""
    givers = GIVEN_BY.get(rights.role)
    if givers is None:
        return refusals.RoleHasNoAccount("role")
    if principal.role not in givers:
        return refusals.RoleNotForYouToGive("role", roles=tuple(sorted(givers)))
    if principal.role is Role.BUREAU_MANAGER and (county is None or principal.jurisdiction != county):
        return refusals.JurisdictionNotYours("jurisdiction", county=county or "")
    return None


def closing(principal: Principal, rights: Rights, county: str | None) -> Refusal | None:
    """Who gives these rights may close and open an account that has them; an operator any, because it may be urgent."""
    return None if principal.role is Role.OPERATOR else giving(principal, rights, county)


def objections_to_shape(rights: Rights) -> list[Refusal]:
    """What is missing from, or too much in, the rights of a role: a clinic's has a place, a bureau's a county."""
    objections: list[Refusal] = []
    of_clinic, of_bureau = rights.role in CLINIC_ROLES, rights.role in BUREAU_ROLES
    given = (
        ("institution", rights.institution is not None, of_clinic),
        ("acts_for", bool(rights.acts_for), of_clinic),
        ("jurisdiction", rights.jurisdiction is not None, of_bureau),
    )
    for field, is_given, is_wanted in given:
        if is_wanted and not is_given:
            objections.append(refusals.FieldMissing(field))
        if is_given and not is_wanted:
            objections.append(refusals.NotForThisRole(field))
    return objections
