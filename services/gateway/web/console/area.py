"""維運主控台: what operators and auditors look at; auditors change nothing."""

from __future__ import annotations

from typing import Any

from services.gateway.web.areas import OPERATORS, Area
from services.gateway.web.console import values
from services.gateway.web.console.contexts import event_address
from services.gateway.web.menu import console_menu
from shared.principal import Role

CONSOLE = Area("console", __name__)
CONSOLE.context_processor(console_menu)

READERS = OPERATORS | {Role.AUDITOR}
"""Who looks; what is changed is for `OPERATORS`."""


@CONSOLE.context_processor
def of_every_page() -> dict[str, Any]:
    """How events and values are told."""
    return {
        "cell_text": values.cell_text,
        "event_title": values.event_title,
        "second": values.second,
        "event_address": event_address,
    }
