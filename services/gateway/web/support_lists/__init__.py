"""報備支援 to look at: calendar and dashboard, cases, supports given and received, quota, progress."""

from services.gateway.web.support_lists import applications, batch, home, progress, quota, supports
from services.gateway.web.support_lists.area import SUPPORT_LISTS

__all__ = ["SUPPORT_LISTS", "applications", "batch", "home", "progress", "quota", "supports"]
