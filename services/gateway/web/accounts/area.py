"""帳號管理: who is let in, as what; for bureau managers their county's, for operators everybody's."""

from __future__ import annotations

from services.gateway.web.areas import OPERATORS, Area
from services.gateway.web.menu import staff_menu
from shared.principal import Role

ACCOUNTS = Area("accounts", __name__)
ACCOUNTS.context_processor(staff_menu)

KEEPERS = OPERATORS | {Role.BUREAU_MANAGER}
"""Who invites, changes and disables."""
READERS = KEEPERS | {Role.AUDITOR}

STATUSES = ("invited", "expired", "active", "disabled")
REASONS = ("left", "misuse", "security", "mistake", "other")
"""停用原因, as people give them; the register's own are given by no one."""
