"""健保卡註冊: one person's NHI card, as long as it opens sessions, and the password that goes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from uuid import NAMESPACE_URL, UUID, uuid5

from services.identity import events
from services.identity.domain.nhi_cards import refusals
from services.identity.events import SessionEnd
from shared.events import Aggregate, event
from shared.principal import Assurance

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.domain.accounts.session import Session
    from services.identity.events import NhiCardHolder
    from shared.sealing import Sealed, SubjectId

BY_NHI_CARD = frozenset({Assurance.CARD_PASSWORD, Assurance.OTP_CARD_NUMBER})
"""The proofs that stand on a registered NHI card."""


def nhi_credential_id(subject: SubjectId) -> UUID:
    """The id of this person's registration: there is one, however often a card is registered again."""
    return uuid5(NAMESPACE_URL, f"urn:caretrail:identity:nhi-card:{subject}")


class NhiCredential(Aggregate):
    """健保卡註冊. What the card says is sealed, and the password is known by its name only."""

    TOPIC = "identity.NhiCredential"
    NhiCardRegistered = events.NhiCardRegistered
    NhiCardReplaced = events.NhiCardReplaced
    NhiPasswordChanged = events.NhiPasswordChanged
    NhiCardRemoved = events.NhiCardRemoved

    @staticmethod
    def create_id(subject: SubjectId) -> UUID:
        """One id for each person."""
        return nhi_credential_id(subject)

    @event(NhiCardRegistered)
    def __init__(self, subject: SubjectId, holder: Sealed[NhiCardHolder], password: UUID) -> None:
        self.subject = subject
        self.holder = holder
        self.passwords: tuple[UUID, ...] = (password,)
        self.is_registered = True
        self.registered_at = self.created_on

    @classmethod
    def register(cls, holder: Sealed[NhiCardHolder], password: UUID, now: datetime) -> Self:
        """註冊: the holder comes in by this card and this password from now on."""
        return cls._create(
            cls.NhiCardRegistered, timestamp=now, subject=holder.subject, holder=holder, password=password
        )

    @property
    def stream_subject(self) -> str:
        """The registration's own id: who has it is personal."""
        return str(self.id)

    @property
    def password(self) -> UUID | None:
        """The name of the password that counts; None once the card has been removed."""
        return self.passwords[-1] if self.is_registered else None

    def end_of(self, session: Session) -> SessionEnd | None:
        """What happened to the card since, so that it would not open this session any more."""
        proofs = [proof for proof in session.proofs if proof.assurance in BY_NHI_CARD]
        if proofs and (not self.is_registered or session.created_on < self.registered_at):
            return SessionEnd.NHI_CARD_REMOVED
        by_password = (proof.evidence for proof in proofs if proof.assurance is Assurance.CARD_PASSWORD)
        if any(evidence != f"password/{self.password}" for evidence in by_password):
            return SessionEnd.PASSWORD_CHANGED
        return None

    def register_again(self, holder: Sealed[NhiCardHolder], password: UUID, now: datetime) -> None:
        """重新註冊: another card, or one that was removed."""
        self.trigger_event(self.NhiCardReplaced, timestamp=now, subject=self.subject, holder=holder, password=password)

    def change_password(self, password: UUID, now: datetime) -> None:
        """Another password counts from now on; refuses with `NhiCardNotRegistered`."""
        if not self.is_registered:
            raise refusals.NhiCardNotRegistered
        self.trigger_event(self.NhiPasswordChanged, timestamp=now, subject=self.subject, password=password)

    def remove(self, now: datetime) -> None:
        """註銷; refuses with `NhiCardNotRegistered`."""
        if not self.is_registered:
            raise refusals.NhiCardNotRegistered
        self.trigger_event(self.NhiCardRemoved, timestamp=now, subject=self.subject)

    @event(NhiCardReplaced)
    def _replaced(self, timestamp: datetime, holder: Sealed[NhiCardHolder], password: UUID) -> None:
        self.holder = holder
        self.registered_at = timestamp
        self.passwords = (*self.passwords, password)
        self.is_registered = True

    @event(NhiPasswordChanged)
    def _password_changed(self, password: UUID) -> None:
        self.passwords = (*self.passwords, password)

    @event(NhiCardRemoved)
    def _removed(self) -> None:
        self.is_registered = False
