"""What clinics see: what their doctors have been asked, and what they answer."""

from services.gateway.web.clinic.area import CLINIC

__all__ = ["CLINIC"]
