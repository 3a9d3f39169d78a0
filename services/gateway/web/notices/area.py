"""Notices, help and contact: pages that the owning agency edits."""

from __future__ import annotations

from services.gateway.web.areas import OPERATORS, Area
from services.gateway.web.menu import staff_menu
from shared.principal import Role

NOTICES = Area("notices", __name__)
NOTICES.context_processor(staff_menu)

EDITORS = OPERATORS | {Role.BUREAU_MANAGER}
"""Who speaks for an agency."""
