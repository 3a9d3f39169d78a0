"""帳號: invited by who answers for it, opened by who has the mailbox, closed when it should be (DOMAIN §2.10)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Self

from services.identity import events
from services.identity.domain.accounts import refusals
from services.identity.events import DisabledReason
from shared.events import Aggregate, event

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.identity.domain.accounts.policies import Policy
    from services.identity.domain.accounts.register_standing import Standing
    from services.identity.events import AccountHolder, PasswordCause, Rights, Secret
    from shared.refusals import Refusal
    from shared.sealing import Sealed, SubjectId


BY_REGISTER = frozenset({DisabledReason.INSTITUTION_SHUT, DisabledReason.NO_PRACTITIONER_LEFT})
"""For these reasons nobody disables an account but the register, and what it shut it opens again."""


class AccountStatus(StrEnum):
    """帳號狀態."""

    INVITED = "invited"
    """未開通"""
    EXPIRED = "expired"
    """逾期"""
    ACTIVE = "active"
    """已開通"""
    DISABLED = "disabled"
    """停用"""


class Account(Aggregate):
    """帳號: what somebody may be to Caretrail, and how they may come in. Its secrets are sealed, or not here at all."""

    TOPIC = "identity.Account"
    AccountInvited = events.AccountInvited
    InvitationResent = events.InvitationResent
    InvitationReminded = events.InvitationReminded
    InvitationExpired = events.InvitationExpired
    AccountActivated = events.AccountActivated
    AccountRightsChanged = events.AccountRightsChanged
    AccountRightsAdjusted = events.AccountRightsAdjusted
    AccountDisabled = events.AccountDisabled
    AccountEnabled = events.AccountEnabled
    PasswordResetRequested = events.PasswordResetRequested
    PasswordChanged = events.PasswordChanged

    @event(AccountInvited)
    def __init__(  # noqa: PLR0913, PLR0917 - the fields of the event
        self,
        subject: SubjectId,
        holder: Sealed[AccountHolder],
        rights: Rights,
        county: str | None,
        invitation: Sealed[Secret],
        expires_at: datetime,
        remind_at: datetime,
    ) -> None:
        self.subject = subject
        self.holder = holder
        self.rights = self.given = rights
        """What holds, and what was given: the register may withhold some of it."""
        self.county = county
        self.disabled_because: DisabledReason | None = None
        self.invitation = invitation
        self.expires_at = expires_at
        self.remind_at: datetime | None = remind_at
        self.status = AccountStatus.INVITED
        self.passwords: tuple[UUID, ...] = ()
        self.reset: Sealed[Secret] | None = None
        self.reset_expires_at: datetime | None = None

    @classmethod
    def invite(  # noqa: PLR0913 - who, as what, whose, by which link, under which rules, when
        cls,
        holder: Sealed[AccountHolder],
        rights: Rights,
        county: str | None,
        *,
        account_id: UUID,
        invitation: Sealed[Secret],
        policy: Policy,
        now: datetime,
    ) -> Self:
        """An account that waits for its link to be used."""
        return cls._create(
            cls.AccountInvited,
            id=account_id,
            timestamp=now,
            subject=holder.subject,
            holder=holder,
            rights=rights,
            county=county,
            invitation=invitation,
            expires_at=now + policy.invitation_lifetime,
            remind_at=now + policy.invitation_reminder,
        )

    @property
    def stream_subject(self) -> str:
        """The account's own id: its name is personal."""
        return str(self.id)

    @property
    def password(self) -> UUID | None:
        """The name of the password that counts; None before there is one, or where it has to be reset."""
        return self.passwords[-1] if self.passwords else None

    # What stands in the way ----------------------------------------------------------------------------------------

    def objection_to_link(self, now: datetime) -> Refusal | None:
        """Why the invitation cannot be used at that moment."""
        if self.status is AccountStatus.DISABLED:
            return refusals.AccountIsDisabled()
        if self.status is AccountStatus.ACTIVE:
            return refusals.InvitationUsed()
        if self.status is AccountStatus.EXPIRED or now >= self.expires_at:
            return refusals.InvitationExpired()
        return None

    def objection_to_reset(self, now: datetime) -> Refusal | None:
        """Why the link to reset the password cannot be used at that moment."""
        if self.status is AccountStatus.DISABLED:
            return refusals.AccountIsDisabled()
        if self.reset is None or self.reset_expires_at is None or now >= self.reset_expires_at:
            return refusals.ResetExpired()
        return None

    # What is done --------------------------------------------------------------------------------------------------

    def resend(self, invitation: Sealed[Secret], policy: Policy, now: datetime) -> None:
        """重寄邀請, also after it expired; refuses with `InvitationNotOpen`."""
        if self.status not in {AccountStatus.INVITED, AccountStatus.EXPIRED}:
            raise refusals.InvitationNotOpen
        self.trigger_event(
            self.InvitationResent,
            timestamp=now,
            subject=self.subject,
            holder=self.holder,
            invitation=invitation,
            expires_at=now + policy.invitation_lifetime,
            remind_at=now + policy.invitation_reminder,
        )

    def remind(self, now: datetime) -> None:
        """Send the same link again, once, when its day has come; refuses with `ReminderNotDue`."""
        if self.status is not AccountStatus.INVITED or self.remind_at is None or now < self.remind_at:
            raise refusals.ReminderNotDue
        self.trigger_event(
            self.InvitationReminded,
            timestamp=now,
            subject=self.subject,
            holder=self.holder,
            invitation=self.invitation,
            expires_at=self.expires_at,
        )

    def expire(self, now: datetime) -> None:
        """Nobody used the link; refuses with `InvitationNotOpen` or `InvitationStillOpen`."""
        if self.status is not AccountStatus.INVITED:
            raise refusals.InvitationNotOpen
        if now < self.expires_at:
            raise refusals.InvitationStillOpen(until=self.expires_at)
        self.trigger_event(self.InvitationExpired, timestamp=now)

    def activate(self, password: UUID, now: datetime) -> None:
        """開通: the link proved the mailbox, and this is the password; refuses as `objection_to_link` does."""
        refusals.heed(self.objection_to_link(now))
        self.trigger_event(self.AccountActivated, timestamp=now, password=password)

    def change_rights(self, rights: Rights, county: str | None, now: datetime) -> None:
        """權限變更; refuses with `AccountIsDisabled`."""
        if self.status is AccountStatus.DISABLED:
            raise refusals.AccountIsDisabled
        self.trigger_event(self.AccountRightsChanged, timestamp=now, rights=rights, county=county)

    def follow_register(self, standing: Standing, now: datetime) -> None:
        """What the register says of the place and the practitioners holds for the account; it says so once."""
        shut = standing.objection_to(self.given)
        if shut is not None:
            if self.status is not AccountStatus.DISABLED:
                self.disable(shut, now)
            return
        if self.disabled_because in BY_REGISTER:
            self.enable(now)
        rights = standing.left_of(self.given)
        if rights != self.rights and self.status is not AccountStatus.DISABLED:
            withheld = tuple(number for number in self.given.acts_for if number not in rights.acts_for)
            self.trigger_event(
                self.AccountRightsAdjusted,
                timestamp=now,
                subject=self.subject,
                holder=self.holder,
                rights=rights,
                withheld=withheld,
            )

    def disable(self, reason: DisabledReason, now: datetime) -> None:
        """停用, also of what the register has shut and would open again; refuses with `AccountIsDisabled`."""
        if self.status is AccountStatus.DISABLED and self.disabled_because not in BY_REGISTER:
            raise refusals.AccountIsDisabled
        self.trigger_event(self.AccountDisabled, timestamp=now, subject=self.subject, holder=self.holder, reason=reason)

    def enable(self, now: datetime) -> None:
        """復用; refuses with `AccountNotDisabled`."""
        if self.status is not AccountStatus.DISABLED:
            raise refusals.AccountNotDisabled
        self.trigger_event(self.AccountEnabled, timestamp=now, subject=self.subject, holder=self.holder)

    def request_reset(self, reset: Sealed[Secret], policy: Policy, now: datetime) -> None:
        """忘記密碼; refuses with `AccountNotActive`."""
        if self.status is not AccountStatus.ACTIVE:
            raise refusals.AccountNotActive
        self.trigger_event(
            self.PasswordResetRequested,
            timestamp=now,
            subject=self.subject,
            holder=self.holder,
            reset=reset,
            expires_at=now + policy.reset_lifetime,
        )

    def change_password(self, password: UUID, cause: PasswordCause, now: datetime) -> None:
        """Another password counts from now on; refuses with `AccountNotActive`."""
        if self.status is not AccountStatus.ACTIVE:
            raise refusals.AccountNotActive
        self.trigger_event(
            self.PasswordChanged,
            timestamp=now,
            subject=self.subject,
            holder=self.holder,
            password=password,
            cause=cause,
        )

    # What changes --------------------------------------------------------------------------------------------------

    @event(InvitationResent)
    def _invitation_resent(self, invitation: Sealed[Secret], expires_at: datetime, remind_at: datetime) -> None:
        self.status = AccountStatus.INVITED
        self.invitation = invitation
        self.expires_at = expires_at
        self.remind_at = remind_at

    @event(InvitationReminded)
    def _invitation_reminded(self) -> None:
        self.remind_at = None

    @event(InvitationExpired)
    def _invitation_expired(self) -> None:
        self.status = AccountStatus.EXPIRED

    @event(AccountActivated)
    def _account_activated(self, password: UUID) -> None:
        self.status = AccountStatus.ACTIVE
        self.passwords = (password,)

    @event(AccountRightsChanged)
    def _account_rights_changed(self, rights: Rights, county: str | None) -> None:
        self.rights = self.given = rights
        self.county = county

    @event(AccountRightsAdjusted)
    def _account_rights_adjusted(self, rights: Rights) -> None:
        self.rights = rights

    @event(AccountDisabled)
    def _account_disabled(self, reason: DisabledReason) -> None:
        if self.status is not AccountStatus.DISABLED:
            self._before = self.status
        self.status = AccountStatus.DISABLED
        self.disabled_because = reason
        self.reset = self.reset_expires_at = None

    @event(AccountEnabled)
    def _account_enabled(self) -> None:
        self.status = self._before
        self.disabled_because = None

    @event(PasswordResetRequested)
    def _password_reset_requested(self, reset: Sealed[Secret], expires_at: datetime) -> None:
        self.reset = reset
        self.reset_expires_at = expires_at

    @event(PasswordChanged)
    def _password_changed(self, password: UUID) -> None:
        self.passwords = (*self.passwords, password)
        self.reset = self.reset_expires_at = None
