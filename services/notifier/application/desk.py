"""What a use case has at hand: the stored messages, the vault, who has which address, and the policies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eventsourcing.application import AggregateNotFoundError

from services.notifier.domain import refusals
from services.notifier.domain.message import Message
from services.notifier.domain.policies import POLICIES, Policy, policy_at

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from services.notifier.domain.addresses import AddressBook, Directory
    from services.notifier.domain.message import Draft
    from services.notifier.domain.policies import Limit
    from shared.store.application import StoredApplication
    from shared.vault.vault import Vault
    from shared.words import Language


@dataclass(frozen=True)
class Desk:
    """Everything that a handler may ask; it saves nothing itself. `site` is the address of the pages."""

    store: StoredApplication
    vault: Vault
    addresses: AddressBook
    directory: Directory
    language: Language
    site: str
    policies: Sequence[Policy] = POLICIES

    def policy(self, now: datetime) -> Policy:
        """The policy in force at that moment."""
        return policy_at(now, self.policies)

    def message(self, message_id: UUID) -> Message:
        """The message; refuses with `MessageUnknown`."""
        try:
            return self.store.load(Message, message_id)
        except AggregateNotFoundError:
            raise refusals.MessageUnknown("message_id") from None

    def counted(self, draft: Draft, now: datetime) -> dict[Limit, int]:
        """How many messages the recipient has had at this moment, by each limit that the message comes under."""
        if draft.recipient is None:
            return {}
        recipient = str(draft.recipient.subject)
        limits = self.policy(now).limits_of(draft.channel, draft.audience)
        return {limit: len(self.store.holders_in([limit.scope(recipient, now)])) for limit in limits}
