"""Mail and SMS as people see them: what was sent, and what became of it."""

from services.gateway.web.messages import listing, outbox, sending, unreached
from services.gateway.web.messages.area import MESSAGES

__all__ = ["MESSAGES", "listing", "outbox", "sending", "unreached"]
