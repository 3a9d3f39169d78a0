"""Mail and SMS as people see them: what was sent, and what became of it."""

from __future__ import annotations

from services.gateway.web.areas import BUREAUS, CLINICS, OPERATORS, Area
from services.gateway.web.menu import staff_menu
from shared.principal import Role

MESSAGES = Area("messages", __name__)
MESSAGES.context_processor(staff_menu)

CALLERS = CLINICS | BUREAUS | OPERATORS
"""Who is told whom no message reached, and may have one sent again."""
READERS = CALLERS | {Role.AUDITOR}
