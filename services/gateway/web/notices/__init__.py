"""Notices, help and contact: pages that the owning agency edits."""

from services.gateway.web.notices import editing, reading
from services.gateway.web.notices.area import NOTICES

__all__ = ["NOTICES", "editing", "reading"]
