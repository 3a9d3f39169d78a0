"""Where people look at what they have reported: calendar, cases, supports, quota, progress."""

from __future__ import annotations

from services.gateway.web.areas import Area
from services.gateway.web.menu import staff_menu
from services.gateway.web.practice.area import INSTITUTIONS, PRACTITIONERS, of_every_page

SUPPORT_LISTS = Area("support_lists", __name__)
SUPPORT_LISTS.context_processor(staff_menu)
SUPPORT_LISTS.context_processor(of_every_page)

APPLICANTS = PRACTITIONERS | INSTITUTIONS
"""Who reports: 醫事人員 for themselves, 醫療(事)機構 for their staff."""
