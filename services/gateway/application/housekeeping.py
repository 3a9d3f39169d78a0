"""What has to be done in the gateway now and then: first pages published, and what has expired taken away."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from services.gateway.application.publishing import FIRST_PUBLISHER
from services.gateway.messages.first_pages import first_pages
from shared.sealing import SubjectId

if TYPE_CHECKING:
    from datetime import datetime

    from services.gateway.application.drafts import Drafts
    from services.gateway.application.gateway import Gateway
    from services.gateway.application.held_forms import HeldForms
    from services.gateway.application.saved_filters import SavedFilters
    from shared.vault.vault import Vault


@dataclass(frozen=True)
class Housekeeping:
    """Whatever is done here may be done twice, and by several processes at the same moment."""

    gateway: Gateway
    vault: Vault
    drafts: Drafts
    held_forms: HeldForms
    saved_filters: SavedFilters

    def publish_first_pages(self, now: datetime) -> None:
        """Give a fresh installation its first pages; those that it has had are left as people have made them."""
        for command in first_pages():
            # A later release may word a page anew: that is another command, which finds that the page is there.
            digest = sha256(msgspec.json.encode(command)).hexdigest()[:16]
            self.gateway.handle(command, FIRST_PUBLISHER, f"process/publish_first_pages/{command.slug}/{digest}", now)

    def sweep(self, now: datetime) -> None:
        """Take away what has expired, and what belonged to people who have been forgotten."""
        forgotten = {SubjectId(subject) for entry in self.vault.forgotten() for subject in entry.subjects}
        self.drafts.sweep(now, forgotten)
        self.saved_filters.sweep(forgotten)
        self.held_forms.sweep(now)
