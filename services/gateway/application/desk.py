"""What a use case has at hand: the stored pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eventsourcing.application import AggregateNotFoundError

from services.gateway.domain.page import Page
from services.gateway.domain.refusals import PageUnknown

if TYPE_CHECKING:
    from uuid import UUID

    from shared.store.application import StoredApplication


@dataclass(frozen=True)
class Desk:
    """Everything that a handler may ask; it saves nothing itself."""

    store: StoredApplication

    def page(self, page_id: UUID) -> Page:
        """The page; refuses with `PageUnknown`."""
        try:
            return self.store.load(Page, page_id)
        except AggregateNotFoundError:
            raise PageUnknown("page_id") from None
