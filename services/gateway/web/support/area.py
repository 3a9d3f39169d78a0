"""報備支援, for whoever applies for it."""

from __future__ import annotations

from services.gateway.web.areas import Area
from services.gateway.web.menu import staff_menu
from services.gateway.web.support.rules import department_told
from services.gateway.web.support.schedules_told import clock_of, day_of, schedule_told
from shared.principal import Role

SUPPORT = Area("support", __name__)
SUPPORT.context_processor(staff_menu)
SUPPORT.add_app_template_filter(schedule_told, "schedule")
SUPPORT.add_app_template_filter(day_of, "taipei_date")
SUPPORT.add_app_template_filter(clock_of, "clock")
SUPPORT.add_app_template_filter(department_told, "department")

APPLICANTS = frozenset({Role.PRACTITIONER, Role.INSTITUTION})
"""醫事人員 for themselves, 醫事機構 for its own people (S001)."""
