"""機構使用者維護, 使用者授權管理 and 服務項目 (S002): who uses which service at an organisation."""

from services.gateway.web.organisations import entering, granting, leaving, people, services
from services.gateway.web.organisations.area import ORGANISATIONS

__all__ = ["ORGANISATIONS", "entering", "granting", "leaving", "people", "services"]
