"""What clinics see: what their doctors have been asked, and what they answer."""

from services.gateway.web.areas import Area

CLINIC = Area("clinic", __name__)
