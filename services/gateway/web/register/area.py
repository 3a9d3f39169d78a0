"""匯入: files of the register, brought by clinics, bureaus and operators."""

from __future__ import annotations

from services.gateway.web.areas import BUREAUS, CLINICS, OPERATORS, Area
from services.gateway.web.menu import staff_menu

REGISTER = Area("register", __name__)
REGISTER.context_processor(staff_menu)

BRINGERS = CLINICS | BUREAUS | OPERATORS
"""Who may bring a file; of which rows, matching says."""
