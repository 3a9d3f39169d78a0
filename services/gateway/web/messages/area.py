"""Mail and SMS as people see them: what was sent, and what became of it."""

from services.gateway.web.areas import Area

MESSAGES = Area("messages", __name__)
