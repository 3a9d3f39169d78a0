"""The gateway: every command about pages goes through `handle`; what is kept for a while has no log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from services.gateway import commands
from services.gateway.application import publishing
from services.gateway.application.desk import Desk
from services.gateway.domain import access
from services.gateway.domain.page import Page
from services.gateway.domain.policies import policy_at
from services.gateway.events import PagePublished
from shared.application import ContextApplication
from shared.store.append import Holdings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from shared.application.handling import Handler
    from shared.events import Aggregate, Event
    from shared.postgres import Database
    from shared.vault.vault import Vault

HANDLERS: Mapping[type, Handler] = {
    commands.PublishPage: publishing.publish_page,
    commands.RevisePage: publishing.revise_page,
    commands.WithdrawPage: publishing.withdraw_page,
    commands.PublishFirstPage: publishing.publish_first_page,
}


class Gateway(ContextApplication):
    """Published pages."""

    aggregates: ClassVar[tuple[type[Aggregate], ...]] = (Page,)
    handlers = HANDLERS
    who_may = access.WHO_MAY
    paragraphs = frozenset({"content.chinese.body", "content.english.body"})

    desk: Desk

    def __init__(self, database: Database, vault: Vault, **options: Any) -> None:
        super().__init__(database, vault, **options)
        self.desk = Desk(self)

    def held_by(self, aggregate: Aggregate, facts: Sequence[Event]) -> Holdings:
        """The addresses of pages."""
        if isinstance(aggregate, Page) and isinstance(facts[0], PagePublished):
            return publishing.held_by(aggregate, facts[0])
        return Holdings()

    def policy_version(self, now: datetime) -> str:
        """The dated values of the gateway in force at that moment."""
        return policy_at(now).version
