"""維運主控台: what operators and auditors look at; auditors change nothing."""

from __future__ import annotations

from services.gateway.web.areas import OPERATORS, Area
from services.gateway.web.menu import console_menu
from shared.principal import Role

CONSOLE = Area("console", __name__)
CONSOLE.context_processor(console_menu)

READERS = OPERATORS | {Role.AUDITOR}
"""Who looks; what is changed is for `OPERATORS`."""
