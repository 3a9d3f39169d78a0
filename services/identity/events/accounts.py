"""帳號 facts: who was let in, how they proved who they are, from where, and who was refused.

Sources: S000 (手冊, 帳號開通), DOMAIN §1.1 rows 2, 3, 19-21, §2.10, IDENTITY §1, §7. Names, mail addresses, phones,
network addresses, codes and links are sealed for the person they are about. Passwords and session tokens are in no
event.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from services.identity.events.registry_entries import CountyName, InstitutionNo, PractitionerNo
from shared.events import Created, Event, Forgetting, published
from shared.principal import Assurance, Role
from shared.sealing import Sealed, SubjectId


class CodePurpose(StrEnum):
    """What a one-time code (簡訊驗證碼) is for; it is good for nothing else."""

    LOG_IN = "log_in"
    """手機驗證 before 查詢, 申請 and 變更 (S000)"""
    STEP_UP = "step_up"
    """再驗證: proving the phone in a session that is open already"""
    NEW_CONTACT = "new_contact"
    """變更聯絡人: proving, in a parent's open session, another phone or mail address at which to be reached"""
    NHI_LOG_IN = "nhi_log_in"
    """健保卡登入(無卡), at every log-in (S001)"""
    NHI_REGISTRATION = "nhi_registration"
    """申請健保卡註冊密碼"""
    NHI_NEW_PASSWORD = "nhi_new_password"  # noqa: S105 - what a code is for, not a secret
    """忘記健保卡註冊密碼"""


class Way(StrEnum):
    """By which way somebody tried to come in."""

    CODE = "code"
    """手機簡訊驗證碼"""
    PASSWORD = "password"  # noqa: S105 - the name of a way in, not a secret
    """帳號密碼"""
    INVITATION = "invitation"
    """開通連結"""
    PASSWORD_RESET = "password_reset"  # noqa: S105 - as above
    """密碼重設連結"""
    SESSION = "session"
    """一個已登入的工作階段"""
    CARD = "card"
    """憑證卡"""
    NHI_CARD = "nhi_card"
    """健保卡(插卡), with the registered password"""
    NHI_NUMBER = "nhi_number"
    """健保卡(無卡): a code to the phone on record, then the card number"""
    NHI_REGISTRATION = "nhi_registration"
    """健保卡註冊密碼: applied for, or forgotten"""


class PasswordCause(StrEnum):
    """Why a password is another one now."""

    CHANGED = "changed"
    """變更密碼, by somebody who knew the former one"""
    RESET = "reset"
    """重設密碼, by somebody who has the mailbox"""


class DisabledReason(StrEnum):
    """停用原因."""

    LEFT = "left"
    """離職或調職"""
    MISUSE = "misuse"
    SECURITY = "security"
    """帳號可能遭盜用"""
    MISTAKE = "mistake"
    """邀請有誤"""
    OTHER = "other"
    INSTITUTION_SHUT = "institution_shut"
    """院所停業或歇業, as the register says; opened again when the register says otherwise"""
    NO_PRACTITIONER_LEFT = "no_practitioner_left"
    """所代理的醫師均已異動或停業, as the register says; opened again likewise"""


class SessionEnd(StrEnum):
    """Why a session ended before its time."""

    SIGNED_OUT = "signed_out"
    """登出"""
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
    """登出所有裝置"""
    ACCOUNT_DISABLED = "account_disabled"
    RIGHTS_CHANGED = "rights_changed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - as above
    FORGOTTEN = "forgotten"
    CARD_WITHDRAWN = "card_withdrawn"
    """憑證卡已註銷"""
    NHI_CARD_REMOVED = "nhi_card_removed"
    """健保卡註冊已註銷"""
    CAPACITY_ENDED = "capacity_ended"
    """不再具有此身分, as the register or the organisation says"""
    CAPACITY_CHANGED = "capacity_changed"
    """切換身分"""


class AccountHolder(msgspec.Struct, frozen=True):
    """帳號持有人: the name and the mail address that is the account's name."""

    name: str
    email: str


class Secret(msgspec.Struct, frozen=True):
    """What only its recipient may have: the secret part of a link that a mail carries."""

    token: str


class OneTimeCode(msgspec.Struct, frozen=True, omit_defaults=True):
    """驗證碼: 6 digits, and the phone (09 and 8 digits) or the mail address that they are sent to."""

    code: str
    mobile: str
    email: str = ""


class Whereabouts(msgspec.Struct, frozen=True):
    """From where somebody came: network address, and browser family with its system."""

    address: str
    agent: str


class Rights(msgspec.Struct, frozen=True):
    """What an account may be: its role, and where that holds.

    `institution` and `acts_for` are of clinics' accounts, `jurisdiction` of bureaus'.
    """

    role: Role
    institution: InstitutionNo | None = None
    acts_for: tuple[PractitionerNo, ...] = ()
    jurisdiction: CountyName | None = None


class Proof(msgspec.Struct, frozen=True):
    """How somebody was proved: the assurance, and what proved it (`code/…`, `password/…`), which says nothing else."""

    assurance: Assurance
    evidence: str


# Accounts ------------------------------------------------------------------------------------------------------------


@published("identity.AccountInvited.v1")
class AccountInvited(Created):
    """帳號邀請: somebody may have an account, once the link in the mail has proved the mailbox (7 days, S000).

    `county` is the bureau that answers for the account; None for accounts of no county.
    """

    originator_id: UUID
    subject: SubjectId
    holder: Sealed[AccountHolder]
    rights: Rights
    county: CountyName | None
    invitation: Sealed[Secret]
    expires_at: datetime
    remind_at: datetime


@published("identity.InvitationResent.v1")
class InvitationResent(Event):
    """重寄邀請: a new link; the former one is void."""

    originator_id: UUID
    subject: SubjectId
    holder: Sealed[AccountHolder]
    invitation: Sealed[Secret]
    expires_at: datetime
    remind_at: datetime


@published("identity.InvitationReminded.v1")
class InvitationReminded(Event):
    """邀請提醒: the link has not been used and ends soon; it is the same link."""

    originator_id: UUID
    subject: SubjectId
    holder: Sealed[AccountHolder]
    invitation: Sealed[Secret]
    expires_at: datetime


@published("identity.InvitationExpired.v1")
class InvitationExpired(Event):
    """邀請逾期: nobody used the link in time; the bureau may send another."""

    originator_id: UUID


@published("identity.AccountActivated.v1")
class AccountActivated(Event):
    """帳號開通: the link was used and a password set. `password` names the password, and says nothing about it."""

    originator_id: UUID
    password: UUID


@published("identity.AccountRightsChanged.v1")
class AccountRightsChanged(Event):
    """權限變更: another role, institution, practitioners or county; whoever is signed in has to sign in again."""

    originator_id: UUID
    rights: Rights
    county: CountyName | None


@published("identity.AccountRightsAdjusted.v1")
class AccountRightsAdjusted(Event):
    """權限隨登錄調整: `withheld` practise there no longer, or not at present, so the account does not act for them.

    `rights` are those that are left of what was given; nobody has taken the rest back, and all of it holds again once
    the register says that they practise there.
    """

    originator_id: UUID
    subject: SubjectId
    holder: Sealed[AccountHolder]
    rights: Rights
    withheld: tuple[PractitionerNo, ...]


@published("identity.AccountDisabled.v1")
class AccountDisabled(Event):
    """帳號停用: nobody comes in by this account, and whoever is in, is out."""

    originator_id: UUID
    subject: SubjectId
    holder: Sealed[AccountHolder]
    reason: DisabledReason


@published("identity.AccountEnabled.v1")
class AccountEnabled(Event):
    """帳號復用: the account is as it was before it was disabled."""

    originator_id: UUID
    subject: SubjectId
    holder: Sealed[AccountHolder]


@published("identity.PasswordResetRequested.v1")
class PasswordResetRequested(Event):
    """忘記密碼: a link to the mailbox, good once and until `expires_at`; a former link is void."""

    originator_id: UUID
    subject: SubjectId
    holder: Sealed[AccountHolder]
    reset: Sealed[Secret]
    expires_at: datetime


@published("identity.PasswordChanged.v1")
class PasswordChanged(Event):
    """密碼變更: the former password is void, and every session that it had opened."""

    originator_id: UUID
    subject: SubjectId
    holder: Sealed[AccountHolder]
    password: UUID
    cause: PasswordCause


# Coming in -----------------------------------------------------------------------------------------------------------


@published("identity.CodeIssued.v1")
class CodeIssued(Created):
    """簡訊驗證碼已產生: a code for one attempt to come in, to be sent to the phone at once or not at all."""

    originator_id: UUID
    subject: SubjectId
    purpose: CodePurpose
    code: Sealed[OneTimeCode]
    where: Sealed[Whereabouts]
    expires_at: datetime


@published("identity.CodeVerified.v1")
class CodeVerified(Event):
    """簡訊驗證碼已驗證: the code of this attempt was entered in time, once."""

    originator_id: UUID
    subject: SubjectId
    purpose: CodePurpose


@published("identity.LoginRefused.v1")
class LoginRefused(Created):
    """登入未成功. `reason` is the code of the refusal as operators need it; the person may have been told less.

    `subject` and `account` are None where nobody is known by what was entered.
    """

    originator_id: UUID
    way: Way
    reason: str
    subject: SubjectId | None = None
    account: UUID | None = None
    where: Sealed[Whereabouts] | None = None


@published("identity.LockedOut.v1")
class LockedOut(Created):
    """暫時鎖定: too many wrong answers in a row from one place; `until` None: until the password is reset by mail."""

    originator_id: UUID
    way: Way
    until: datetime | None
    subject: SubjectId | None = None
    account: UUID | None = None
    where: Sealed[Whereabouts] | None = None


# Sessions ------------------------------------------------------------------------------------------------------------


@published("identity.SessionOpened.v1")
class SessionOpened(Created):
    """登入: from now on requests with this session's token are this person's. A parent has no account."""

    originator_id: UUID
    subject: SubjectId
    account: UUID | None
    rights: Rights
    proofs: tuple[Proof, ...]
    where: Sealed[Whereabouts]
    ends_at: datetime


@published("identity.SessionProofAdded.v1")
class SessionProofAdded(Event):
    """再驗證: the person proved who they are in another way as well; the session has a new token since."""

    originator_id: UUID
    proof: Proof


@published("identity.SessionClosed.v1")
class SessionClosed(Event):
    """登出: the session's token opens nothing any more."""

    originator_id: UUID
    subject: SubjectId
    account: UUID | None
    end: SessionEnd


# The end of personal data --------------------------------------------------------------------------------------------


@published("identity.SubjectForgotten.v1")
class SubjectForgotten(Forgetting, Created):
    """個資刪除: the vault destroyed this person's key; nothing sealed for them opens any more."""

    originator_id: UUID
    subject: SubjectId
    ground: str
