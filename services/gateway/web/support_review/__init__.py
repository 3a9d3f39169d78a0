"""What health bureaus see and do about 報備支援, and what anybody who sees an application can have printed."""

from services.gateway.web.support_review import deciding, printed, queue, record, searching, statistics
from services.gateway.web.support_review.area import SUPPORT_REVIEW

__all__ = ["SUPPORT_REVIEW", "deciding", "printed", "queue", "record", "searching", "statistics"]
