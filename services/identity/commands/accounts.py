"""What people and processes may ask about coming in and about accounts, in the words in which they enter it.

Mail addresses, phones, codes and passwords are text as typed. A `token` is the secret half of something that was
handed out: of an attempt, a question, a link or a session.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from services.identity.events import CodePurpose, DisabledReason
from shared.principal import Role
from shared.sealing import SubjectId
from shared.words import Language


@dataclass(frozen=True)
class Client:
    """From where a request comes, as the edge saw it: network address, and the browser's own description.

    `devices` are the tokens that earlier sign-ins in this browser were answered with, the latest first.
    """

    address: str
    user_agent: str = ""
    devices: tuple[str, ...] = field(default=(), repr=False, metadata={"limit": 100})


@dataclass(frozen=True)
class Answered:
    """The plain-language question and its answer, where the limits asked for one."""

    token: str = field(repr=False)
    answer: str


# The question --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AskQuestion:
    """驗證問題: a plain-language question, to be read or heard."""

    language: Language
    client: Client


@dataclass(frozen=True)
class SpeakQuestion:
    """語音播放: the same question as sound."""

    token: str = field(repr=False)
    client: Client


# By phone ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RequestCode:
    """手機驗證: send a code to this phone; or, to be a family's contact, to this mail address.

    `session` is the token of the open session in which it is to be proved; nobody has one who is coming in.
    """

    mobile: str
    purpose: CodePurpose
    client: Client
    session: str = field(default="", repr=False)
    question: Answered | None = None
    email: str = ""


@dataclass(frozen=True)
class VerifyCode:
    """輸入驗證碼: `attempt` is the token that `RequestCode` answered with."""

    attempt: str = field(repr=False)
    code: str = field(repr=False)
    client: Client
    session: str = field(default="", repr=False)


# By password ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LogIn:
    """帳號登入."""

    email: str
    password: str = field(repr=False)
    client: Client
    question: Answered | None = None


@dataclass(frozen=True)
class ProvePassword:
    """再驗證: the password of the account whose open session this is."""

    session: str = field(repr=False)
    password: str = field(repr=False)
    client: Client
    question: Answered | None = None


@dataclass(frozen=True)
class ActivateAccount:
    """帳號開通: the link of the invitation proves the mailbox, and the password is set."""

    link: str = field(repr=False)
    password: str = field(repr=False)
    client: Client


@dataclass(frozen=True)
class RequestPasswordReset:
    """忘記密碼: a link by mail, where there is such an account; the answer does not tell."""

    email: str
    client: Client
    question: Answered | None = None


@dataclass(frozen=True)
class ResetPassword:
    """重設密碼: by the link; every session of the account ends."""

    link: str = field(repr=False)
    password: str = field(repr=False)
    client: Client


@dataclass(frozen=True)
class ChangePassword:
    """變更密碼: by who knows the present one; every session of the account ends, and a new one begins here."""

    session: str = field(repr=False)
    present: str = field(repr=False)
    password: str = field(repr=False)
    client: Client
    question: Answered | None = None


# Sessions ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CheckSessions:
    """Who are these? Asked with the tokens that browsers sent, of all requests that came at the same moment."""

    sessions: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class SignOut:
    """登出: one of the caller's own sessions."""

    session: UUID


@dataclass(frozen=True)
class SignOutEverywhere:
    """登出所有裝置: all of the caller's own sessions."""


@dataclass(frozen=True)
class CloseVoidSessions:
    """Close those sessions of an account that it would not open any more, as it is now."""

    account_id: UUID


# Accounts ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RightsEntry:
    """角色與權限: a clinic's role with institution and practitioner numbers, a bureau's with its county."""

    role: Role
    institution: str = ""
    acts_for: tuple[str, ...] = ()
    jurisdiction: str = ""


@dataclass(frozen=True)
class InviteAccount:
    """邀請帳號: the mail address becomes the account's name. An operator invites a county's first manager so."""

    name: str
    email: str
    rights: RightsEntry


@dataclass(frozen=True)
class ResendInvitation:
    """重寄邀請."""

    account_id: UUID


@dataclass(frozen=True)
class ChangeRights:
    """權限變更: `rights` is all of them, as they should be."""

    account_id: UUID
    rights: RightsEntry


@dataclass(frozen=True)
class DisableAccount:
    """停用帳號; an invitation that should not have been sent is withdrawn so."""

    account_id: UUID
    reason: DisabledReason


@dataclass(frozen=True)
class EnableAccount:
    """復用帳號."""

    account_id: UUID


@dataclass(frozen=True)
class FollowRegister:
    """Have the accounts of an institution hold what the register leaves of their rights by now."""

    institution: str


@dataclass(frozen=True)
class RemindInvitation:
    """Send an invitation again that has not been used."""

    account_id: UUID


@dataclass(frozen=True)
class ExpireInvitation:
    """End an invitation that was not used in time."""

    account_id: UUID


@dataclass(frozen=True)
class RecordForgotten:
    """Tell the log of a person whose key the vault has destroyed, and let nobody in as that person."""

    subject: SubjectId
    ground: str
