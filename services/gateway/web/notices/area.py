"""Notices, help and contact: pages that the owning agency edits."""

from services.gateway.web.areas import Area

NOTICES = Area("notices", __name__)
