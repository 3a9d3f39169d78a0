"""報備支援: pages for whoever applies for it, by a card of their own or of their institution."""

from services.gateway.web.support import apply, attachments, changing, lines, locks, places, record, submitting
from services.gateway.web.support.area import SUPPORT

__all__ = ["SUPPORT", "apply", "attachments", "changing", "lines", "locks", "places", "record", "submitting"]
