"""What can be done to an application or a support, by whom, and why not: the guards of the commands, asked before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.support import commands
from services.support.domain import access, guards, refusals
from services.support.events import ApplicationKind
from shared.actions import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from services.support.domain.application import Application
    from services.support.domain.support import Support
    from shared.principal import Principal
    from shared.refusals import Refusal


def application_actions(application: Application, principal: Principal, locked: Refusal | None) -> tuple[Action, ...]:
    """Every command that a person could give about an application; `locked` is the move lock on one of its people."""
    entering = {
        ApplicationKind.NEW: commands.SetLines,
        ApplicationKind.AMEND: commands.SetAmendments,
        ApplicationKind.CANCEL: commands.NameCancellations,
    }[application.kind]
    locks = locked if application.kind is not ApplicationKind.CANCEL else None
    whether: Mapping[type, Callable[[], Refusal | None]] = {
        entering: lambda: guards.editing(application) or locks,
        commands.RemoveLines: lambda: guards.editing(application),
        commands.DiscardDraft: lambda: guards.discarding(application),
        commands.SubmitForReview: lambda: guards.submittable(application) or locks,
        commands.AssignReview: lambda: guards.deciding(application),
        commands.ApproveApplication: lambda: guards.deciding(application),
        commands.DenyApplication: lambda: guards.deciding(application),
        commands.ReturnApplication: lambda: guards.deciding(application),
    }
    return tuple(
        Action(command, access.to_application(command, principal, application) or why_not())
        for command, why_not in whether.items()
    )


def support_actions(
    support: Support, principal: Principal, now: datetime, locked: Refusal | None
) -> tuple[Action, ...]:
    """變更 and 註銷 of an approved support; while one is under review nothing but looking is left."""
    whether: Mapping[type, Callable[[], Refusal | None]] = {
        commands.SetAmendments: lambda: guards.changeable(support, now) or locked,
        commands.NameCancellations: lambda: guards.changeable(support, now),
    }
    return tuple(
        Action(
            command,
            access.asking(command, principal) or access.to_support(principal, support) or why_not(),
        )
        for command, why_not in whether.items()
    )


def lock_objection(institution: str, supports: int) -> Refusal:
    """Why a practitioner who left an institution with so many supports can apply for nothing new."""
    return refusals.MoveLocked(institution=institution, count=supports)
