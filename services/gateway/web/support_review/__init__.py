"""What health bureaus see and do about 報備支援, and what anybody who sees an application can have printed."""

from services.gateway.web.support_review import printed
from services.gateway.web.support_review.area import SUPPORT_REVIEW

__all__ = ["SUPPORT_REVIEW", "printed"]
