"""What can be done to a case or an enrolment, by whom, and why not: the guards of the commands, asked beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.matching import commands
from services.matching.domain import access, guards
from shared.actions import Action

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from services.matching.domain.case import Case
    from services.matching.domain.enrolment import Enrolment
    from services.matching.domain.policies import Policy
    from services.matching.domain.registry import Registry
    from shared.principal import Principal
    from shared.refusals import Refusal


@dataclass(frozen=True)
class Facts:
    """What a case does not know itself: the rules, who takes part, the `enrolment` that it led to.

    `live` is the case that the enrolled child has under way.
    """

    policy: Policy
    registry: Registry
    enrolment: Enrolment | None = None
    live: Case | None = None


_RANKED = frozenset({commands.AcceptOffer, commands.DeclineOffer, commands.ReleaseNotice})
"""The commands that speak of one preference."""


def actions(case: Case, principal: Principal, now: datetime, facts: Facts) -> tuple[Action, ...]:
    """Every command that a person could give about a case, each open or with the reason why not."""
    rank, policy = _rank_for(principal, case), facts.policy
    whether: dict[type, Callable[[], Refusal | None]] = {
        commands.AmendPreferences: lambda: guards.amending(case, policy),
        commands.Withdraw: lambda: guards.withdrawing(case, policy),
        commands.ReportBirth: lambda: guards.reporting_birth(case),
        commands.ChangeContact: lambda: guards.changing_contact(case, facts.enrolment),
        commands.RequestChange: lambda: _changing(case, principal, facts),
        commands.AcceptOffer: lambda: guards.accepting(case, rank, now, facts.registry),
        commands.DeclineOffer: lambda: guards.answering(case, rank, now),
        commands.ReleaseNotice: lambda: guards.releasing(case, rank),
        commands.ExportCases: lambda: guards.exporting(case, principal.institution),
        commands.ConfirmClosure: lambda: guards.closing_previous(case),
    }
    return tuple(
        Action(command, access.to_case(command, principal, case, rank if command in _RANKED else 0) or why_not())
        for command, why_not in whether.items()
    )


def enrolment_actions(enrolment: Enrolment, live: Case | None, principal: Principal) -> tuple[Action, ...]:
    """As `actions`, about an enrolment; `live` is the case that its child has under way."""
    whether: dict[type, Callable[[], Refusal | None]] = {
        commands.RequestChange: lambda: guards.changing_from(enrolment, live),
        commands.ChangeContact: enrolment.objection_to_changing_contact,
    }
    return tuple(
        Action(command, access.to_enrolment(command, principal, enrolment) or why_not())
        for command, why_not in whether.items()
    )


def _changing(case: Case, principal: Principal, facts: Facts) -> Refusal | None:
    """Why no change can be asked of a case: of the enrolment that it led to, as the command does."""
    objection, enrolment = guards.requesting_change(case), facts.enrolment
    if objection is not None or enrolment is None:
        return objection
    ours = access.to_enrolment(commands.RequestChange, principal, enrolment)
    return ours or guards.changing_from(enrolment, facts.live)


def _rank_for(principal: Principal, case: Case) -> int:
    """The rank that the caller could speak for: the open one, else the last that it was asked; 0 for none."""
    asked = case.preferences.asked_of(principal.institution, principal.acts_for)
    open_now = case.preferences.open
    if open_now is not None and (open_now in asked or not asked):
        return open_now.rank
    return asked[-1].rank if asked else 0
