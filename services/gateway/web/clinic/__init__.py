"""What clinics see: what their doctors have been asked, and what they answer."""

from services.gateway.web.clinic import answering, enrolled, export, notices, places, queue, record
from services.gateway.web.clinic.area import CLINIC

__all__ = ["CLINIC", "answering", "enrolled", "export", "notices", "places", "queue", "record"]
