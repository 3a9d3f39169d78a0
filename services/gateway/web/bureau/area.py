"""What health bureaus see: the cases of their county, and what waits for them."""

from services.gateway.web.areas import Area

BUREAU = Area("bureau", __name__)
