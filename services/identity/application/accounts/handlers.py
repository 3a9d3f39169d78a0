"""Which use case answers which command about accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.identity.application.accounts import following_register, managing, own_sessions
from services.identity.commands import accounts as commands
from services.identity.domain.accounts.account import Account
from services.identity.domain.accounts.records import CodeAttempt, ForgottenSubject, Lock, RefusedLogin
from services.identity.domain.accounts.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from services.identity.application.desk import Desk
    from shared.application import Decision
    from shared.events import Aggregate
    from shared.principal import Principal

AGGREGATES: tuple[type[Aggregate], ...] = (
    Account,
    Session,
    CodeAttempt,
    RefusedLogin,
    Lock,
    ForgottenSubject,
)

HANDLERS: Mapping[type, Callable[[Desk, Any, Principal, datetime], Decision]] = {
    commands.InviteAccount: managing.invite_account,
    commands.ResendInvitation: managing.resend_invitation,
    commands.ChangeRights: managing.change_rights,
    commands.DisableAccount: managing.disable_account,
    commands.EnableAccount: managing.enable_account,
    commands.FollowRegister: following_register.follow_register,
    commands.RemindInvitation: managing.remind_invitation,
    commands.ExpireInvitation: managing.expire_invitation,
    commands.SignOut: own_sessions.sign_out,
    commands.SignOutEverywhere: own_sessions.sign_out_everywhere,
    commands.CloseVoidSessions: own_sessions.close_void_sessions,
    commands.RecordForgotten: own_sessions.record_forgotten,
}
"""What is answered with an outcome, and answered again when it is repeated; the rest is the front desk's."""
